"""What can go wrong with the embedded stack, in words for a person."""


class StackFailed(Exception):
    """One clear sentence: what happened and what to do. Nothing was lost."""
