"""Links in a text, and where they really lead."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from msgspec import Struct

from chattui.text.inert import Inert

_LINK = re.compile(r"\b(?:https?://|mailto:)[^\s<>\"]+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._:-]*[a-z0-9][a-z0-9._:-]*")
_AFTER = ".,;:!?'*_~"
_PAIRS = {")": "(", "]": "[", "}": "{"}


class Link(Struct, frozen=True):
    """A link as it stands in a text, and what opening it means."""

    start: int
    end: int
    target: Inert
    """The address to open and to show before: its host in ASCII, so that look-alikes are seen."""
    host: Inert
    """Who is asked; for mail, the address."""


def links(text: Inert) -> tuple[Link, ...]:
    """The http, https and mailto links of a text, in order. Punctuation after one is not part of it."""
    return tuple(_found(text))


def _found(text: Inert) -> Iterator[Link]:
    for match in _LINK.finditer(text):
        written = _trimmed(match[0])
        resolved = _resolved(written)
        if resolved is not None:
            yield Link(match.start(), match.start() + len(written), *resolved)


def _trimmed(written: str) -> str:
    """Without what belongs to the sentence: punctuation, and brackets that were not opened within."""
    while written and (written[-1] in _AFTER or _unopened(written)):
        written = written[:-1]
    return written


def _unopened(written: str) -> bool:
    opening = _PAIRS.get(written[-1])
    return opening is not None and written.count(written[-1]) > written.count(opening)


def _resolved(written: str) -> tuple[Inert, Inert] | None:
    scheme, _, rest = written.partition(":")
    if scheme.lower() == "mailto":
        address = quote(rest, safe="@?=&%+.-_,;:/!$'()*")
        return (Inert(f"mailto:{address}"), Inert(address.partition("?")[0])) if "@" in rest else None
    try:
        parts = urlsplit(written)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    shown = _ascii_host(host or "")
    if not _HOST.fullmatch(shown):
        return None
    shown = f"[{shown}]" if ":" in shown else shown
    place = quote(written[written.index("://") + 3 :].partition(parts.netloc)[2], safe="/?#[]@!$&'()*+,;=:%-._~")
    login = f"{quote(parts.netloc.rpartition('@')[0], safe=':%')}@" if "@" in parts.netloc else ""
    return Inert(f"{parts.scheme}://{login}{shown}{f':{port}' if port else ''}{place}"), Inert(shown)


def _ascii_host(host: str) -> str:
    """A host as the network knows it: each foreign label in punycode, as browsers fold it before they ask."""
    folded = unicodedata.normalize("NFKC", host).lower().replace("\u3002", ".")
    return ".".join(map(_ascii, folded.split(".")))


def _ascii(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode()
