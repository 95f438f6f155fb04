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
        ("FREEHAND_OPS_PORT", "abc", "integer"),
        ("FREEHAND_HOUR", "24", "less than or equal to 23"),
        ("FREEHAND_TIMEZONE", "Europe/Berlim", "Europe/Berlin"),
        ("FREEHAND_SANDBOX", "vm", "docker"),
        ("FREEHAND_LOG_LEVEL", "loud", "debug"),
        ("FREEHAND_GPUS", "GPU-1234", "nvidia-smi -L"),
        ("FREEHAND_GPUS", "cuda:0", "'cuda:0'"),
        ("FREEHAND_GPUS", "0,1,0", "twice"),
        ("FREEHAND_SANDBOX_TORCH_INDEX", "cu130", "pattern"),
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
