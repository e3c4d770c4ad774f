"""Sessions as text: whose they are, and one that lasts as long as the process."""

from contextlib import AbstractAsyncContextManager, nullcontext, suppress

import msgspec

from chattui.model.records import UserId


class _User(msgspec.Struct):
    id: UserId


class _Session(msgspec.Struct):
    user: _User


def user_of(text: str | None) -> UserId | None:
    """Whose session a storage holds, before the libraries are there that can use it. None where that cannot be told."""
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(text or "", type=_Session).user.id
    return None


class MemorySession:
    """Implements `chattui.gateway.protocol.SessionStorage` without a trace: for customers nobody has to remember."""

    def __init__(self, text: str | None = None) -> None:
        self._text = text

    def load(self) -> str | None:
        """The text that was saved last."""
        return self._text

    def save(self, text: str) -> None:
        """Replace it."""
        self._text = text

    def clear(self) -> None:
        """Forget it."""
        self._text = None

    def refresh_lock(self) -> AbstractAsyncContextManager[object]:
        """Nobody else can have this session."""
        return nullcontext()
