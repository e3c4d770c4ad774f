"""The realtime socket of the embedded stack: Phoenix channels over one real Postgres.

It speaks what Supabase's Realtime server speaks, so that the official clients work against it unchanged. Row events
come from the write-ahead log, the database's own policies decide who sees them, and nothing is kept here that a
restart could lose.
"""
