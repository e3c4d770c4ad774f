"""Where chattui keeps its files: the places that the operating system gives to programs, and nothing outside them.

`XDG_CONFIG_HOME`, `XDG_STATE_HOME`, `XDG_DATA_HOME` and `XDG_CACHE_HOME` move them where they are set.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from platformdirs import PlatformDirs

from chattui.explained import Explained

_DIRS = PlatformDirs("chattui", appauthor=False)


class Unwritable(Explained, OSError):
    """A place of chattui's own cannot be written; the text says which, why, and what to do."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(error.errno, f"chattui cannot write {path}: {error.strerror or error}")
        self.path = path

    def __str__(self) -> str:
        return f"{self.strerror}. Give it a writable home, or set XDG_STATE_HOME and XDG_DATA_HOME to one."


def config_file() -> Path:
    """The settings; it need not exist."""
    return _DIRS.user_config_path / "config.toml"


def state_dir() -> Path:
    """Sessions, drafts and what was not sent yet: must survive a reboot."""
    return _DIRS.user_state_path


def log_dir() -> Path:
    """The log files."""
    return _DIRS.user_log_path


def cache_dir() -> Path:
    """What may be deleted at any time."""
    return _DIRS.user_cache_path


def memory_dir() -> Path:
    """What was known last: an inbox to begin with."""
    return cache_dir() / "last"


def demo_dir() -> Path:
    """The database of `chattui demo`."""
    return _DIRS.user_data_path / "demo"


def private_dir(path: Path) -> Path:
    """The directory, made when it is not there, for this user alone (0700).

    Raises:
        Unwritable: a parent cannot be written.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unwritable(path, error) from error
    return path


def name_for(*names: str) -> str:
    """A file name, whatever a server calls its things."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:32]


def write_private(path: Path, content: str | bytes) -> None:
    """Put it there as a whole, readable by this user alone (0600), never half of it.

    Raises:
        Unwritable: the directory or the disk refuses.
    """
    private_dir(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise Unwritable(path, error) from error
