"""Websocket pings as a sign of life, as they are on the hosted server. ASGI has no word for them."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EMPTY = ""
"""What a ping becomes for the application: a frame that no version of the protocol knows, and each drops."""


class PingsHeard(WebSocketsSansIOProtocol):
    """Answers pings, and lets the application hear of them where nothing else waits for it."""

    def handle_ping(self) -> None:
        """One empty frame at most waits, however many pings come."""
        super().handle_ping()
        if self.queue.empty():
            self.queue.put_nowait({"type": "websocket.receive", "text": EMPTY})
