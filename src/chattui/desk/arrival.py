"""What happens once it is known which database answers."""

from collections.abc import Callable

from chattui.desk.keeping import Drawer
from chattui.desk.mirror import Mirror
from chattui.desk.remembering import Remembering
from chattui.gateway.protocol import Gateway, Snapshot
from chattui.model.events import Event


class Arrival:
    """A first load names the database; a first sync says that it is the one that was remembered.

    `begin` is called once its drawer is open: only now is it certain that what waits was written for it.
    """

    def __init__(
        self, gateway: Gateway, mirror: Mirror, remembering: Remembering, drawer: Drawer, begin: Callable[[], object]
    ) -> None:
        self._gateway, self._mirror, self._remembering, self._drawer = gateway, mirror, remembering, drawer
        self._begin = begin
        self._begun = False

    def loaded(self, snapshot: Snapshot) -> None:
        """A first load: all else is forgotten."""
        self._mirror.apply(snapshot.event)
        self._mirror.windows.restore()
        self._remembering.database_id = snapshot.database_id
        self._met(snapshot.database_id)

    def synced(self, events: tuple[Event, ...]) -> None:
        """What a sync brought."""
        self._mirror.synced(events)
        if not self._begun:
            self._met(self._remembering.database_id)

    def _met(self, database_id: str) -> None:
        self._begun = True
        self._drawer.open(database_id, self._gateway.me)
        self._begin()
