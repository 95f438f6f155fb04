"""What is missing on this machine, and how to fix it."""

import os
import shutil
import socket
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from bot.app import runners, terminal
from bot.app.process import utc_now
from bot.app.settings import Settings
from bot.catalogue.reading import Catalogue
from bot.chat.discord import setup_check
from bot.chat.slack import adapter as slack
from bot.chat.slack import setup_check as slack_check
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import BotError, GpuUnavailableError
from bot.domain.schedule import next_slot
from bot.sandbox.gpu.nvml import Meter
from bot.store.lock import is_running
from bot.store.store import SqlStore

LOW_DISK_BYTES = 3 * 2**30
"""The sandbox images take about 1.5 GB, and more while they are built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part of the installation."""

    part: str
    well: bool
    sentence: str


async def examine(settings: Settings, *, say: terminal.Say) -> AsyncGenerator[Finding]:
    """Look at every part, the quick ones first; nothing is changed.

    `say` is told what takes a while, before it begins.
    """
    yield _data_dir(settings)
    yield _exercises(settings)
    for finding in (*_zone(settings), *_ports(settings)):
        yield finding
    for look in (_database, _discord, _slack):
        for finding in await look(settings):
            yield finding
    async for finding in _sandbox(settings, say):
        yield finding


def _data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir.resolve()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    free_bytes = shutil.disk_usage(nearest).free
    if not os.access(nearest, os.W_OK):
        return _to_fix("data", f"{folder} cannot be written; set FREEHAND_DATA_DIR.")
    free = f"{free_bytes / 2**30:.1f} GB free at {folder}"
    if free_bytes < LOW_DISK_BYTES:
        return _to_fix("data", f"only {free}; the sandbox images need about 2 GB. Make room.")
    return _well("data", f"{free}.")


def _exercises(settings: Settings) -> Finding:
    try:
        count = len(Catalogue.load(settings.exercises_dir).all())
    except BotError as error:
        return _to_fix("exercises", str(error))
    return _well("exercises", f"{count} in {settings.exercises_dir}.")


def _zone(settings: Settings) -> list[Finding]:
    return [_to_fix("time zone", settings.zone_problem)] if settings.zone_problem else []


async def _sandbox(settings: Settings, say: terminal.Say) -> AsyncGenerator[Finding]:
    try:
        runner = await runners.choose(settings)
        problem = await runner.missing()
        if problem:
            yield _to_fix("sandbox", problem)
            return
        yield _well("sandbox", runner.warning or "the Docker engine answers, the images are there.")
        for finding in await examine_gpus(settings):
            yield finding
        if runner.grader.isolated:
            say("Trying whether the sandbox holds on this machine, for half a minute.")
            yield await _isolation(settings)
    except BotError as error:
        yield _to_fix("sandbox", str(error))


async def _isolation(settings: Settings) -> Finding:
    proofs = [proof async for proof in terminal.prove_sandbox(settings, say=_nothing)]
    broken = [proof.what for proof in proofs if not proof.holds]
    if broken:
        what = "; ".join(broken)
        return _to_fix("isolation", f"`freehand sandbox check` tells more of: {what}.")
    return _well("isolation", f"{len(proofs)} proofs hold on this machine.")


async def examine_gpus(settings: Settings) -> list[Finding]:
    """What the driver tells of each; whether one can be graded on is tried with the isolation."""
    findings: list[Finding] = []
    for gpu in settings.gpu_ids:
        try:
            seen = await Meter(gpu=gpu).read()
        except GpuUnavailableError as error:
            findings.append(_to_fix(f"GPU {gpu}", f"{error}. docs/gpu.md says how it is set up."))
        else:
            used = f"{seen.used_bytes >> 20} of {seen.total_bytes >> 20} MB are in use"
            findings.append(_well(f"GPU {gpu}", f"{seen.name}; {used}."))
    return findings


def _nothing(_line: str) -> None:
    return


async def _database(settings: Settings) -> list[Finding]:
    if not settings.database_url.get_secret_value() and not settings.sqlite_file.exists():
        return [_well("database", f"{settings.sqlite_file} is made by the first `freehand run`.")]
    try:
        store = await SqlStore.open(settings.url)
    except BotError as error:
        return [_to_fix("database", f"{error} `freehand run` makes and upgrades it.")]
    try:
        async with store.read() as tx:
            cohorts = await tx.cohorts.all()
    except BotError as error:
        return [_to_fix("database", f"{error} `freehand run` makes and upgrades it.")]
    finally:
        await store.close()
    findings = [_well("database", f"it answers; {len(cohorts)} cohorts.")]
    for cohort in cohorts:
        slot = next_slot(cohort, now=utc_now())
        when = f"{slot.due_at.astimezone(cohort.zone):%A %d %B, %H:%M}" if slot else "never"
        channels = [place.channel for place in cohort.places]
        where = ", ".join(f"#{channel.channel} ({channel.platform})" for channel in channels)
        findings.append(
            _well(f"schedule of {cohort.name}", f"next post {when} {cohort.timezone}, in {where}.")
        )
    return findings


async def _discord(settings: Settings) -> list[Finding]:
    token = settings.discord_token.get_secret_value()
    if not token:
        return []
    try:
        return [
            Finding(part="discord", well=remark.well, sentence=remark.sentence)
            async for remark in setup_check.examine(token, await _places(settings, "discord"))
        ]
    except BotError as error:
        return [_to_fix("discord", str(error))]


async def _slack(settings: Settings) -> list[Finding]:
    tokens = (
        settings.slack_bot_token.get_secret_value(),
        settings.slack_app_token.get_secret_value(),
    )
    if not all(tokens):
        lacking = "both FREEHAND_SLACK_BOT_TOKEN and FREEHAND_SLACK_APP_TOKEN must be set."
        return [_to_fix("slack", lacking)] if any(tokens) else []
    channels = await _places(settings, "slack")
    try:
        return [
            Finding(part="slack", well=remark.well, sentence=remark.sentence)
            async for remark in slack_check.examine(*tokens, channels, api=slack.API)
        ]
    except BotError as error:
        return [_to_fix("slack", str(error))]


async def _places(settings: Settings, platform: str) -> Sequence[ConversationRef]:
    """Where cohorts practise on a platform, and their mentors' channels."""
    try:
        store = await SqlStore.open(settings.url)
    except BotError:
        return []  # said under the database
    try:
        async with store.read() as tx:
            cohorts = await tx.cohorts.all()
    except BotError:
        return []
    finally:
        await store.close()
    places = [place for cohort in cohorts for place in cohort.places]
    channels = [channel for place in places for channel in (place.channel, place.mentors_channel)]
    return [channel for channel in channels if channel.platform == platform]


def _ports(settings: Settings) -> list[Finding]:
    if is_running(settings.data_dir):
        return [_well("bot", f"it is running, on {settings.data_dir.resolve()}.")]
    return [
        _port("local web chat", "127.0.0.1", settings.web_port, "FREEHAND_WEB_PORT"),
        _port("health and metrics", settings.ops_host, settings.ops_port, "FREEHAND_OPS_PORT"),
    ]


def _port(what: str, host: str, port: int, setting: str) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = (error.strerror or "it cannot be used").lower()
            return _to_fix(what, f"port {port}: {reason}. Is the bot running? Else set {setting}.")
    return _well(what, f"port {port} is free.")


def _well(part: str, sentence: str) -> Finding:
    return Finding(part=part, well=True, sentence=sentence)


def _to_fix(part: str, sentence: str) -> Finding:
    return Finding(part=part, well=False, sentence=sentence)
