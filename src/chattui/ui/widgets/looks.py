"""How the parts of a drawn pane look, in the names of the theme.

Component classes of the style sheet would say the same; but the library matches every rule with each of them, again
and again while a screen opens: a hundred of them took a third of the time until the inbox stood there, and 4 MB.
"""

from collections.abc import Mapping

from msgspec import Struct
from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color
from textual.widget import Widget


class Look(Struct, frozen=True):
    """Colours are variables of the theme. What is left out is as the pane has it."""

    colour: str = ""
    background: str = ""
    style: str = ""
    """As rich writes it: `bold underline`."""


PLAIN = Look()
STRONG = Look(style="bold")


class Looks:
    """Part → style, worked out when a part is first drawn. A part that is not in the table looks as the pane does."""

    def __init__(self, widget: Widget, table: Mapping[str, Look]) -> None:
        self._widget, self._table = widget, table
        self._styles: dict[str, Style] = {}

    def __call__(self, part: str) -> Style:
        """The style of a part."""
        style = self._styles.get(part)
        if style is None:
            style = self._styles[part] = self._style(self._table.get(part, PLAIN))
        return style

    def forget(self) -> None:
        """The theme, or the pane's own style, is another one."""
        self._styles.clear()

    def _style(self, look: Look) -> Style:
        named = Style(color=self._colour(look.colour), bgcolor=self._colour(look.background))
        return self._widget.rich_style + named + Style.parse(look.style)

    def _colour(self, name: str) -> RichColor | None:
        """A theme writes `#848d97`, `ansi_default 50%` (that much of it over what is behind), `auto` (readable)."""
        if not name:
            return None
        written, _, share = self._widget.app.theme_variables[name].partition(" ")
        alpha, behind = float(share.rstrip("%")) / 100 if share else 1.0, self._widget.background_colors[1]
        colour = behind.get_contrast_text() if written == "auto" else Color.parse(written)
        return (behind + colour.multiply_alpha(alpha)).rich_color
