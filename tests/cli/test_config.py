import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from chattui import config
from chattui.config import Config, ConfigError, Profile, Settings, Target

WORK = Profile("https://work.supabase.co", "anon-work")
SPARE = Profile("https://spare.supabase.co", "anon-spare")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path / "none.toml") == Config()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[ui]\nconfrim = true", ["confrim", "[ui]", "did you mean 'confirm'?"]),
        ("[ui]\nconfirm = 3", ["ui.confirm", "bool"]),
        ("[ui]\nnotices = 'loud'", ["ui.notices", "loud"]),
        ("profil = 'work'", ["profil", "did you mean 'profile'?"]),
        ("[profiles.work]\nurl = 'https://x.supabase.co'", ["'key' is missing", "profiles"]),
        ("[profiles.work]\nurl = 'u'\nkey = 'k'\nkez = 'k'", ["kez", "did you mean 'key'?"]),
        ("[ui", ["not TOML"]),
        ("[ui]\nzzz = 1", ["zzz", "theme, confirm"]),
    ],
)
def test_an_error_names_the_file_the_key_and_the_nearest(tmp_path: Path, text: str, words: list[str]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        config.load(path)
    assert str(path) in str(error.value)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path)


@pytest.mark.parametrize(
    ("profile", "environment", "expected"),
    [
        (None, {}, "work"),
        ("spare", {}, "spare"),
        (None, {"CHATTUI_PROFILE": "spare"}, "spare"),
        ("spare", {"CHATTUI_URL": "https://env.supabase.co", "CHATTUI_KEY": "k"}, "spare"),
        (None, {"CHATTUI_URL": "https://env.supabase.co", "CHATTUI_KEY": "k"}, "env.supabase.co"),
        (
            None,
            {"CHATTUI_URL": "https://env.supabase.co", "CHATTUI_KEY": "k", "CHATTUI_PROFILE": "spare"},
            "env.supabase.co",
        ),
    ],
)
def test_the_nearest_choice_wins(profile: str | None, environment: dict[str, str], expected: str) -> None:
    settings = Config(profile="work", profiles={"work": WORK, "spare": SPARE})
    target = config.target(settings, profile, environment)
    assert target is not None
    assert target.name == expected


def test_the_only_profile_needs_no_name() -> None:
    assert config.target(Config(profiles={"work": WORK}), None, {}) == Target("work", WORK.url, WORK.key)


def test_nothing_set_up_is_no_error() -> None:
    assert config.target(Config(), None, {}) is None


@pytest.mark.parametrize(
    ("settings", "profile", "environment", "words"),
    [
        (Config(profiles={"work": WORK, "spare": SPARE}), None, {}, "-P NAME"),
        (Config(profiles={"work": WORK}), "wrok", {}, "did you mean 'work'?"),
        (Config(), "work", {}, "chattui login"),
        (Config(), None, {"CHATTUI_URL": "https://x.supabase.co"}, "CHATTUI_KEY is not"),
        (Config(), None, {"CHATTUI_KEY": "k"}, "CHATTUI_URL is not"),
        (Config(), None, {"CHATTUI_URL": "x.supabase.co", "CHATTUI_KEY": "k"}, "not the URL of a project"),
        (Config(), None, {"CHATTUI_URL": "https://x.co/rest/v1", "CHATTUI_KEY": "k"}, "not the URL of a project"),
        (Config(), None, {"CHATTUI_URL": "https://x.supabase.co", "CHATTUI_KEY": "sb_secret_abc"}, "service_role"),
    ],
)
def test_a_choice_that_makes_no_sense_is_explained(
    settings: Config, profile: str | None, environment: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError) as error:
        config.target(settings, profile, environment)
    assert words in str(error.value)


def test_an_old_style_service_key_is_refused_too() -> None:
    claims = urlsafe_b64encode(json.dumps({"role": "service_role"}).encode()).decode().rstrip("=")
    with pytest.raises(ConfigError, match="anon"):
        config.checked(Target("x", "https://x.supabase.co", f"head.{claims}.tail"))


def test_a_trailing_slash_is_forgiven() -> None:
    assert config.checked(Target("x", "https://x.supabase.co/", "k")).url == "https://x.supabase.co"


@pytest.mark.parametrize("name", ["work", "our shop", 'a "b"', "ключ"])
def test_an_added_profile_comes_back_and_leaves_the_rest_alone(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "# mine\n[ui]\nconfirm = false\n")
    config.add_profile(name, WORK, path)
    assert path.read_text().startswith("# mine\n[ui]\nconfirm = false\n")
    loaded = config.load(path)
    assert loaded.profiles == {name: WORK}
    assert loaded.ui.confirm is False


def test_a_new_file_shows_every_setting_and_is_private(tmp_path: Path) -> None:
    path = config.add_profile("work", WORK, tmp_path / "new" / "config.toml")
    assert path.stat().st_mode & 0o777 == 0o600
    for line in config.described(Settings()):
        assert f"# {line}" in path.read_text()


def test_every_setting_of_the_file_is_one_of_the_screen() -> None:
    from chattui.ui import settings  # noqa: PLC0415 - to compare the two

    screen = settings.Settings()
    for name in Settings.__struct_fields__:
        assert getattr(screen, name) == getattr(Settings(), name), name
