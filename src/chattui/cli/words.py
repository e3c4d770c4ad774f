"""What one person has written on this machine and nobody else has."""

from msgspec import Struct

from chattui import paths
from chattui.desk import forgetting, remembering
from chattui.desk.forgetting import Left
from chattui.model.records import UserId


class Words(Struct, frozen=True):
    """Of one person at one project."""

    address: str
    user_id: UserId

    def left(self) -> Left:
        """What there is."""
        return forgetting.left(paths.state_dir() / "words", self.address, self.user_id)

    def forget_what_was_known(self) -> None:
        """The last known state is other people's words, and the database has it."""
        remembering.forget(paths.memory_dir(), self.address, self.user_id)

    def wipe(self) -> None:
        """There is nothing any more."""
        forgetting.wipe(paths.state_dir() / "words", self.address, self.user_id)
