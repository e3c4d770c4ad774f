"""GoTrue's part: who somebody is.

Password and code sign-in, anonymous sign-in, refresh with rotation, the user, sign-out. The rest of GoTrue answers 501.
"""

from chattui.local.auth.app import app

__all__ = ["app"]
