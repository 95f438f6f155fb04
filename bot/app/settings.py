"""Every setting, read once from the environment and `.env`.

The table in docs/settings.md is compared with this class by a test.
"""

import difflib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.app import env_file
from bot.domain.errors import SettingsError
from bot.store.engine import parse_url

PREFIX = "FREEHAND_"
ROOT = Path(__file__).resolve().parents[2]
"""Where `exercises/`, `migrations/` and the Dockerfile stand."""


GPU_ID = re.compile(r"(GPU|MIG)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,2}")

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")
"""A name, an IPv4 address, or an IPv6 one without brackets; a port is a setting of its own."""


class Sandbox(StrEnum):
    """Where learner code runs."""

    AUTO = "auto"  # docker where an engine answers, else process
    DOCKER = "docker"
    PROCESS = "process"  # no isolation to trust: for one's own machine


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class Settings(BaseSettings):
    """The settings. Field descriptions are the documentation table's text."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(
        Path("var"), description="SQLite database and its copies; made if absent"
    )
    database_url: SecretStr = Field(
        SecretStr(""),
        description="`postgresql+psycopg://user:password@host/name`; empty means SQLite in the data"
        " directory",
    )
    exercises_dir: Path = Field(ROOT / "exercises", description="The exercise folders")
    discord_token: SecretStr = Field(
        SecretStr(""), description="The Discord bot's token; empty: no Discord. See discord.md"
    )
    slack_bot_token: SecretStr = Field(
        SecretStr(""),
        description="The Slack app's bot token (xoxb-…); empty: no Slack. See slack.md",
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""), description="The Slack app's app-level token (xapp-…), for Socket Mode"
    )
    web_chat: bool = Field(
        default=True, description="Serve the local web chat, with a cohort of its own"
    )
    web_port: int = Field(8765, ge=0, le=65535, description="Port of the local web chat")
    open_browser: bool = Field(
        default=True,
        description="Open the local web chat in a browser at start (on a terminal only)",
    )
    ops_host: str = Field("127.0.0.1", description="Address of `/healthz` and `/metrics`")
    ops_port: int = Field(8766, ge=0, le=65535, description="Port of `/healthz` and `/metrics`")
    sandbox: Sandbox = Field(
        Sandbox.AUTO,
        description="`docker`, `process` (no isolation: for trying on your own machine) or `auto`",
    )
    sandbox_base: str = Field(
        "python:3.12-slim", description="Base of the sandbox images; needs Python 3.11 or newer"
    )
    sandbox_wheels: Path | None = Field(
        None,
        description="Folder of wheels for an image build without a network; `build/wheels` if it"
        " exists",
    )
    sandbox_runtime: str = Field(
        "",
        description="Docker's runtime for the sandbox, `runsc` (gVisor) for example; the engine's"
        " default if empty",
    )
    sandbox_torch_index: str = Field(
        "",
        description="Package index for the sandbox's torch: the one that pytorch.org's installation"
        " page names for your CUDA version, or for CPU; pip's own if empty",
    )
    gpus: str = Field(
        "",
        description="NVIDIA devices for this bot alone, with commas, as `nvidia-smi -L` prints"
        " them: `GPU-…`, `MIG-…` or numbers; see [gpu.md](gpu.md)",
    )
    warm_solvers: int = Field(
        2,
        ge=0,
        le=64,
        description="Solvers kept waiting with torch imported, about 150 MB each; fewer where"
        " memory is short",
    )
    parallel_gradings: int = Field(1, ge=1, le=64, description="Gradings side by side")
    timezone: str = Field("", description="Time zone of the local cohort; the machine's if empty")
    hour: int = Field(9, ge=0, le=23, description="Local hour of posts in the local cohort")
    open_hours: int = Field(48, ge=1, le=336, description="How long a challenge is open")
    late_hours: int = Field(48, ge=0, le=336, description="How long late answers are still graded")
    reminder_hours: int = Field(6, ge=1, le=168, description="Reminder before closing")
    quiet_from: int = Field(
        22, ge=0, le=23, description="Local hour from which on nobody is reminded"
    )
    quiet_until: int = Field(
        8, ge=0, le=23, description="Local hour until which nobody is; the same hour: no such time"
    )
    pending_limit: int = Field(3, ge=1, le=100, description="Answers one member may have waiting")
    daily_limit: int = Field(
        30, ge=1, le=1000, description="Gradings one member may have in 24 hours"
    )
    challenge_limit: int = Field(
        60, ge=1, le=1000, description="Gradings one member may have of one challenge"
    )
    details_public: bool = Field(
        default=False, description="Show each check in the thread instead of to the author alone"
    )
    sources_kept_days: int = Field(
        365, ge=60, le=36500, description="Submitted code is forgotten after this; grades stay"
    )
    sources_kept_after_end_days: int = Field(
        180,
        ge=60,
        le=36500,
        description="A cohort's code is forgotten this long after its last challenge was over",
    )
    events_kept_days: int = Field(
        7,
        ge=1,
        le=365,
        description="What was in a message or command is, once it was handled; so is the answer",
    )
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="`console` or `json`")

    @field_validator(
        "data_dir", "exercises_dir", "sandbox_wheels", "sandbox_base", "ops_host", mode="before"
    )
    @classmethod
    def _named(cls, value: object) -> object:
        if value == "":
            raise ValueError("is empty; leave it out for its default")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr) -> SecretStr:
        try:
            if value.get_secret_value():
                parse_url(value.get_secret_value())
        except SettingsError as error:
            wrong = str(error).removeprefix("The database URL ")
            raise ValueError(wrong.rstrip(".")) from None
        return value

    @field_validator("ops_host")
    @classmethod
    def _host(cls, value: str) -> str:
        if not HOST.fullmatch(value):
            raise ValueError("is no address of this machine; write it like 127.0.0.1")
        return value

    @field_validator("sandbox_wheels")
    @classmethod
    def _there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"is no folder that is there: {value}")
        return value

    @field_validator("reminder_hours")
    @classmethod
    def _while_open(cls, value: int, others: ValidationInfo) -> int:
        if value >= others.data.get("open_hours", value + 1):
            raise ValueError("is less than FREEHAND_OPEN_HOURS, or nobody would be reminded")
        return value

    @field_validator("sandbox_runtime")
    @classmethod
    def _runtime(cls, value: str) -> str:
        if not re.fullmatch(r"[\w.-]*", value):
            raise ValueError("is no name of a runtime; write it like runsc")
        return value

    @field_validator("sandbox_torch_index")
    @classmethod
    def _index(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://\S+", value):
            raise ValueError("is no address of a package index; it begins with https://")
        return value

    @field_validator("ops_port")
    @classmethod
    def _another_port(cls, value: int, others: ValidationInfo) -> int:
        web = others.data.get("web_chat") and others.data.get("web_port")
        if value and value == web:
            raise ValueError("is the port of the web chat, FREEHAND_WEB_PORT; each needs its own")
        return value

    @field_validator("gpus")
    @classmethod
    def _known_gpus(cls, value: str) -> str:
        ids = _listed(value)
        for gpu in ids:
            if not GPU_ID.fullmatch(gpu):
                raise ValueError(
                    f"is a list of device ids as `nvidia-smi -L` prints them, and {gpu[:60]!r} is"
                    " none"
                )
        if len(set(ids)) < len(ids):
            raise ValueError("is a list of different devices, and one is in it twice")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value and value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), n=1)
            raise ValueError(
                f"is no time zone; write it like {near[0] if near else 'Europe/Berlin'}"
            )
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.lower() not in {"debug", "info", "warning", "error"}:
            raise ValueError("is one of debug, info, warning, error")
        return value.lower()

    @property
    def gpu_ids(self) -> tuple[str, ...]:
        """The GPUs to grade on."""
        return _listed(self.gpus)

    @property
    def serves_others(self) -> bool:
        """Whether code comes from people who are not at this machine."""
        tokens = self.discord_token, self.slack_bot_token
        return any(token.get_secret_value() for token in tokens)

    @property
    def url(self) -> str:
        """The database's URL, with its password: never to be logged."""
        return self.database_url.get_secret_value() or f"sqlite+aiosqlite:///{self.sqlite_file}"

    @property
    def sqlite_file(self) -> Path:
        """The database, where no URL names another."""
        return (self.data_dir / "freehand.sqlite3").resolve()

    @property
    def old_discord_mark(self) -> Path:
        """Where earlier versions kept until when Discord was heard."""
        return self.data_dir / "discord-heard-until"

    @property
    def old_keys(self) -> Path:
        """Where earlier versions kept the secret of the hidden inputs."""
        return self.data_dir / "input-keys.json"

    @property
    def wheels(self) -> Path:
        """Folder of wheels for the image build, which may not be there, or not yet."""
        return self.sandbox_wheels or ROOT / "build" / "wheels"

    @property
    def local_timezone(self) -> str:
        """IANA name of the local cohort's zone; UTC where the machine does not tell its own."""
        return self.timezone or _machine_zone() or "UTC"

    @property
    def zone_problem(self) -> str:
        """Why the local cohort goes by UTC though the environment names a zone; empty if not so."""
        if self.timezone or not os.environ.get("TZ") or _machine_zone():
            return ""
        return (
            "TZ in the environment names no time zone that is known here, so the local cohort goes"
            " by UTC. Set FREEHAND_TIMEZONE, to Europe/Berlin for example."
        )


def load() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: One is wrong or unknown; one sentence says which and what it should be.
    """
    in_file = env_file.read()
    _refuse_unknown(name for name in os.environ if name.upper().startswith(PREFIX))
    _refuse_unknown(name for name in in_file if _is_meant(name))
    try:
        return Settings(**_fields(in_file))  # pyright: ignore[reportArgumentType]  # text
    except ValidationError as error:
        sentences = [
            _sentence(
                str(found["loc"][0]), found["type"], found["msg"], is_empty=found["input"] == ""
            )
            for found in error.errors(include_url=False)
        ]
        raise SettingsError(" ".join(sentences)) from None


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _sentence(field: str, kind: str, message: str, *, is_empty: bool) -> str:
    """What is wrong with a setting, and what it must be; never its value, which may be secret."""
    name, reason = f"{PREFIX}{field}".upper(), message.removeprefix("Value error, ")
    if kind == "value_error":
        return f"The setting {name} {reason}."
    empty = " is empty; leave it out for its default. It" if is_empty else ""
    return f"The setting {name}{empty} must be {_wanted(field, reason)}."


def _wanted(field: str, reason: str) -> str:
    kind = Settings.model_fields[field].annotation
    if kind is int:
        bounds: list[Any] = Settings.model_fields[field].metadata
        low, high = (
            next(getattr(bound, name) for bound in bounds if hasattr(bound, name))
            for name in ("ge", "le")
        )
        return f"a whole number from {low} to {high}"
    if kind is bool:
        return "true or false"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)}"
    return f"something else ({reason[:1].lower()}{reason[1:]})"


def _known() -> Sequence[str]:
    return [f"{PREFIX}{name}".upper() for name in Settings.model_fields]


def _is_meant(name: str) -> bool:
    """Whether a name in a file that compose.yaml reads as well is meant for the bot."""
    whole = name.upper()
    return whole.startswith(PREFIX) or bool(difflib.get_close_matches(whole, _known(), cutoff=0.9))


def _fields(values: Mapping[str, str]) -> Mapping[str, str]:
    """Those that the environment does not have, however either writes them."""
    there = {name.upper() for name in os.environ}
    return {
        name.upper().removeprefix(PREFIX).lower(): value
        for name, value in values.items()
        if name.upper() in _known() and name.upper() not in there
    }


def _refuse_unknown(names: Iterable[str]) -> None:
    # A misspelt setting would otherwise be silently without effect.
    known = _known()
    for name in sorted(names):
        if name.upper() not in known and not name.upper().startswith(f"{PREFIX}TEST_"):
            near = difflib.get_close_matches(name.upper(), known, n=1)
            raise SettingsError(
                f"There is no setting {name}{f'; did you mean {near[0]}?' if near else '.'}"
            )


def _machine_zone() -> str:
    """Empty where it cannot be told."""
    link = Path("/etc/localtime")
    name = os.environ.get("TZ", "").removeprefix(":") or (
        str(link.resolve()).partition("zoneinfo/")[2] if link.exists() else ""
    )
    return name if name in available_timezones() else ""
