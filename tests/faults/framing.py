"""WebSocket frames out of bytes, and the faults of frames."""

import asyncio
from collections.abc import Callable, Generator, Iterable

from websockets.frames import OP_CLOSE, OP_TEXT, Close, Frame
from websockets.streams import StreamReader

from tests.faults.faults import Direction, Drop, Duplicate, FrameFault, Message, Reorder

LATE = 0.5
"""Seconds after which a frame that was held back goes on, although too few have overtaken it."""

Strike = Callable[[Message], FrameFault | None]


class Framing:
    """Cuts a stream into frames. Nothing is answered, judged or put together: a relay has to stay transparent."""

    def __init__(self, direction: Direction) -> None:
        self._masked = direction is Direction.UP
        self._buffer = StreamReader()
        self._frames: list[Frame] = []
        self._parser = self._parse()

    def frames(self, data: bytes) -> list[Frame]:
        """Those that are whole with these bytes."""
        self._buffer.feed_data(data)
        next(self._parser)
        frames, self._frames = self._frames, []
        return frames

    def serialized(self, frame: Frame) -> bytes:
        """Its bytes on the wire."""
        return bytes(frame.serialize(mask=self._masked))

    def _parse(self) -> Generator[None]:
        while True:
            frame = yield from Frame.parse(self._buffer.read_exact, mask=self._masked)
            self._frames.append(frame)


class Sieve:
    """Passes the frames of one direction on to `carry`, but for what strikes them."""

    def __init__(self, direction: Direction, strike: Strike, carry: Callable[[bytes], None]) -> None:
        self._direction = direction
        self._strike = strike
        self._carry = carry
        self._framing = Framing(direction)
        self._held: list[_Held] = []

    def take(self, data: bytes) -> None:
        """Bytes as they come."""
        for frame in self._framing.frames(data):
            self._take(frame)

    def say(self, frame: Frame) -> None:
        """Pass on a frame."""
        self._carry(self._framing.serialized(frame))

    def _take(self, frame: Frame) -> None:
        message = self._message(frame)
        match message and self._strike(message):
            case Drop():
                return
            case Duplicate():
                self.say(frame)
                self.say(frame)
            case Reorder(places=places):
                self._hold(frame, places)
                return
            case _:
                self.say(frame)
        if message:
            self._overtaken()

    def _message(self, frame: Frame) -> Message | None:
        if frame.opcode is not OP_TEXT or not frame.fin:
            return None
        return Message(self._direction, bytes(frame.data).decode(errors="replace"))

    def _hold(self, frame: Frame, places: int) -> None:
        held = _Held(frame, places)
        self._held.append(held)
        asyncio.get_running_loop().call_later(LATE, self._let_go, [held])

    def _overtaken(self) -> None:
        for held in self._held:
            held.places -= 1
        self._let_go([held for held in self._held if held.places <= 0])

    def _let_go(self, some: "Iterable[_Held]") -> None:
        for held in some:
            if held in self._held:
                self._held.remove(held)
                self.say(held.frame)


class _Held:
    def __init__(self, frame: Frame, places: int) -> None:
        self.frame = frame
        self.places = places


def text_frame(text: str) -> Frame:
    """A whole message."""
    return Frame(OP_TEXT, text.encode())


def closing_frame(code: int, reason: str) -> Frame:
    """The last frame of a socket."""
    return Frame(OP_CLOSE, Close(code, reason).serialize())
