"""The seam between chattui and the place where conversations are kept.

Everything above talks to these protocols; `gateway.supabase` is the one implementation that knows a network.
"""
