"""What can go wrong on the way to the database, in words for a person.

Every error's text is one or two sentences: what happened, what it means, what to do.
"""

from chattui.explained import Explained


class GatewayError(Explained):
    """The root of all that a gateway raises."""


class Unreachable(GatewayError):
    """No answer: the network, a time-out, a 5xx. Whether a write took effect is unknown; repeating it is safe."""

    def __init__(self, sentence: str, patience: float = 0.0) -> None:
        super().__init__(sentence)
        self.patience = patience
        """Seconds for which the server asks not to be asked again; 0 where it said nothing."""


class SignedOut(GatewayError):
    """There is no session, or it is over. Signing in again is the remedy."""


class Misconfigured(GatewayError):
    """Trying again will not help: a wrong URL or key, missing migrations, no profile for this user."""


class Declined(GatewayError):
    """The database refused what a customer asked for, and says why. An agent's gateway answers `Refused` instead."""
