"""One joined channel: what its client pushes, and what it is told."""

import asyncio
import logging
import time
from typing import Any, Protocol

import msgspec
import psycopg

from chattui.local.realtime import bindings, messages
from chattui.local.realtime.authorization import OPEN, Policies
from chattui.local.realtime.bindings import BindingRefusedError
from chattui.local.realtime.frames import Frame, Outgoing, Push, Ref, UserBroadcast, UserPush
from chattui.local.realtime.hub import Room
from chattui.local.realtime.joining import JoinRefusedError, JoinRequest
from chattui.local.realtime.limits import Window
from chattui.local.realtime.server import Server
from chattui.local.realtime.tokens import Claims, TokenRefusedError

PRESENCE_CALLS, PRESENCE_WINDOW = 5, 30.0
"""Calls of track and untrack in so many seconds, then the channel is closed."""
_UNREACHABLE = "Realtime was unable to connect to the project database"
_UNREADABLE = "You do not have permissions to read from this Channel topic"
_logger = logging.getLogger(__name__)


class Outlet(Protocol):
    """The socket of a channel, as the channel sees it."""

    def post(self, message: Outgoing) -> None:
        """Send a message after everything posted before."""

    def forget(self, channel: "Channel") -> None:
        """Take note that a channel is over."""


class ChannelCrashError(Exception):
    """The client pushed what the hosted server's channel does not survive."""


class Channel:
    """Made by `join`; over after `close`."""

    def __init__(self, server: Server, outlet: Outlet, room: Room, join_ref: Ref, request: JoinRequest) -> None:
        self.room, self.join_ref, self.request = room, join_ref, request
        self._server, self._outlet = server, outlet
        self._presence_calls = Window(PRESENCE_CALLS, PRESENCE_WINDOW)
        self._expiry: asyncio.TimerHandle | None = None
        self._subscribing: asyncio.Task[None] | None = None
        self._policies: Policies = OPEN
        self._claims: Claims | None = None
        self._key = request.presence.key or messages.new_id()

    @property
    def topic(self) -> str:
        """The topic as frames carry it."""
        return self.room.topic

    @property
    def claims(self) -> Claims:
        """Whose channel it is, by the last token believed."""
        if self._claims is None:
            raise RuntimeError("A channel has claims once it is open.")
        return self._claims

    async def open(self, claims: Claims) -> None:
        """Let the channel take part; raises JoinRefusedError when the policies do not."""
        try:
            await self._admit(claims)
            replayed = await self._replayed()
        except psycopg.Error as error:
            raise JoinRefusedError(f"UnableToConnectToProject: {_UNREACHABLE}") from error
        self._server.hub.enter(self)
        self._welcome(replayed)

    def hears(self, extension: str) -> bool:
        """Tell whether the policies let it read broadcasts or presence."""
        return extension in self._policies.read

    def deliver(self, message: Outgoing) -> None:
        """Pass on a message of the room, or a row event."""
        self._outlet.post(message)

    async def handle(self, push: Frame | UserPush) -> None:
        """Act on a push of the client; unknown events are ignored without a reply.

        Raises:
            ChannelCrashError: the push kills the channel.
        """
        if isinstance(push, UserPush):
            self._broadcast(push, UserBroadcast(self.topic, push.event, push.payload, is_json=push.is_json))
            return
        match push.event:
            case "broadcast":
                self._broadcast(push, Push(self.topic, "broadcast", push.payload))
            case "presence":
                self._presence(push)
            case "access_token":
                await self._renew(push)
            case "phx_leave":
                self._reply(push.ref)
                self.close()

    def close(self, event: str = "phx_close", payload: dict[str, Any] | None = None) -> None:
        """End the channel and say so."""
        self.abandon()
        self._outlet.post(Push(self.topic, event, payload or {}, self.join_ref, self.join_ref))

    def abandon(self) -> None:
        """End the channel without a word: the socket is gone."""
        self._server.hub.leave(self)
        self._server.subscriptions.unsubscribe(self)
        self._outlet.forget(self)
        for pending in (self._expiry, self._subscribing):
            if pending:
                pending.cancel()

    async def _admit(self, claims: Claims) -> None:
        if self.room.private:
            policies = await self._server.authorizer.policies(self.room.name, claims)
            if "broadcast" not in policies.read:
                raise JoinRefusedError(f"Unauthorized: {_UNREADABLE}: {self.room.name}")
            self._policies = policies
        self._claims = claims
        self._expire_at(claims.exp)

    async def _replayed(self) -> list[dict[str, Any]]:
        replay = self.request.replay
        return await messages.stored(self._server.session, self.room.name, replay) if replay else []

    def _welcome(self, replayed: list[dict[str, Any]]) -> None:
        for message in replayed:
            self._say("broadcast", message)
        if self.request.broadcast.replication_ready:
            self._system("system", "ok", "Replication connection established")
        if self.request.presence.enabled and self.hears("presence"):
            self._say("presence_state", self._server.hub.present(self.room))
        self._subscribe()

    def _subscribe(self) -> None:
        if self.request.bindings:
            if self._subscribing:
                self._subscribing.cancel()
            self._subscribing = self._server.spawn(self._subscribed())

    async def _subscribed(self) -> None:
        """Subscribe all bindings or none, once the log is followed, and tell."""
        try:
            wanted = [bindings.parse(each) for each in self.request.bindings]
            await self._server.feed.live.wait()
            await self._server.subscriptions.subscribe(self, wanted)
        except BindingRefusedError as error:
            self._system("postgres_changes", "error", str(error))
        except psycopg.Error as error:
            _logger.warning("The bindings of %r could not be subscribed: %s", self.topic, error)
            self._system("postgres_changes", "error", _UNREACHABLE)
        else:
            self._system("postgres_changes", "ok", "Subscribed to PostgreSQL")

    def _broadcast(self, push: Frame | UserPush, message: Outgoing) -> None:
        """Pass it on; without the right to write there is neither a reply nor a delivery."""
        if "broadcast" not in self._policies.write:
            return
        if len(bytes(push.payload)) > self._server.config.max_payload_bytes:
            self._acknowledge(push.ref, "error", "payload_size_exceeded")
            return
        self._server.hub.broadcast(self.room, message, but=None if self.request.broadcast.echo else self)
        self._acknowledge(push.ref, "ok", {})

    def _acknowledge(self, ref: Ref, status: str, response: object) -> None:
        if self.request.broadcast.ack:
            self._reply(ref, status, response)

    def _presence(self, push: Frame) -> None:
        payload = msgspec.json.decode(push.payload)
        event = payload.get("event", "") if isinstance(payload, dict) else ""
        if not isinstance(event, str):
            raise ChannelCrashError
        if not self._presence_calls.admits(time.monotonic()):
            self._end("Client presence rate limit exceeded")
        elif event == "":
            self._reply(push.ref)
        elif "presence" not in self._policies.write:
            self._reply(push.ref, "error")
        else:
            self._present(push.ref, event.lower(), payload.get("payload", {}))

    def _present(self, ref: Ref, event: str, user: object) -> None:
        hub = self._server.hub
        match event:
            case "track" if isinstance(user, dict):
                self._reply(ref)
                hub.track(self, self._key, user)
            case "track":
                self._reply(ref, "error", {"reason": "Presence track payload must be a map"})
            case "untrack":
                self._reply(ref)
                hub.untrack(self)
            case _:
                self._reply(ref, "error")

    async def _renew(self, push: Frame) -> None:
        """Believe another token from now on, or end; the same token and what is no JWT at all change nothing."""
        payload = msgspec.json.decode(push.payload)
        token = payload.get("access_token") if isinstance(payload, dict) else None
        if not isinstance(token, str) or token.startswith("sb_") or token == self.claims.token:
            return
        try:
            await self._admit(self._server.verify(token))
        except TokenRefusedError as error:
            self._end(error.at_refresh())
        except JoinRefusedError as error:
            self._end(str(error).removeprefix("Unauthorized: "))
        except psycopg.Error:
            self._end(_UNREACHABLE)
        else:
            self._subscribe()

    def _expire_at(self, moment: float) -> None:
        if self._expiry:
            self._expiry.cancel()
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(max(moment - time.time(), 0), self._end, "Token has expired 0 seconds ago")

    def _end(self, reason: str) -> None:
        self._system("system", "error", reason)
        self.close()

    def _system(self, extension: str, status: str, message: str) -> None:
        payload = {"extension": extension, "status": status, "message": message, "channel": self.room.name}
        self._say("system", payload)

    def _say(self, event: str, payload: object) -> None:
        self._outlet.post(Push(self.topic, event, payload, None, self.join_ref))

    def _reply(self, ref: Ref, status: str = "ok", response: object = None) -> None:
        body = {"status": status, "response": {} if response is None else response}
        self._outlet.post(Push(self.topic, "phx_reply", body, ref, self.join_ref))
