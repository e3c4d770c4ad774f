"""What the realtime server must be told, and what it may be told otherwise than the hosted one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chattui.local.realtime.pings import PingsHeard

MAX_FRAME_BYTES = 5_000_000
"""A larger websocket frame closes the socket with 1009."""

UVICORN_OPTIONS: Mapping[str, object] = {
    "ws": PingsHeard,
    "ws_max_size": MAX_FRAME_BYTES,
    "ws_ping_interval": None,
    "ws_ping_timeout": None,
    "ws_per_message_deflate": False,
}
"""Arguments of `uvicorn.Config` that the wire behaviour rests on: the client's pings are heard, none of our own, frame
limit, no compression."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything but `dsn` and `jwt_secret` has the embedded stack's default."""

    dsn: str
    """A superuser of the database: replication, probes of policies and `set role` need one."""
    jwt_secret: str
    """HS256 secret of every token, the API keys included."""
    api_keys: Mapping[str, str] = field(default_factory=dict)
    """Opaque keys (`sb_publishable_…`) and the JWT that each stands for, as Supabase's gateway swaps them."""
    roles: frozenset[str] = frozenset({"anon", "authenticated", "service_role"})
    """The only database roles that a token may name."""
    handshake_delay: float = 0.0
    """Seconds before a refused handshake is answered (hosted: 2)."""
    join_error_delay: float = 0.0
    """Seconds that a refused join holds its whole socket (hosted: 5)."""
    idle_timeout: float = 60.0
    """Seconds without a frame or a ping from the client before the socket is closed with 1000."""
    max_channels: int = 100
    """Joined channels per socket."""
    max_payload_bytes: int = 3_000 * 1024
    """Largest broadcast payload."""
    publication: str = "supabase_realtime"
    """Its tables have row events."""
