"""How an agent likes their screen. Read from the configuration elsewhere; here it is only a value."""

from collections.abc import Mapping

from msgspec import Struct, field


class Settings(Struct, frozen=True):
    """Defaults are what a new agent should meet."""

    theme: str = ""
    """`dark`, `light`, or a theme of Textual (`ansi-dark` has the terminal's own palette); empty: as the terminal."""
    confirm: bool = True
    """Closing, handing back, requeueing and replies below messages that were never in sight ask first."""
    open_first: bool = False
    """Preview the first conversation by itself when none is shown."""
    notices: str = "desktop"
    """`desktop` (as well as the terminal can), `bell` or `off`."""
    notice_text: bool = False
    """Show the customer's words in a desktop notice; they may be read on a locked screen."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Action id → the keys that run it, in place of its own."""
    guard: float = 0.08
    """Seconds that an acting key of the list waits for others; 0 trusts every key."""
    confirm_for: float = 5.0
    """Seconds that a question in the footer stands."""
    log_file: str = ""
    """Named when the program has to stop."""
