"""HTTP/1.1 messages, whole, at either end of a connection; h11 knows the protocol."""

import asyncio
from collections.abc import Iterable

import h11
from msgspec import Struct

from tests.faults.faults import Request
from tests.faults.lanes import Lane

Head = h11.Request | h11.InformationalResponse | h11.Response


class Whole(Struct, frozen=True):
    """A request or a response with its body."""

    head: Head
    body: bytes = b""


class Peer:
    """One end of a connection, the client or the server. `lane` carries bytes to it."""

    def __init__(self, role: type[h11.CLIENT | h11.SERVER], reader: asyncio.StreamReader, lane: Lane) -> None:
        self._protocol = h11.Connection(role)
        self.reader = reader
        self.lane = lane

    @property
    def switched(self) -> bool:
        """Whether it speaks another protocol from here on."""
        return self._protocol.our_state is h11.SWITCHED_PROTOCOL

    @property
    def unread(self) -> bytes:
        """Bytes of the next protocol that came together with the last message of HTTP."""
        return self._protocol.trailing_data[0]

    async def hear(self) -> Whole | None:
        """The next message; None: it has hung up. Raises `h11.RemoteProtocolError`, `OSError`."""
        head = await self._event()
        if not isinstance(head, Head):
            return None
        body = b""
        if head.__class__ is not h11.InformationalResponse:
            while isinstance(event := await self._event(), h11.Data):
                body += event.data
        return Whole(head, body)

    def say(self, whole: Whole) -> None:
        """A message from its first byte to its last."""
        self.begin(whole.head)
        if not isinstance(whole.head, h11.InformationalResponse):
            self.go_on(whole.body)
            self.end()

    def begin(self, head: Head) -> None:
        """A head; `go_on` and `end` follow."""
        self._send(head)

    def go_on(self, data: bytes) -> None:
        """A part of the body."""
        self._send(h11.Data(data))

    def end(self) -> None:
        """The message is complete."""
        self._send(h11.EndOfMessage())

    def next(self) -> bool:
        """Get ready for another exchange; False: this was the last."""
        if {self._protocol.our_state, self._protocol.their_state} != {h11.DONE}:
            return False
        self._protocol.start_next_cycle()
        return True

    async def _event(self) -> object:
        while (event := self._protocol.next_event()) is h11.NEED_DATA:
            self._protocol.receive_data(await self.reader.read(65536))
        return event

    def _send(self, event: h11.Event) -> None:
        if data := self._protocol.send(event):
            self.lane.carry(data)


def response(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Whole:
    """One that is made here."""
    return Whole(h11.Response(status_code=status, headers=[*headers, ("Content-Length", str(len(body)))]), body)


def measured(answer: Whole) -> Whole:
    """The same with the length of its body as a plain `Content-Length`, in place of chunks."""
    if not answer.body or not isinstance(answer.head, h11.Response):
        return answer
    headers = _without(answer.head, b"content-length", b"transfer-encoding")
    headers.append((b"content-length", b"%d" % len(answer.body)))
    return Whole(
        h11.Response(status_code=answer.head.status_code, headers=headers, reason=answer.head.reason), answer.body
    )


def addressed(asked: Whole, host: str) -> Whole:
    """The same for the server behind. Sockets are not compressed, so that their frames can be read."""
    assert isinstance(asked.head, h11.Request)
    headers = [
        (b"host", host.encode()),
        *_without(asked.head, b"host", b"sec-websocket-extensions", b"transfer-encoding"),
    ]
    if asked.body and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(asked.body)))
    return Whole(h11.Request(method=asked.head.method, target=asked.head.target, headers=headers), asked.body)


def asks_for_socket(head: h11.Request) -> bool:
    """Whether it wants to go on as a WebSocket."""
    return (b"upgrade", b"websocket") in {(name, value.lower()) for name, value in head.headers}


def summary(head: h11.Request) -> Request:
    """What faults look at."""
    return Request(head.method.decode(), head.target.decode("latin-1").partition("?")[0])


def _without(head: Head, *names: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in head.headers if name not in names]
