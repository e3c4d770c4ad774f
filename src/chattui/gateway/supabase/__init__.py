"""The one package that knows Supabase."""
