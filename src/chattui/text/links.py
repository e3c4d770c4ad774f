"""Links in a text, and where they really lead."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from msgspec import Struct

from chattui.text.inert import Inert

_LINK = re.compile(r"\b(?:https?://|mailto:)[^\s<>\"]+", re.IGNORECASE)
_FOREIGN = re.compile(
    r"\b(?!(?:https?|mailto):)(?:[a-z][a-z0-9+.-]{0,30}(?=://\S)|(?:about|blob|data|file|javascript|sms|tel|vbscript)(?=:\S))",
    re.IGNORECASE,
)
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
    plain: bool
    """The text names that host itself; else it may look like another one."""


def links(text: Inert) -> tuple[Link, ...]:
    """The http, https and mailto links of a text, in order. Punctuation after one is not part of it."""
    return tuple(_found(text))


def refused_schemes(text: Inert) -> tuple[str, ...]:
    """What else in a text could be opened, and is not: `ftp`, `javascript`, `file` and so on, each once, in order."""
    return tuple(dict.fromkeys(match[0].lower() for match in _FOREIGN.finditer(text)))


def _found(text: Inert) -> Iterator[Link]:
    for match in _LINK.finditer(text):
        written = _trimmed(match[0])
        resolved = _resolved(written)
        if resolved is not None:
            yield Link(match.start(), match.start() + len(written), *resolved)


def _trimmed(written: str) -> str:
    """Without what belongs to the sentence: punctuation, and brackets that were not opened within."""
    unopened = {closing: written.count(closing) - written.count(opening) for closing, opening in _PAIRS.items()}
    end = len(written)
    while written[end - 1] in _AFTER or unopened.get(written[end - 1], 0) > 0:
        end -= 1
        if written[end] in unopened:
            unopened[written[end]] -= 1
    return written[:end]


def _resolved(written: str) -> tuple[Inert, Inert, bool] | None:
    """Target, host, and whether the host is plain to see."""
    scheme, _, rest = written.partition(":")
    return _mail(rest) if scheme.lower() == "mailto" else _page(written)


def _mail(rest: str) -> tuple[Inert, Inert, bool] | None:
    address = quote(rest, safe="@?=&%+.-_,;:/!$'()*")
    return (Inert(f"mailto:{address}"), Inert(address.partition("?")[0]), address == rest) if "@" in rest else None


def _page(written: str) -> tuple[Inert, Inert, bool] | None:
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
        shown = _ascii_host(host)
    except ValueError:
        return None
    if not _HOST.fullmatch(shown):
        return None
    plain = shown == host and "@" not in parts.netloc
    shown = f"[{shown}]" if ":" in shown else shown
    place = quote(written[written.index("://") + 3 :].partition(parts.netloc)[2], safe="/?#[]@!$&'()*+,;=:%-._~")
    login = f"{quote(parts.netloc.rpartition('@')[0], safe=':%')}@" if "@" in parts.netloc else ""
    return Inert(f"{parts.scheme}://{login}{shown}{f':{port}' if port else ''}{place}"), Inert(shown), plain


def _ascii_host(host: str) -> str:
    """A host as the network knows it, folded as browsers do before they ask. Raises ValueError where none would ask."""
    if host.isascii():
        return host.lower()
    import idna  # noqa: PLC0415 - 11 ms of tables that few texts need

    return ".".join(map(_ascii, idna.uts46_remap(host, std3_rules=False).split(".")))


def _ascii(label: str) -> str:
    """In punycode, without IDNA's own rules: browsers follow links to what it would not register."""
    return label if label.isascii() else "xn--" + label.encode("punycode").decode()
