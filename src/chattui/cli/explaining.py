"""What to tell a person about an error that a command did not expect itself."""

import logging

from chattui import logs
from chattui.cli.failures import Failure, Misused, NoAnswer
from chattui.config import ConfigError
from chattui.explained import Explained
from chattui.gateway.errors import Unreachable

logger = logging.getLogger(__name__)


def explained(error: Exception) -> Failure:
    """What to tell a person about any error; one that nobody foresaw is written to the log with its traceback."""
    match error:
        case Failure():
            return error
        case ConfigError():
            return Misused(str(error))
        case Unreachable():
            return NoAnswer(f"{error} Check the network and the URL; `chattui doctor` looks closer.")
        case Explained():
            return Failure(str(error))
        case _:
            return _unforeseen(error)


def _unforeseen(error: Exception) -> Failure:
    logs.start()
    logger.error("unforeseen", exc_info=error)
    return Failure(
        f"something went wrong inside chattui ({type(error).__name__}). "
        f"{logs.log_file()} has the details; please report it with them."
    )
