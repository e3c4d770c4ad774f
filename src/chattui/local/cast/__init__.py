"""The demo's cast: customers who write, and an AI who answers, over the same doors that real ones would use.

The cast is one process of its own for each data directory (`python -m chattui.local.cast`), started by the first demo
and owned by nobody: it holds no lease, and ends within a second of the stack whose world it plays in. So quitting the
first demo while a second is joined leaves the world alive; a killed cast takes nothing with it but itself; and its
customers, a Supabase client each, do not slow the server or anybody's screen.
"""
