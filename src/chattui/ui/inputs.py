"""What the terminal says, as a recording has it, and back."""

from textual import events
from textual.events import Event
from textual.geometry import Size as Geometry

from chattui.recording.entries import Focus, Input, Key, Mouse, Paste, Size

MOUSE: dict[str, type[events.MouseEvent]] = {
    kind.__name__: kind
    for kind in (
        events.MouseDown,
        events.MouseUp,
        events.MouseMove,
        events.MouseScrollDown,
        events.MouseScrollUp,
        events.MouseScrollLeft,
        events.MouseScrollRight,
    )
}


def entry_of(event: Event) -> Input | None:  # noqa: PLR0911 - one line for each event
    """What to record of an event that the app got; None where it does not come from the terminal."""
    match event:
        case _ if event.is_forwarded:
            return None
        case events.Key(key=key, character=character):
            return Key(key, character)
        case events.MouseEvent():
            return _mouse(event)
        case events.Paste(text=text):
            return Paste(text)
        case events.Resize(size=size):
            return Size(size.width, size.height)
        case events.AppFocus() | events.AppBlur():
            return Focus(gained=isinstance(event, events.AppFocus))
        case _:
            return None


def event_of(entry: Input) -> Event | None:
    """The event for the app; None for what this terminal library does not know."""
    match entry:
        case Key(key=key, character=character):
            return events.Key(key, character)
        case Mouse():
            return _moused(entry)
        case Paste(text=text):
            return events.Paste(text)
        case Size(columns, rows):
            return events.Resize(Geometry(columns, rows), Geometry(columns, rows))
        case Focus(gained=gained):
            return events.AppFocus() if gained else events.AppBlur()


def _mouse(event: events.MouseEvent) -> Mouse | None:
    did = type(event).__name__
    if did not in MOUSE:
        return None
    return Mouse(
        did,
        event.pointer_screen_x,
        event.pointer_screen_y,
        event.delta_x,
        event.delta_y,
        event.button,
        shift=event.shift,
        meta=event.meta,
        ctrl=event.ctrl,
    )


def _moused(entry: Mouse) -> Event | None:
    if entry.did not in MOUSE:
        return None
    at, by = (entry.x, entry.y), (entry.delta_x, entry.delta_y)
    return MOUSE[entry.did](None, *at, *by, entry.button, entry.shift, entry.meta, entry.ctrl)
