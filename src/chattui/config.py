"""The settings file and the environment, joined: which project, which keys, which habits.

Nothing here is secret but by neglect: a project's anon key is public, its service_role key is refused.
"""

import difflib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct, field, structs

from chattui import paths
from chattui.explained import Explained


class ConfigError(Explained):
    """The settings cannot be used as they are: one sentence with the file, the key and the nearest valid one."""


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """One Supabase project."""

    url: str
    key: str


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the inbox behaves."""

    theme: Annotated[str, Meta(description="dark, light, a theme of Textual, or empty: as the terminal")] = ""
    confirm: Annotated[bool, Meta(description="what is hard to take back asks for the same key again")] = True
    open_first: Annotated[bool, Meta(description="show the first conversation when none is shown")] = False
    notices: Annotated[
        Literal["desktop", "bell", "off"], Meta(description="what calls me while the terminal is not focused")
    ] = "desktop"
    notice_text: Annotated[bool, Meta(description="desktop notices show what was written")] = False


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings file."""

    profile: str | None = None
    remember: Annotated[
        bool, Meta(description="keep what was known last on this machine, so the inbox opens with it")
    ] = True
    profiles: dict[str, Profile] = field(default_factory=dict)
    ui: Settings = field(default_factory=Settings)
    keys: dict[str, list[str]] = field(default_factory=dict)
    """Action id → the keys that do it, instead of its own."""


class Target(Struct, frozen=True):
    """The project that a command works on; `name` is how a person knows it."""

    name: str
    url: str
    key: str


def load(path: Path | None = None) -> Config:
    """Read the settings; a file that is not there is an empty one.

    Raises:
        ConfigError: it cannot be read, or something in it is not understood.
    """
    path = path or paths.config_file()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explain(str(error))}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}.") from error


def target(config: Config, profile: str | None, environment: Mapping[str, str]) -> Target | None:
    """The project meant: `-P`, else CHATTUI_URL and CHATTUI_KEY, else CHATTUI_PROFILE, else the settings' own choice.

    None where nothing is set up. Raises `ConfigError` where the choice makes no sense.
    """
    url, key = environment.get("CHATTUI_URL"), environment.get("CHATTUI_KEY")
    if profile is None and (url or key):
        return checked(Target(urlsplit(url or "").netloc, *_both(url, key)))
    name = profile or environment.get("CHATTUI_PROFILE") or config.profile or _only(config)
    return checked(_named(config, name)) if name else None


def _both(url: str | None, key: str | None) -> tuple[str, str]:
    if url and key:
        return url, key
    here, missing = ("CHATTUI_URL", "CHATTUI_KEY") if url else ("CHATTUI_KEY", "CHATTUI_URL")
    raise ConfigError(f"{here} is set but {missing} is not; a project needs both.")


def _only(config: Config) -> str | None:
    if len(config.profiles) > 1:
        names = ", ".join(config.profiles)
        raise ConfigError(f'Which project? Say -P NAME (one of {names}), or put profile = "NAME" into the settings.')
    return next(iter(config.profiles), None)


def _named(config: Config, name: str) -> Target:
    profile = config.profiles.get(name)
    if profile is None:
        raise ConfigError(f"{paths.config_file()} has no profile {name!r}{nearest(name, list(config.profiles))}")
    return Target(name, profile.url, profile.key)


def checked(target: Target) -> Target:
    """The same target, its URL without a trailing slash, if it can be one at all.

    Raises:
        ConfigError: no URL, or a key that must not be in an agent's hands.
    """
    parts = urlsplit(target.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ConfigError(
            f"{target.url!r} is not the URL of a project; it looks like https://abcdefgh.supabase.co "
            "(Settings, API in the dashboard)."
        )
    if _is_service_key(target.key):
        raise ConfigError(
            "This is the project's service_role key: it opens everything to whoever holds it. "
            "Use the anon (publishable) key."
        )
    return structs.replace(target, url=target.url.rstrip("/"))


def _is_service_key(key: str) -> bool:
    return key.startswith("sb_secret_") or _claims(key).get("role") == "service_role"


def _claims(token: str) -> Mapping[str, object]:
    """What a JWT says of itself, unverified; empty for anything else."""
    import base64  # noqa: PLC0415 - only for old-style keys

    try:
        _, body, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def add_profile(name: str, profile: Profile, path: Path | None = None) -> Path:
    """Append a profile to the settings file, leaving everything else in it as its owner wrote it.

    Raises:
        Unwritable: the file cannot be written.
    """
    path = path or paths.config_file()
    before = path.read_text("utf-8") if path.exists() else _commented_defaults()
    entry = f"[profiles.{_toml_key(name)}]\nurl = {json.dumps(profile.url)}\nkey = {json.dumps(profile.key)}\n"
    paths.write_private(path, f"{before.rstrip()}\n\n{entry}".lstrip())
    return path


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _commented_defaults() -> str:
    lines = ["# Settings of chattui. A line that begins with # is the default.", "", "[ui]"]
    return "\n".join(lines + [f"# {line}" for line in described(Settings())]) + "\n"


def described(settings: Settings) -> list[str]:
    """Every setting as a line of TOML, with what it means."""
    return [
        f"{item.name} = {json.dumps(getattr(settings, item.encode_name))}  # {_meaning(item)}"
        for item in structs.fields(Settings)
    ]


def _meaning(item: structs.FieldInfo) -> str:
    meta = [part for part in getattr(item.type, "__metadata__", ()) if isinstance(part, Meta)]
    return meta[0].description or "" if meta else ""


def _explain(problem: str) -> str:
    """A sentence of msgspec, with the key by its TOML name and the nearest valid one."""
    where = re.search(r" - at `(?:key in )?\$\.?([^`]*)`$", problem)
    path = where[1].replace("[...]", ".NAME") if where else ""
    place = f"in [{path}]" if path else "at the top"
    if unknown := re.match(r"Object contains unknown field `([^`]*)`", problem):
        return f"there is no setting {unknown[1]!r} {place}{nearest(unknown[1], _names_at(path))}"
    if missing := re.match(r"Object missing required field `([^`]*)`", problem):
        return f"{missing[1]!r} is missing {place}."
    return f"{path or 'the file'}: {problem.split(' - at ', maxsplit=1)[0].replace('`', '')}."


def _names_at(path: str) -> list[str]:
    table = Settings if path.startswith("ui") else Profile if path.startswith("profiles") else Config
    return [item.encode_name for item in structs.fields(table)]


def nearest(name: str, valid: list[str]) -> str:
    """The end of a sentence about a name that is not valid, full stop included."""
    close = difflib.get_close_matches(name, valid, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; it may be {', '.join(valid)}." if valid else "; none is set up yet, see `chattui login`."
