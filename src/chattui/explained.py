"""The root of errors that speak for themselves; below every other layer, so that each can raise one."""


class Explained(Exception):
    """Its text is for a person: what happened, what it means for their words, what to do."""
