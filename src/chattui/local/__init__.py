"""A small Supabase-compatible server over a real PostgreSQL, for `chattui demo` and `chattui local`."""
