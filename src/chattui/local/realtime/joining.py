"""What a client asks for when it joins, and the errors of a join."""

from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from chattui.local.realtime.bindings import from_topic

MAX_REPLAYED = 25


class JoinRefusedError(Exception):
    """A join is refused; the text is `<Code>: <why>`, for the reply."""


class BroadcastConfig(Struct, frozen=True):
    """How broadcasts behave on a channel."""

    ack: bool = False
    echo: bool = field(name="self", default=False)
    replay: Any = None
    replication_ready: bool = False


class PresenceConfig(Struct, frozen=True):
    """How presence behaves on a channel; saying nothing about `enabled` means yes."""

    enabled: bool = True
    key: str = ""


class ChannelConfig(Struct, frozen=True):
    """A channel's config. Booleans may be the strings `true` and `false`."""

    broadcast: BroadcastConfig | None = None
    presence: PresenceConfig | None = None
    postgres_changes: list[dict[str, Any]] | None = None
    private: bool | None = None


class _Join(Struct, frozen=True):
    config: ChannelConfig | None = None
    access_token: Any = None
    user_token: Any = None


class Replay(Struct, frozen=True):
    """Stored broadcasts to be sent again: the newest `limit` since `since` (unix milliseconds)."""

    since: int
    limit: int = MAX_REPLAYED


class JoinRequest(Struct, frozen=True):
    """A join that can be read."""

    broadcast: BroadcastConfig
    presence: PresenceConfig
    bindings: list[dict[str, Any]]
    private: bool
    token: Any
    replay: Replay | None


def read_join(name: str, payload: Raw) -> JoinRequest:
    """Answer what the join of topic `realtime:<name>` asks for.

    Raises:
        JoinRefusedError: no name, a payload or a config of the wrong types, a replay that is not possible.
    """
    if not name:
        raise JoinRefusedError("TopicNameRequired: You must provide a topic name")
    try:
        join = msgspec.json.decode(payload, type=_Join, strict=False)
    except msgspec.MsgspecError as error:
        raise JoinRefusedError(f"UnknownErrorOnChannel: {error}") from error
    config = join.config or ChannelConfig(postgres_changes=[from_topic(name)])
    broadcast = config.broadcast or BroadcastConfig()
    return JoinRequest(
        broadcast,
        config.presence or PresenceConfig(enabled=False),
        config.postgres_changes or [],
        bool(config.private),
        join.user_token if join.access_token is None else join.access_token,
        _replay(broadcast.replay, private=bool(config.private)),
    )


def _replay(wanted: Any, *, private: bool) -> Replay | None:
    if wanted is None:
        return None
    if not private:
        raise JoinRefusedError("UnableToReplayMessages: Replay is not allowed for public channels")
    try:
        replay = msgspec.convert(wanted, Replay)
    except msgspec.ValidationError as error:
        raise JoinRefusedError("UnableToReplayMessages: Replay params are not valid") from error
    return Replay(replay.since, min(max(replay.limit, 1), MAX_REPLAYED))
