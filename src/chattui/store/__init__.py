"""In-memory state: `apply` changes it, queries read it. Pure: no I/O, no clock."""

from chattui.store.changes import Changes
from chattui.store.queries import Queries
from chattui.store.store import Store

__all__ = ["Changes", "Queries", "Store"]
