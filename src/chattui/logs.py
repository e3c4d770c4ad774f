"""What the program did, in a file and never on the screen: a line on stderr would tear the picture apart.

At the default level no message text is written, and at no level a token, a key or a password. What an exception says,
and all but the first line of what other libraries say, may hold either: it is left out unless CHATTUI_LOG is `debug`.
"""

import logging
import os
import re
import traceback
from collections.abc import Iterator
from copy import copy
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, cast

from chattui import paths

KEPT = 7
"""Files, the current one among them."""
SIZE = 1_000_000
"""Bytes of each."""

_SECRETS = re.compile(
    r"eyJ[\w-]{8,}(?:\.[\w-]*){0,2}"  # JSON web tokens, whole or cut: sessions and old-style keys
    r"|sb_(?:secret|publishable)_[\w-]+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # a name and a password in an address
    r"|(?P<name>(?i:token|token_hash|api_?-?key|password|passwd|secret|authorization)"
    r"(?:[\"'\\]*\s*(?:=|:|%3[AD])\s*|[\"']\s*,\s*(?=b?[\"'])))b?"
    # In quotes, however often they were escaped: to the next quote that has as many backslashes, or all that follows.
    r"(?:(?P<escape>\\*)(?P<quote>[\"'])(?:.*?(?<!\\)(?P=escape)(?P=quote)|.*)"
    r"|(?i:bearer\s+)?[^\s\"',;&)}\]]+)"
)


class Redacting(logging.Formatter):
    """Blots out secrets in the whole of an entry, tracebacks included; without `words` also what others say."""

    def __init__(self, layout: str, *, words: bool = False) -> None:
        super().__init__(layout)
        self._words = words

    def format(self, record: logging.LogRecord) -> str:
        """One entry, harmless."""
        if not self._words and not record.name.startswith("chattui"):
            record = copy(record)
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return _SECRETS.sub(r"\g<name>[secret]", super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - as logging names it
        """Where it was raised; what it says only with `words`."""
        return super().formatException(ei) if self._words else "\n".join(_places(ei[1]))


def log_file() -> Path:
    """Where the newest entries stand."""
    return paths.log_dir() / "chattui.log"


def start() -> None:
    """Send all logging to the file; where it cannot be written, nowhere. CHATTUI_LOG names the level (info)."""
    asked = os.environ.get("CHATTUI_LOG") or "info"
    level = asked.upper() if asked.lower() in _LEVELS else "INFO"
    logging.lastResort = None
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    own = logging.getLogger("chattui")
    own.setLevel(level)
    # Each failed attempt is an error to realtime; to us it is a state that the header shows.
    logging.getLogger("realtime").setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    for before in root.handlers:
        if isinstance(before, _Private):
            before.close()
    root.handlers = [_handler(words=level == "DEBUG")]
    if asked.lower() not in _LEVELS:
        own.warning("CHATTUI_LOG is none of %s", ", ".join(_LEVELS))


_LEVELS = ("debug", "info", "warning", "error", "critical")


class _Private(RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        return cast("TextIOWrapper", open(self.baseFilename, self.mode, encoding="utf-8", opener=_for_me_alone))


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _handler(*, words: bool) -> logging.Handler:
    try:
        paths.private_dir(paths.log_dir())
        handler = _Private(log_file(), maxBytes=SIZE, backupCount=KEPT - 1, encoding="utf-8")
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(Redacting("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s", words=words))
    return handler


def _places(error: BaseException | None) -> Iterator[str]:
    """A traceback without the words of its errors, the outermost first."""
    while error is not None:
        yield "Traceback (most recent call last):"
        yield from (place.rstrip("\n") for place in traceback.format_tb(error.__traceback__))
        yield f"{type(error).__module__}.{type(error).__qualname__} (CHATTUI_LOG=debug shows what it says)"
        for one in getattr(error, "exceptions", ()):
            yield from _places(one)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
