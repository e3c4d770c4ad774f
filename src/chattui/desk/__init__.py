"""Joins one gateway and one store: decides when to ask, when to say, and what to keep until it is said."""

from chattui.desk.desk import Desk

__all__ = ["Desk"]
