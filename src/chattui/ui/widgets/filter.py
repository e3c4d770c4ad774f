"""Narrowing the list while typing."""

from chattui.ui.widgets.fields import Field


class FilterInput(Field):
    """Hidden until `/`; Enter keeps the filter and goes to the list, Esc clears it."""

    DEFAULT_CSS = """
    FilterInput { display: none; height: 1; border: none; padding: 0 1; background: $surface; color: $foreground; }
    FilterInput.-open { display: block; }
    FilterInput:focus { border: none; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__(placeholder="/ name, label, words…", name="filter")

    def open(self) -> None:
        """Show it, and write."""
        self.add_class("-open")
        self.screen.set_focus(self)

    def dismiss(self) -> bool:
        """Clear and hide it; False where there was nothing to clear."""
        stood = self.has_class("-open")
        self.value = ""
        self.remove_class("-open")
        return stood
