"""Text of others, made harmless for a terminal.

The one place where foreign text becomes `Inert`: nothing that it lets through can move the cursor, change a colour,
reorder a line or take a width that cannot be known.
"""

import re
from typing import NewType, cast

Inert = NewType("Inert", str)
"""Text that can be drawn: no control characters, no escapes, no bidi overrides. Only `inert` makes one."""

_HOSTILE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def inert(raw: str) -> Inert:
    """The text of a body: lines are kept, everything that could act is taken out. Clean text comes back as it is."""
    if not _HOSTILE.search(raw):
        return cast("Inert", raw)
    return Inert(_HOSTILE.sub("", raw.replace("\r\n", "\n")))


def inert_line(raw: str) -> Inert:
    """The text of a name or a preview: as `inert`, in one line."""
    return Inert(" ".join(inert(raw).split()))
