import re
from pathlib import Path

import pytest

from bot.app.settings import PREFIX, ROOT, Settings, load
from bot.domain.errors import SettingsError


@pytest.fixture(autouse=True)
def no_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name}".upper(), raising=False)


def test_the_documented_table_is_the_settings_class() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", text, flags=re.MULTILINE)
    expected = [
        (f"{PREFIX}{name}".upper(), field.description, _shown(name))
        for name, field in Settings.model_fields.items()
    ]
    assert [(name, what, default) for name, default, what in rows] == expected


def _shown(name: str) -> str:
    default = {
        "exercises_dir": "`exercises` of the project",
        "database_url": "",
        "discord_token": "",
        "slack_app_token": "",
        "slack_bot_token": "",
        "sandbox_runtime": "",
        "sandbox_torch_index": "",
        "gpus": "",
        "sandbox_wheels": "",
        "timezone": "",
    }.get(name)
    return f"`{Settings.model_fields[name].default}`" if default is None else default


def test_env_example_names_only_settings() -> None:
    names = re.findall(r"^#? ?(FREEHAND_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert names
    assert {name.removeprefix(PREFIX).lower() for name in names} <= set(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("FREEHAND_OPS_PORT", "abc", "must be a whole number from 0 to 65535."),
        ("FREEHAND_OPS_PORT", "8765", "the port of the web chat, FREEHAND_WEB_PORT"),
        ("FREEHAND_HOUR", "24", "must be a whole number from 0 to 23."),
        ("FREEHAND_HOUR", "", "is empty; leave it out for its default. It must be a whole number"),
        ("FREEHAND_WEB_CHAT", "perhaps", "must be true or false."),
        ("FREEHAND_TIMEZONE", "Europe/Berlim", "Europe/Berlin"),
        ("FREEHAND_SANDBOX", "vm", "must be one of auto, docker, process."),
        ("FREEHAND_LOG_LEVEL", "loud", "debug"),
        ("FREEHAND_OPS_HOST", "", "is empty"),
        ("FREEHAND_OPS_HOST", "127.0.0.1:8766", "write it like 127.0.0.1"),
        ("FREEHAND_OPS_HOST", "http://localhost", "write it like 127.0.0.1"),
        ("FREEHAND_OPS_HOST", "local host", "write it like 127.0.0.1"),
        ("FREEHAND_DATABASE_URL", "postgres", "write postgresql+psycopg://"),
        ("FREEHAND_DATABASE_URL", "postgresql://u:hunter2@host:port/x", "postgresql+psycopg://"),
        ("FREEHAND_DATABASE_URL", "mysql://u:hunter2@host/x", "write postgresql+psycopg://"),
        ("FREEHAND_DATABASE_URL", "sqlite://", "SQLite needs the path of a file"),
        ("FREEHAND_GPUS", "GPU-1234", "nvidia-smi -L"),
        ("FREEHAND_GPUS", "cuda:0", "'cuda:0'"),
        ("FREEHAND_GPUS", "0,1,0", "twice"),
        ("FREEHAND_SANDBOX_TORCH_INDEX", "cu130", "begins with https://"),
        ("FREEHAND_SANDBOX_RUNTIME", "run sc", "write it like runsc"),
        ("FREEHAND_WEBPORT", "1", "FREEHAND_WEB_PORT"),
        ("FREEHAND_DATA_DIR", "", "is empty"),
        ("FREEHAND_SANDBOX_BASE", "", "is empty"),
        ("FREEHAND_SANDBOX_WHEELS", "/no/such/folder", "no folder that is there"),
        ("FREEHAND_REMINDER_HOURS", "48", "less than FREEHAND_OPEN_HOURS"),
    ],
)
def test_a_wrong_setting_gives_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load()
    sentence = str(caught.value)
    assert name in sentence
    assert word in sentence
    assert "\n" not in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "::1", "localhost", "a-b.example"])  # noqa: S104
def test_an_address_may_be_a_name_or_a_number(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("FREEHAND_OPS_HOST", host)
    assert load().ops_host == host


@pytest.mark.parametrize(
    ("zone", "goes_by", "is_told"),
    [
        ("Europe/Berlin", "Europe/Berlin", False),
        (":Europe/Berlin", "Europe/Berlin", False),
        ("Mars/Olympus", "UTC", True),
        ("CET-1CEST", "UTC", True),
    ],
)
def test_a_zone_of_the_machine_that_is_unknown_is_told(
    monkeypatch: pytest.MonkeyPatch, zone: str, goes_by: str, *, is_told: bool
) -> None:
    monkeypatch.setenv("TZ", zone)
    settings = load()
    assert settings.local_timezone == goes_by
    assert ("Set FREEHAND_TIMEZONE" in settings.zone_problem) == is_told
    monkeypatch.setenv("FREEHAND_TIMEZONE", "UTC")
    assert load().zone_problem == ""


def test_all_wrong_settings_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPEN_HOURS", "DAILY_LIMIT", "PENDING_LIMIT"):
        monkeypatch.setenv(f"FREEHAND_{name}", "0")
    with pytest.raises(SettingsError, match=r"OPEN_HOURS.*PENDING_LIMIT.*DAILY_LIMIT"):
        load()


def test_a_secret_shows_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREEHAND_DATABASE_URL", "postgresql+psycopg://u:hunter2@localhost/x")
    settings = load()
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.model_dump())
    assert settings.url.endswith("/x")


def test_dotenv_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FREEHAND_HOUR=7\n")
    assert load().hour == 7


def test_gpus_are_a_list_of_ids_and_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = "GPU-fef8089b-4820-abfc-e83e-94318197576e"
    slice_of = "MIG-7e5552bf-c328-57a8-b091-0720d4530ffb"
    monkeypatch.setenv("FREEHAND_GPUS", f"{whole}, {slice_of},3")

    assert load().gpu_ids == (whole, slice_of, "3")
    assert Settings.model_fields["gpus"].default == ""


def test_settings_are_frozen() -> None:
    settings = load()
    with pytest.raises(ValueError, match="frozen"):
        settings.hour = 3  # pyright: ignore[reportAttributeAccessIssue]


TEXT = "# für uns\nFREEHAND_HOUR=7\nPOSTGRES_PASSWORD=x\nexport FREEHAND_TIMEZONE='Europe/Berlin'\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("FREEHAND_HOUR", "freehand_hour").encode(),
    ],
    ids=["8", "8-marked", "16", "16-le", "16-be", "32", "ansi", "windows", "small"],
)
def test_a_file_of_settings_is_read_as_every_editor_writes_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / ".env").write_bytes(data)

    settings = load()

    assert (settings.hour, settings.timezone) == (7, "Europe/Berlin")


def test_the_environment_wins_over_the_file_however_names_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("FREEHAND_HOUR=7\nFREEHAND_WEB_PORT=1\n")
    monkeypatch.setenv("freehand_hour", "8")

    assert (load().hour, load().web_port) == (8, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"FREEHAND_HOURS=7\n", ("FREEHAND_HOURS", "did you mean FREEHAND_HOUR?")),
        (b"FREEHND_DISCORD_TOKEN=hunter2\n", ("FREEHND_DISCORD_TOKEN", "FREEHAND_DISCORD_TOKEN")),
        (b"FREEHAND_HOUR=7\nhunter2 'hunter2\n", ("Line 2", "NAME=value")),
        (b"FREEHAND_HOUR=noon\n", ("FREEHAND_HOUR", "whole number")),
        (b"FREEHAND_HOUR=7\nA=1\nfreehand_hour=8\n", ("Line 3", "line 1", "keep one")),
        (b"DISCORD=hunter2\nDISCORD=hunter2\n", ("Line 2", "line 1", "keep one")),
        (b"FREEHAND_HOUR=7\nFREEHAND_DISCORD_TOKEN=hunt\0er2\n", ("Line 2", "plain text")),
        (b"\xff\xfehunter2\xd8", ("save it as UTF-8",)),
        (b"FREEHAND_HOUR=7\x81\n", ("save it as UTF-8",)),
        (b"#" * (2 << 20), ("too large",)),
    ],
)
def test_a_wrong_file_of_settings_gives_one_sentence_without_what_is_in_it(
    tmp_path: Path, data: bytes, words: tuple[str, ...]
) -> None:
    (tmp_path / ".env").write_bytes(data)

    with pytest.raises(SettingsError) as caught:
        load()

    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert "hunter2" not in sentence
    assert "\n" not in sentence


def test_a_folder_named_like_the_file_of_settings_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()

    with pytest.raises(SettingsError, match="cannot be read: is a directory"):
        load()
