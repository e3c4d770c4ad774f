"""Who is on a topic: the tracked metas of each key, and what changed. Pure."""

import base64
import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Meta: TypeAlias = dict[str, Any]
Metas: TypeAlias = dict[str, dict[str, list[Meta]]]
"""By key: `{"metas": [...]}`, as the wire has it."""


def _random_ref() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(12)).decode()


@dataclass(slots=True)
class _Entry:
    key: str
    user: Meta
    """What was tracked, to tell a repeat from a change."""
    meta: Meta


@dataclass(slots=True)
class Roster:
    """The metas of one topic, one for each owner (a joined channel)."""

    new_ref: Callable[[], str] = _random_ref
    _entries: dict[Hashable, _Entry] = field(default_factory=dict)

    def track(self, owner: Hashable, key: str, user: Meta) -> dict[str, Metas] | None:
        """Answer the diff; None when the same was tracked before."""
        before = self._entries.get(owner)
        if before and before.user == user:
            return None
        previous = {"phx_ref_prev": before.meta["phx_ref"]} if before else {}
        entry = _Entry(key, user, user | {"phx_ref": self.new_ref()} | previous)
        self._entries[owner] = entry
        return {"joins": _metas([entry]), "leaves": _metas([before] if before else [])}

    def untrack(self, owner: Hashable) -> dict[str, Metas] | None:
        """Answer the diff; None when nothing was tracked."""
        entry = self._entries.pop(owner, None)
        return {"joins": {}, "leaves": _metas([entry])} if entry else None

    def state(self) -> Metas:
        """Answer everyone's metas."""
        return _metas(list(self._entries.values()))

    def __bool__(self) -> bool:
        return bool(self._entries)


def _metas(entries: list[_Entry]) -> Metas:
    metas: Metas = {}
    for entry in entries:
        metas.setdefault(entry.key, {"metas": []})["metas"].append(entry.meta)
    return metas
