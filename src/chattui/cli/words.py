"""What one person has written on this machine and nobody else has."""

from msgspec import Struct

from chattui import paths
from chattui.desk import forgetting
from chattui.desk.forgetting import Left
from chattui.model.records import UserId


class Words(Struct, frozen=True):
    """Of one person at one project."""

    address: str
    user_id: UserId

    def left(self) -> Left:
        """What there is."""
        return forgetting.left(paths.state_dir() / "words", self.address, self.user_id)

    def wipe(self) -> None:
        """There is nothing any more."""
        forgetting.wipe(paths.state_dir() / "words", self.address, self.user_id)
