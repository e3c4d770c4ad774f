"""Joins one gateway and one store: decides when to talk, keeps what was written, tells what changed."""
