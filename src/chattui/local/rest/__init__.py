"""PostgREST's part: tables and functions of the schema `public` over HTTP, as the caller's role, so that RLS decides.

What is here answers as PostgREST does. Everything else of PostgREST answers 501 and names what is missing; a request is
never understood half.
"""

from chattui.local.rest.app import opened

__all__ = ["opened"]
