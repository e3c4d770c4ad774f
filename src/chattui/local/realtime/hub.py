"""Who is joined to what. A public and a private topic of the same name are two rooms."""

from collections import defaultdict
from typing import Any, NamedTuple, Protocol

from chattui.local.realtime.frames import Outgoing, Push
from chattui.local.realtime.presence import Metas, Roster


class Room(NamedTuple):
    """A topic without its `realtime:` prefix."""

    name: str
    private: bool

    @property
    def topic(self) -> str:
        """The topic as frames carry it."""
        return f"realtime:{self.name}"


class Member(Protocol):
    """A joined channel."""

    def __hash__(self) -> int: ...

    @property
    def room(self) -> Room:
        """Where it is joined."""

    def hears(self, extension: str) -> bool:
        """Tell whether it may read broadcasts or presence."""

    def deliver(self, message: Outgoing) -> None:
        """Hand over a message; never blocks, keeps the order."""


class Hub:
    """All rooms of one server."""

    def __init__(self) -> None:
        self._members: defaultdict[Room, set[Member]] = defaultdict(set)
        self._rosters: defaultdict[Room, Roster] = defaultdict(Roster)

    def enter(self, member: Member) -> None:
        """Let a member hear its room from now on."""
        self._members[member.room].add(member)

    def leave(self, member: Member) -> None:
        """Forget a member and tell the others if it was present. Leaving twice is harmless."""
        self._members[member.room].discard(member)
        self.untrack(member)
        if not self._members[member.room]:
            del self._members[member.room]

    def broadcast(self, room: Room, message: Outgoing, *, but: Member | None = None) -> None:
        """Deliver a broadcast to all members but one."""
        self._spread(room, message, "broadcast", but)

    def track(self, member: Member, key: str, user: dict[str, Any]) -> None:
        """Note a member's presence and tell everybody, itself included."""
        self._tell(member.room, self._rosters[member.room].track(member, key, user))

    def untrack(self, member: Member) -> None:
        """Take a member's presence back and tell everybody who remains."""
        roster = self._rosters[member.room]
        self._tell(member.room, roster.untrack(member))
        if not roster:
            del self._rosters[member.room]

    def present(self, room: Room) -> Metas:
        """Answer everyone's presence in a room."""
        return self._rosters[room].state() if room in self._rosters else {}

    def _tell(self, room: Room, diff: dict[str, Metas] | None) -> None:
        if diff:
            self._spread(room, Push(room.topic, "presence_diff", diff), "presence", None)

    def _spread(self, room: Room, message: Outgoing, extension: str, but: Member | None) -> None:
        for member in list(self._members.get(room, ())):
            if member is not but and member.hears(extension):
                member.deliver(message)
