"""What an `apply` touched, so that a repaint looks at nothing else."""

from collections.abc import Sequence

from msgspec import Struct

from chattui.model.records import ConversationId, UserId
from chattui.store.projections import NoticeKind

RowKey = tuple[str, str]
"""(table, primary key)."""


class Cause(Struct, frozen=True):
    """Something that may deserve a bell; `text` is as it was written."""

    kind: NoticeKind
    conversation_id: ConversationId
    text: str


class Changes(Struct, frozen=True):
    """What a repaint has to look at, and what the desk has to fetch. Falsy when nothing changed."""

    conversations: frozenset[ConversationId] = frozenset()
    """Rows, heads and panels."""
    threads: frozenset[ConversationId] = frozenset()
    views: bool = False
    """The order or the membership of a view."""
    header: bool = False
    everything: bool = False
    """A snapshot came, or a name that may stand anywhere changed: look at all of it."""
    holes: frozenset[ConversationId] = frozenset()
    """A loaded window does not reach the newest message, or a `seq` was skipped."""
    stale: frozenset[RowKey] = frozenset()
    """Rows that are known to be out of date or missing: a sync brings them."""
    unknown: frozenset[UserId] = frozenset()
    """People that rows name and nobody has introduced; each is told once."""
    causes: tuple[Cause, ...] = ()
    """In the order in which they happened; `Queries.unread_notices` says which are worth a bell."""

    def __bool__(self) -> bool:
        return self != NOTHING

    @classmethod
    def together(cls, several: Sequence["Changes"]) -> "Changes":
        """All of them as one, at the cost of what they name."""
        return (
            several[0]
            if len(several) == 1
            else cls(
                conversations=frozenset().union(*(one.conversations for one in several)),
                threads=frozenset().union(*(one.threads for one in several)),
                views=any(one.views for one in several),
                header=any(one.header for one in several),
                everything=any(one.everything for one in several),
                holes=frozenset().union(*(one.holes for one in several)),
                stale=frozenset().union(*(one.stale for one in several)),
                unknown=frozenset().union(*(one.unknown for one in several)),
                causes=tuple(cause for one in several for cause in one.causes),
            )
        )


NOTHING = Changes()


class Touched:
    """Collects what one `apply` touches."""

    def __init__(self) -> None:
        self.conversations: set[ConversationId] = set()
        self.threads: set[ConversationId] = set()
        self.holes: set[ConversationId] = set()
        self.stale: set[RowKey] = set()
        self.unknown: set[UserId] = set()
        self.newcomers: set[ConversationId] = set()
        self.causes: list[Cause] = []
        self.views = self.header = self.everything = False
        self.anew = False
        """A snapshot came: nothing stands in any view yet."""

    def conversation(self, conversation_id: ConversationId, *, thread: bool = False) -> None:
        """A row of the list changed; with `thread`, its thread too."""
        self.conversations.add(conversation_id)
        if thread:
            self.threads.add(conversation_id)

    def changes(self) -> Changes:
        """All of it, frozen."""
        return Changes(
            conversations=frozenset(self.conversations),
            threads=frozenset(self.threads),
            views=self.views,
            header=self.header,
            everything=self.everything,
            holes=frozenset(self.holes),
            stale=frozenset(self.stale),
            unknown=frozenset(self.unknown),
            causes=tuple(self.causes),
        )
