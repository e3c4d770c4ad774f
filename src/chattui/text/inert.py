"""Text of others, made harmless for a terminal."""

from typing import NewType

Inert = NewType("Inert", str)
"""Text that can be drawn: no control characters, no escapes, no bidi overrides. Only `inert` makes one."""
