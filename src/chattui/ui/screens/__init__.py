"""Whole pictures: the inbox, and what opens above it."""
