"""Two palettes of our own: calm greys, one accent. Everything they say is also said by a sign or a word."""

from collections.abc import Mapping

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="chattui-dark",
    primary="#7aa2c8",
    secondary="#9db2c4",
    accent="#7aa2c8",
    foreground="#d3d7dc",
    background="#14171a",
    surface="#1a1e22",
    panel="#22272c",
    success="#8fb58a",
    warning="#d9b36c",
    error="#d98a80",
    dark=True,
    variables={
        "line": "#2e353c",
        "muted": "#848d97",
        "label": "#9db2c4",
        "note": "#d9b36c",
        "customer": "#d3d7dc",
        "agent": "#7aa2c8",
        "ai": "#9a93b8",
        "waiting": "#d9b36c",
        "active": "#8fb58a",
        "cursor-line": "#232b33",
        "block-cursor-background": "#7aa2c8",
        "block-cursor-foreground": "#14171a",
        "input-cursor-background": "#d3d7dc",
        "footer-key-foreground": "#7aa2c8",
    },
)
LIGHT = Theme(
    name="chattui-light",
    primary="#2f6690",
    secondary="#4c6173",
    accent="#2f6690",
    foreground="#24292e",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e9e6df",
    success="#3f7a3a",
    warning="#8a5a00",
    error="#a8332a",
    dark=False,
    variables={
        "line": "#d5d1c8",
        "muted": "#6b7178",
        "label": "#4c6173",
        "note": "#8a5a00",
        "customer": "#24292e",
        "agent": "#2f6690",
        "ai": "#5f5591",
        "waiting": "#8a5a00",
        "active": "#3f7a3a",
        "cursor-line": "#e3e9ee",
        "block-cursor-background": "#2f6690",
        "block-cursor-foreground": "#fbfaf7",
        "input-cursor-background": "#24292e",
        "footer-key-foreground": "#2f6690",
    },
)
THEMES = (DARK, LIGHT)
EXTRA = {
    "line": "surface-lighten-2",
    "muted": "text-muted",
    "label": "text-secondary",
    "note": "text-warning",
    "customer": "foreground",
    "agent": "text-primary",
    "ai": "text-secondary",
    "waiting": "text-warning",
    "active": "text-success",
    "cursor-line": "boost",
}
"""Our names, and what a theme of Textual calls something like it."""

OWN = {"dark": DARK.name, "light": LIGHT.name}
LIGHT_BACKGROUNDS = {"7", "15"}
"""The last field of COLORFGBG in a light terminal."""


def names() -> list[str]:
    """All that the setting may be."""
    return [*OWN, *(theme.name for theme in THEMES), *BUILTIN_THEMES]


def chosen(setting: str, environment: Mapping[str, str]) -> str:
    """The theme's name: `dark` and `light` are ours, empty goes by what the terminal says of its background."""
    if setting:
        return OWN.get(setting, setting)
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if background in LIGHT_BACKGROUNDS else DARK.name


def defaults(theme: Theme) -> dict[str, str]:
    """Our names for a theme that does not know them, as colours: a style sheet does not look twice."""
    colours = theme.to_color_system().generate()
    return {name: colours[theirs] for name, theirs in EXTRA.items()}
