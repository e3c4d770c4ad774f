"""Makes nonsense out of sense: JSON that is changed in a place or two, and bytes that are."""

import json
from random import Random
from typing import Any

from tests.hostile.corpus import CORPUS

JSON = Any
MOMENTS = (
    "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "infinity", "-infinity",
    "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00+00", "10000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:00+00:00", "4713-01-01T00:00:00Z BC",
    "2026-11-20T14:07:00.1234567Z",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2, 7, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, -(10**30), 10**400,
)  # fmt: skip
FRACTIONS = (0.5, -0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf"), float("-inf"))
WORDS = (
    "", " ", "null", "\u0000", "\ud800", "\udc00\ud800", "x" * 1_000, "waiting", "active", "closed", "ai", "customer",
    "agent", "system", "online", "away", "INSERT", "UPDATE", "DELETE", "messages", "profiles", "conversations",
    "__class__", "org", "ana",
)  # fmt: skip
SHAPES: tuple[JSON, ...] = (None, True, False, [], {}, [[]], {"": ""}, [None], {"a": {"b": [{}]}})


class Mutator:
    """Seeded: the same seed makes the same nonsense."""

    def __init__(self, random: Random, pool: list[JSON]) -> None:
        self._random, self._pool = random, pool

    def changed(self, tree: JSON) -> JSON:
        """A copy with one to four changes, most often one."""
        for _ in range(self._random.choice((1, 1, 1, 1, 2, 2, 3, 4))):
            tree = self._change(tree)
        return tree

    def _change(self, tree: JSON) -> JSON:
        if isinstance(tree, dict) and tree and self._random.random() < 0.93:
            return self._in_object(tree)
        if isinstance(tree, list) and tree and self._random.random() < 0.9:
            return self._in_list(tree)
        return self._near(tree) if self._random.random() < 0.6 else self.odd()

    def _in_object(self, tree: dict[str, JSON]) -> dict[str, JSON]:
        new, key = dict(tree), self._within(tree)
        match self._random.random():
            case below if below < 0.84:
                new[key] = self._change(tree[key])
            case below if below < 0.9:
                del new[key]
            case below if below < 0.93:
                new[self._random.choice(list(tree))] = tree[key]
            case below if below < 0.97:
                new[self._word()] = self.odd()
            case _:
                new[self._word()] = new.pop(key)
        return new

    def _within(self, tree: dict[str, JSON]) -> str:
        """One of the keys; more often one that there is more behind."""
        keys = list(tree)
        return max(
            self._random.choice(keys), self._random.choice(keys), key=lambda one: isinstance(tree[one], dict | list)
        )

    def _in_list(self, tree: list[JSON]) -> list[JSON]:
        new, place = list(tree), self._random.randrange(len(tree))
        match self._random.random():
            case below if below < 0.8:
                new[place] = self._change(tree[place])
            case below if below < 0.87:
                del new[place]
            case below if below < 0.94:
                new.insert(place, self._random.choice(tree))
            case _:
                new.insert(place, self.odd())
        return new

    def _near(self, leaf: JSON) -> JSON:
        """Nearly what it was."""
        if isinstance(leaf, bool) or leaf is None:
            return not leaf
        if isinstance(leaf, int | float):
            return leaf + self._random.choice((-1, 1, 2, -7, 1_000))
        if isinstance(leaf, str) and leaf[4:5] == "-" and leaf[10:11] == "T":
            return self._random.choice(MOMENTS)
        if isinstance(leaf, str):
            place = self._random.randrange(len(leaf) + 1)
            return leaf[:place] + self._word()[:40] + leaf[place + self._random.randrange(3) :]
        return [leaf]

    def odd(self) -> JSON:
        """Something that hardly belongs there."""
        sort = self._random.randrange(5)
        if sort < 2:
            return self._word()
        if sort == 2:
            return self._random.choice(self._pool)
        if sort == 3:
            return nested(self._random.choice((2, 30, 200)), self._random.choice("[{"))
        return self._random.choice(self._random.choice((NUMBERS, MOMENTS, MOMENTS, SHAPES, FRACTIONS)))

    def _word(self) -> str:
        return self._random.choice(WORDS) if self._random.random() < 0.6 else self._random.choice(CORPUS)[:2_000]

    def garbled(self, data: bytes) -> bytes:
        """Bytes that were cut, turned, doubled, or have others in them."""
        new = bytearray(data)
        for _ in range(self._random.choice((1, 1, 2, 5))):
            place = self._random.randrange(len(new) + 1)
            match self._random.randrange(6):
                case 0:
                    del new[place:]
                case 1:
                    new[place:place] = self._random.randbytes(self._random.randrange(1, 5))
                case 2:
                    new[place : place + 1] = bytes([self._random.randrange(256)])
                case 3:
                    new[place:place] = self._random.choice(PIECES)
                case 4:
                    new[place:place] = new[max(0, place - 40) : place]
                case _:
                    del new[place : place + self._random.randrange(1, 30)]
        return bytes(new)


PIECES = (
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"null", b"NaN", b"1e999", b"-", b"\\ud800", b"\\u0000", b"\xff",
    b"\xed\xa0\x80", b"\x00", b"\xc2\x9b", b'"id":1,', b'"payload":{},', b'"version":9,', b"0" * 400, b"[" * 300,
    b"\x1b[2J", b"\xf4\x90\x80\x80",
)  # fmt: skip


def nested(depth: int, opening: str) -> JSON:
    """A list in a list in a list, or an object so."""
    tree: JSON = 0
    for _ in range(depth):
        tree = [tree] if opening == "[" else {"a": tree}
    return tree


def encoded(tree: JSON) -> bytes:
    """As JSON; half characters as escapes, which some writers of JSON make."""
    return json.dumps(tree, separators=(",", ":")).encode()
