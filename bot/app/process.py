"""The process: everything put together, started in order, stopped in reverse."""

import asyncio
import contextlib
import math
import secrets
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.app import files, local
from bot.app.assembly import Ports, Services, assemble
from bot.app.marks import StoredMark
from bot.app.recall import Recall
from bot.app.runners import Runner, choose
from bot.app.settings import Sandbox, Settings
from bot.catalogue.reading import Catalogue
from bot.chat.discord.adapter import DiscordChat
from bot.chat.slack.adapter import SlackChat
from bot.chat.web.adapter import WebChat
from bot.domain.chat.port import ChatPort
from bot.domain.clock import Clock
from bot.domain.errors import SandboxBuildError, SandboxError, SettingsError, StoreError
from bot.drawing import board
from bot.jobs.embedded import EmbeddedJobs
from bot.jobs.loops import Loops
from bot.jobs.scheduler import Scheduler, Tick
from bot.jobs.sender import Sender
from bot.jobs.spare import SpareTime
from bot.jobs.worker import Worker
from bot.services.submissions.grading import HEARTBEAT_S
from bot.services.submissions.retention import Kept
from bot.store.engine import parse_url
from bot.store.lock import BotLock, only_bot, only_instance
from bot.store.migrate import upgrade
from bot.store.store import SqlStore
from bot.web.operations import Metrics, Operations, Probe

log = structlog.get_logger()

Say = Callable[[str], None]
"""Tells the person at the terminal one line."""

FLUSH_S = 5.0
"""How long the last messages may take at the end."""

SANDBOX_RETRY_S = 10.0
MAX_BUILD_RETRY_S = 600.0
"""Between two tries at images that could not be built: somebody has to fix something first."""


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)  # noqa: TID251  # the one clock everything else is given


@dataclass(slots=True, kw_only=True)
class App:
    """What runs, once everything is open."""

    settings: Settings
    store: SqlStore
    sandbox: Runner
    chats: Sequence[ChatPort]
    web: WebChat | None
    services: Services
    worker: Worker
    sender: Sender
    spare: SpareTime
    loops: Loops
    metrics: Metrics
    lock: BotLock
    recall: Recall
    clock: Clock
    say: Say
    scheduler: Scheduler = field(init=False)
    operations: Operations = field(init=False)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(ticks=self._ticks(), clock=self.clock)
        self.operations = Operations(
            host=self.settings.ops_host,
            port=self.settings.ops_port,
            metrics=self.metrics,
            probes=self._probes(),
            refresh=self._refresh,
        )

    async def run(self, ready: Callable[[str], None]) -> None:
        """Serve until `stop` is called, then let what runs finish.

        Args:
            ready: Called with the web chat's address, if there is one, once it can be used.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.sandbox.stop)
            stack.push_async_callback(self.operations.stop)
            await self.operations.start()
            await self._begin()
            for chat in self.chats:
                stack.push_async_callback(chat.stop)
                await chat.start(self.services.dispatcher, self.services.commands)
            stack.push_async_callback(self._flush)
            if self.web is not None:
                await local.settle_in(self.settings, self.store, self.services, self.clock)
            for name, work in (
                ("scheduler", self.scheduler.run),
                ("sandbox's start", self._prepare_sandbox),
                ("sender", self.sender.run),
                ("heartbeat", self.worker.keep_leases),
                ("regrading", self.spare.run),
            ):
                await stack.enter_async_context(self.loops.beside(name, work))
            if not self.worker.stopping:
                ready(self.web.url if self.web is not None else "")
            await self.loops.run("worker", self.worker.run)
            await self.services.dispatcher.drain()

    def stop(self) -> None:
        """Begin to stop: nothing new is claimed, what runs may finish."""
        self.worker.stop()

    async def _begin(self) -> None:
        """Take over what the last process of this installation left."""
        missing = await self.recall.missing()
        if missing:
            self.say(missing)
        await files.take_over_keys(self.settings.old_keys, self.store, self.clock)
        await files.take_over_mark(self.settings.old_discord_mark, _discord_mark(self.store))
        await self.services.seeds.refresh()
        taken = await self.services.grading.take_back()
        if taken:
            log.info("leases_taken_back", submissions=taken)
        await self.services.challenges.notice_changes()

    def _ticks(self) -> Mapping[str, Tick]:
        return {
            "challenges": self.services.challenges.tick,
            "leaderboard": self.services.leaderboard.tick,
            "inbox": self.services.dispatcher.recover,
            "keys": self.services.seeds.refresh,
            "retention": self.services.retention.tick,
            "lock": self._keep_lock,
            "recall": self.recall.keep,
        }

    def _probes(self) -> Mapping[str, Probe]:
        return {
            "database": self.store.health,
            **{chat.platform: chat.health for chat in self.chats},
            "sandbox": self.sandbox.grader.health,
            **({"gpus": self.sandbox.gpu_health} if self.settings.gpu_ids else {}),
            "loops": self.loops.health,
            "ticks": self.scheduler.health,
        }

    async def _refresh(self) -> None:
        metrics = self.metrics
        try:
            async with self.store.read() as tx:
                queued = await tx.submissions.queue_length()
                unsent = await tx.outbox.unsent_count(self.clock())
        except StoreError:  # /healthz says so; what does not come from the database is still told
            queued = unsent = math.nan
        metrics.queued.set(queued)
        metrics.unsent.set(unsent)
        grader = self.sandbox.grader
        metrics.look(waiting=grader.waiting, gpu_problems=grader.gpu_problems)
        metrics.look_at_loops(self.loops.running)

    async def _prepare_sandbox(self) -> None:
        """Start the sandbox; where that fails, say why once and keep trying."""
        said, pause_s = "", SANDBOX_RETRY_S
        while True:
            try:
                await self.sandbox.start(self.say)
            except SandboxError as error:
                if str(error) != said:
                    said = str(error)
                    self.say(f"Grading is paused: {said} Once that is fixed it goes on by itself.")
                if isinstance(error, SandboxBuildError):  # an engine that is away may be back soon
                    pause_s = min(2 * pause_s, MAX_BUILD_RETRY_S)
            else:
                self.say("The sandbox is ready.")
                return
            await asyncio.sleep(pause_s)

    async def _flush(self) -> None:
        with contextlib.suppress(TimeoutError, StoreError):
            async with asyncio.timeout(FLUSH_S):
                while await self.services.delivery.deliver():
                    pass

    async def _keep_lock(self) -> None:
        """Stop where another bot has taken the database over while it was away from us."""
        if not await self.lock.hold():
            self.say("Another Freehand has taken this database over: this one stops.")
            log.error("database_taken_over")
            self.stop()


@asynccontextmanager
async def opened(settings: Settings, *, say: Say, clock: Clock = utc_now) -> AsyncGenerator[App]:
    """Open the store and put everything together over it.

    Raises:
        SettingsError: A setting makes it impossible, and which.
        StoreError: The database cannot be opened or upgraded.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(only_instance(settings.data_dir))
        jobs, backups = EmbeddedJobs(), settings.data_dir / "backups"
        with _naming_the_database(settings.url, backups):
            lock = await stack.enter_async_context(only_bot(parse_url(settings.url)))
            await upgrade(settings.url, backup_dir=backups)
            await files.take_over_chat(settings.data_dir, settings.url)
            store = await SqlStore.open(settings.url, announce=jobs.announce)
        stack.push_async_callback(store.close)
        yield await _put_together(settings, store, jobs, lock=lock, say=say, clock=clock)


@contextlib.contextmanager
def _naming_the_database(url: str, backups: Path) -> Generator[None]:
    """Say which database it is that cannot be used, and where its backups are."""
    try:
        yield
    except StoreError as error:
        parsed = parse_url(url)
        where = f"The database is {parsed.database or 'in memory'}; its backups are in {backups}."
        if parsed.get_backend_name() != "sqlite":
            where = f"The database is {parsed.render_as_string(hide_password=True)}."
        raise StoreError(f"{error} {where}") from error


async def _put_together(
    settings: Settings,
    store: SqlStore,
    jobs: EmbeddedJobs,
    *,
    lock: BotLock,
    say: Say,
    clock: Clock,
) -> App:
    sandbox = await choose(settings)
    for warning in (sandbox.warning, settings.zone_problem if settings.web_chat else ""):
        if warning:
            say(warning)
    web = _web(settings, store, sandbox, clock)
    others = (_discord(settings, sandbox, store, clock), _slack(settings, sandbox, store, clock))
    chats = [chat for chat in (web, *others) if chat is not None]
    if not chats:
        raise SettingsError(
            "There is no chat to serve: FREEHAND_WEB_CHAT is off, and FREEHAND_DISCORD_TOKEN and"
            " FREEHAND_SLACK_BOT_TOKEN are empty."
        )
    metrics = Metrics()
    ports = await _ports(settings, store, jobs, chats, sandbox, clock)
    services = assemble(replace(ports, on_limit=metrics.refuse))
    return App(
        settings=settings,
        store=store,
        sandbox=sandbox,
        chats=chats,
        web=web,
        services=services,
        worker=Worker(
            grading=services.grading,
            jobs=jobs,
            parallel=settings.parallel_gradings,
            heartbeat_s=HEARTBEAT_S,
            observe=metrics.observe,
        ),
        sender=Sender(delivery=services.delivery, jobs=jobs, clock=clock),
        spare=SpareTime(work=services.regrades, jobs=jobs),
        loops=Loops(on_break=metrics.count_break),
        metrics=metrics,
        lock=lock,
        recall=Recall(folder=settings.data_dir, store=store),
        clock=clock,
        say=say,
    )


async def _ports(  # one for each thing outside
    settings: Settings,
    store: SqlStore,
    jobs: EmbeddedJobs,
    chats: Sequence[ChatPort],
    sandbox: Runner,
    clock: Clock,
) -> Ports:
    return Ports(
        store=store,
        chats={chat.platform: chat for chat in chats},
        catalogue=Catalogue.load(settings.exercises_dir),
        grader=sandbox.grader,
        jobs=jobs,
        clock=clock,
        new_id=lambda: secrets.token_hex(12),
        draw=board.render,
        worker=await files.worker_id(settings.data_dir),
        rules=local.rules_of(settings),
        kept=Kept(
            sources=timedelta(days=settings.sources_kept_days),
            after_end=timedelta(days=settings.sources_kept_after_end_days),
            events=timedelta(days=settings.events_kept_days),
        ),
    )


def _web(settings: Settings, store: SqlStore, sandbox: Runner, clock: Clock) -> WebChat | None:
    if not settings.web_chat:
        return None
    return WebChat(
        store.local_chat,
        port=settings.web_port,
        clock=clock,
        notice=sandbox.warning,
        sources_kept=timedelta(days=settings.sources_kept_days),
    )


def _discord(
    settings: Settings, sandbox: Runner, store: SqlStore, clock: Clock
) -> DiscordChat | None:
    token = settings.discord_token.get_secret_value()
    if not token:
        return None
    _require_isolation(settings, sandbox, "Discord", "FREEHAND_DISCORD_TOKEN")
    return DiscordChat(token=token, mark=_discord_mark(store), clock=clock)


def _slack(settings: Settings, sandbox: Runner, store: SqlStore, clock: Clock) -> SlackChat | None:
    bot_token = settings.slack_bot_token.get_secret_value()
    app_token = settings.slack_app_token.get_secret_value()
    if not bot_token and not app_token:
        return None
    if not bot_token or not app_token:
        raise SettingsError(
            "Slack needs both FREEHAND_SLACK_BOT_TOKEN and FREEHAND_SLACK_APP_TOKEN; docs/slack.md"
            " says where they are."
        )
    _require_isolation(settings, sandbox, "Slack", "FREEHAND_SLACK_BOT_TOKEN")
    mark = StoredMark(store, source="slack")
    return SlackChat(bot_token=bot_token, app_token=app_token, mark=mark, clock=clock)


def _require_isolation(settings: Settings, sandbox: Runner, platform: str, setting: str) -> None:
    if sandbox.grader.isolated:
        return
    if settings.sandbox is Sandbox.PROCESS:
        raise SettingsError(
            "FREEHAND_SANDBOX=process does not isolate submissions, and Freehand does not serve"
            f" {platform} like that. Leave it out, or unset {setting}."
        )
    raise SettingsError(
        "There is no Docker engine here, and without one submissions are not isolated: Freehand"
        f" does not serve {platform} like that. Start Docker, or unset {setting}."
    )


def _discord_mark(store: SqlStore) -> StoredMark:
    return StoredMark(store, source="discord")
