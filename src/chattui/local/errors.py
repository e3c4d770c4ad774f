"""What can go wrong with the embedded stack, in words for a person."""

from chattui.explained import Explained


class StackFailed(Explained):
    """One clear sentence: what happened and what to do. Nothing was lost."""
