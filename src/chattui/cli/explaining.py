"""What to tell a person about an error that a command did not expect itself."""

import logging

from chattui import logs
from chattui.cli.failures import Failure, Misused, NoAnswer
from chattui.config import ConfigError
from chattui.gateway.errors import GatewayError, Unreachable
from chattui.paths import Unwritable

logger = logging.getLogger(__name__)


def explained(error: Exception) -> Failure:
    """What to tell a person about any error; one that nobody foresaw is written to the log with its traceback."""
    match error:
        case Failure():
            return error
        case ConfigError():
            return Misused(str(error))
        case Unreachable():
            return NoAnswer(_for_a_command(error))
        case GatewayError():
            return Failure(_for_a_command(error))
        case _:
            return Failure(str(error)) if _is_expected(error) else _unforeseen(error)


def _for_a_command(error: GatewayError) -> str:
    """A gateway's sentence without what only the screen can do: go on trying, and be told to by Ctrl+R."""
    advice = "Check the network and the URL; `chattui doctor` looks closer."
    sentence = str(error).replace("chattui goes on trying; Ctrl+R tries at once.", advice)
    return sentence.replace("chattui tries again.", "Try again.").replace(", then press Ctrl+R", "")


def _is_expected(error: Exception) -> bool:
    """Errors of parts that a command may not have loaded are known by their name."""
    told = {"Exposed", "StackFailed", "KeysError"}
    return isinstance(error, Unwritable) or any(kind.__name__ in told for kind in type(error).__mro__)


def _unforeseen(error: Exception) -> Failure:
    logs.start()
    logger.error("unforeseen", exc_info=error)
    return Failure(
        f"something went wrong inside chattui ({type(error).__name__}). "
        f"{logs.log_file()} has the details; please report it with them."
    )
