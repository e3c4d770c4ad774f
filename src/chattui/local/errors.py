"""What can go wrong with the embedded stack, in words for a person."""


class StackFailed(Exception):  # noqa: N818 - a state of the world, told to a person
    """One clear sentence: what happened and what to do. Nothing was lost."""
