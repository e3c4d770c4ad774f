"""What the program did, in a file and never on the screen: a line on stderr would tear the picture apart.

At the default level no message text is written, and at no level a token or a key.
"""

import logging
import os
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

from chattui import paths

KEPT = 7
"""Files, the current one among them."""
SIZE = 1_000_000
"""Bytes of each."""

_SECRETS = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"  # JSON web tokens: sessions and old-style keys
    r"|sb_(?:secret|publishable)_\w+"
    r"|(?<=refresh_token[\"'=: ])[\"'=: ]*[\w-]{8,}"
    r"|(?<=password[\"'=: ])[\"'=: ]*[^\s\"',}&]+"
)


class Redacting(logging.Formatter):
    """Blots out secrets in the whole of an entry, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """One entry, harmless."""
        return _SECRETS.sub("[secret]", super().format(record))


def log_file() -> Path:
    """Where the newest entries stand."""
    return paths.log_dir() / "chattui.log"


def start() -> None:
    """Send all logging to the file; where it cannot be written, nowhere. CHATTUI_LOG names the level (info)."""
    logging.lastResort = None
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    logging.getLogger("chattui").setLevel(os.environ.get("CHATTUI_LOG", "info").upper())
    # Each failed attempt is an error to realtime; to us it is a state that the header shows.
    logging.getLogger("realtime").setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    root.handlers = [_handler()]


def _handler() -> logging.Handler:
    try:
        paths.private_dir(paths.log_dir())
        handler = RotatingFileHandler(log_file(), maxBytes=SIZE, backupCount=KEPT - 1, encoding="utf-8")
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(Redacting("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    return handler
