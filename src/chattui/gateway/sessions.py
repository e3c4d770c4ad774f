"""A session that lasts as long as the process: for tests, and for customers that nobody has to remember."""

from contextlib import AbstractAsyncContextManager, nullcontext


class MemorySession:
    """Implements `chattui.gateway.protocol.SessionStorage` without a trace."""

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
