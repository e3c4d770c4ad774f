"""Text fields take their keys in the order in which they were pressed.

Textual takes letters at once, and looks for what another key is bound to when it has gone up to the program and back.
Of keys that are read together (a fast hand, a slow line) the letters would come first: what was to be deleted stays.
"""

from collections.abc import Callable

from textual.events import Key
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, OptionList

from chattui.ui.widgets.foreign import drawn_inert

Beyond = Callable[[Key], bool]
"""What a key means where the field does not take it as text; False: nothing."""


def nothing(_: Key) -> bool:
    """No key means anything but to the field."""
    return False


async def take(field: Widget, event: Key, beyond: Beyond) -> bool:
    """See to a key that is no letter, now. False where it is one, or nothing here knows it."""
    if event.is_printable:
        return False
    bound = field._bindings.key_to_bindings.get(event.key)  # noqa: SLF001 - those of the field alone
    if not beyond(event):
        if not bound:
            return False
        await field.run_action(bound[0].action)
    event.stop()
    event.prevent_default()
    return True


class Field(Input):
    """One line of text, without a blinking cursor."""

    def __init__(self, value: str = "", *, placeholder: str, beyond: Beyond = nothing, name: str | None = None) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, id=name, select_on_focus=bool(value))
        self.cursor_blink = False
        self.beyond = beyond

    def render_line(self, y: int) -> Strip:
        """The words are as they were typed or pasted; what is drawn of them is inert."""
        return drawn_inert(super().render_line(y), self.scrollable_content_region.width)

    async def _on_key(self, event: Key) -> None:
        if not await take(self, event, self.beyond):
            await super()._on_key(event)


def stepping(options: OptionList) -> Beyond:
    """Keys that move the cursor of a list below the field."""
    moves: dict[str, Callable[[], None]] = {
        "up": options.action_cursor_up,
        "down": options.action_cursor_down,
        "pageup": options.action_page_up,
        "pagedown": options.action_page_down,
    }

    def step(event: Key) -> bool:
        if move := moves.get(event.key):
            move()
        return event.key in moves

    return step
