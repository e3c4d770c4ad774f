"""The program, with what the terminal says to it in a recording."""

from typing import TYPE_CHECKING, Any

from textual.events import Event

from chattui.ui.app import ChattuiApp
from chattui.ui.inputs import entry_of

if TYPE_CHECKING:
    from chattui.recording import Recorder


class RecordedApp(ChattuiApp):
    """Everything else is as in the program."""

    def __init__(self, recorder: "Recorder", *program: Any, **options: Any) -> None:
        super().__init__(*program, **options)
        self._recorder = recorder

    async def on_event(self, event: Event) -> None:
        """Note it before anything comes of it."""
        if (entry := entry_of(event)) is not None:
            self._recorder.note(entry)
        await super().on_event(event)
