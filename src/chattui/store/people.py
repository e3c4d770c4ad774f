"""Who is who, who is here, who types, who looks at what. Names are looked up, never taken from a payload."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from chattui.model.events import TypingSeen, ViewingSeen
from chattui.model.records import Availability, ConversationId, Profile, Role, UserId
from chattui.store.tables import Table
from chattui.text.inert import Inert, inert_line

AI = inert_line("AI")
"""What every bot is called, whatever its profile says: customers and colleagues know it by this."""
FADE = timedelta(seconds=5)
"""How long a sign of typing lasts."""


class People:
    """The agents of the organisation, and what they are seen doing."""

    def __init__(self) -> None:
        self.me: UserId | None = None
        self.profiles: Table[Profile] = Table()
        self._wondered: set[UserId] = set()
        self._present: Mapping[UserId, Availability] | None = None
        self._typing: defaultdict[ConversationId, dict[UserId, datetime]] = defaultdict(dict)
        self._viewing: dict[UserId, ConversationId] = {}
        self._viewers: defaultdict[ConversationId, dict[UserId, None]] = defaultdict(dict)

    def forget(self) -> None:
        """A snapshot replaces every profile; who is here stays, as no snapshot tells it."""
        self.profiles.clear()
        self._wondered.clear()

    def name(self, user_id: UserId | None) -> Inert | None:
        """Of an agent; a bot is called as over its messages. None where nobody has introduced them."""
        profile = self.profiles.get(user_id)
        if profile and profile.role is Role.BOT:
            return AI
        return inert_line(profile.display_name) if profile else None

    def wonder(self, user_id: UserId | None) -> bool:
        """Whether this is the first mention of somebody unknown."""
        if user_id is None or user_id in self.profiles or user_id in self._wondered:
            return False
        self._wondered.add(user_id)
        return True

    def colleagues(self) -> list[Profile]:
        """Everybody a conversation can be given to, by name."""
        others = [one for one in self.profiles if one.role is not Role.BOT and one.id != self.me]
        return sorted(others, key=lambda one: (one.display_name.casefold(), one.id))

    def availability(self, user_id: UserId) -> Availability:
        """As presence says it; offline for who is not connected."""
        return (self._present or {}).get(user_id, Availability.OFFLINE)

    def here(self, agents: Mapping[UserId, Availability]) -> bool:
        """Whether these, and as available as this, are known to be connected."""
        return self._present == agents

    def arrive(self, agents: Mapping[UserId, Availability]) -> set[ConversationId]:
        """Take who is connected now; answers the conversations that lost a viewer or a typist by it."""
        left = set(self._present or ()) - set(agents)
        self._present = {**agents}
        touched = {self._viewing[user_id] for user_id in left if user_id in self._viewing}
        for user_id in left:
            self._look(user_id, None)
        typed = {one for one, typists in self._typing.items() if left & typists.keys()}
        for conversation_id in typed:
            for user_id in left:
                self._typing[conversation_id].pop(user_id, None)
        return touched | typed

    def look(self, seen: ViewingSeen) -> set[ConversationId]:
        """A known colleague looks at a conversation; answers the ones whose viewers changed."""
        if seen.user_id == self.me or seen.user_id not in self.profiles:
            return set()
        return self._look(seen.user_id, seen.conversation_id)

    def _look(self, user_id: UserId, conversation_id: ConversationId | None) -> set[ConversationId]:
        before = self._viewing.pop(user_id, None)
        if before is not None:
            self._viewers[before].pop(user_id, None)
            if not self._viewers[before]:
                del self._viewers[before]
        if conversation_id is not None:
            self._viewing[user_id] = conversation_id
            self._viewers[conversation_id][user_id] = None
        return {one for one in (before, conversation_id) if one is not None} if before != conversation_id else set()

    def type(self, seen: TypingSeen, customer: UserId | None) -> bool:
        """A known colleague, or the conversation's own customer, types or has stopped."""
        known = seen.user_id in self.profiles or (customer is not None and seen.user_id == customer)
        if not known or seen.user_id == self.me:
            return False
        if not seen.is_typing:
            return self.wrote(seen.conversation_id, seen.user_id)
        typists = self._typing[seen.conversation_id]
        typists[seen.user_id] = max(seen.at, typists.get(seen.user_id, seen.at))
        return True

    def wrote(self, conversation_id: ConversationId, user_id: UserId | None) -> bool:
        """Their message is here, or they stopped: they do not type any more."""
        typists = self._typing.get(conversation_id)
        if typists is None or user_id not in typists:
            return False
        del typists[user_id]
        if not typists:
            del self._typing[conversation_id]
        return True

    def typists(self, conversation_id: ConversationId, now: datetime) -> list[UserId]:
        """Who types now, by who began first."""
        typing = self._typing.get(conversation_id)
        return [user_id for user_id, at in typing.items() if now - at < FADE] if typing else []

    def viewers(self, conversation_id: ConversationId) -> list[UserId]:
        """Who looks at it now; only who is connected, once that is known."""
        viewers = self._viewers.get(conversation_id)
        present = self._present
        return [user_id for user_id in viewers if present is None or user_id in present] if viewers else []
