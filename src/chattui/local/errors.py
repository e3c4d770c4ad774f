"""What can go wrong with the embedded stack, in words for a person."""

from chattui.explained import Explained

ELSEWHERE = "another directory (--dir of `chattui local start`, XDG_DATA_HOME for `chattui demo`)"
ANEW = "begin anew with `chattui demo --fresh` (a directory given with --dir: delete it)"


class StackFailed(Explained):
    """One clear sentence: what happened and what to do. Nothing was lost."""
