"""The composition root: settings, adapters, services; started in order, stopped in reverse."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.app.assembly import Ports, Services, assemble
from bot.app.runners import Runner, choose
from bot.app.settings import Settings
from bot.catalogue import Catalogue
from bot.chat.common.watermark import FileMark
from bot.chat.discord.adapter import DiscordChat
from bot.chat.web.adapter import WebChat
from bot.domain.chat.message import Message
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import SandboxBuildError, SandboxError, SettingsError, StoreError
from bot.domain.exercise import Day
from bot.domain.outbox import Kind, MessageKey
from bot.drawing import board
from bot.jobs.scheduler import Scheduler
from bot.jobs.worker import Worker
from bot.sandbox.secret import Keyring
from bot.services.cohorts import rules
from bot.services.commands import SPECS
from bot.services.talk.wake import WakingStore
from bot.store.lock import only_instance
from bot.store.migrate import upgrade
from bot.store.store import SqlStore
from bot.web.operations import Metrics, Operations

log = structlog.get_logger()

Say = Callable[[str], None]
"""Tells the person at the terminal one line."""

LOCAL_PLACE = ConversationRef("web", "local", "practice")
LOCAL_MENTORS = ConversationRef("web", "local", "mentors")

LOCAL_SETTINGS = {"timezone", "hour", *rules.NAMES}
"""Where these are set, they hold for the local cohort at every start, whatever commands said."""

SEND_POLL_S = 1.0
"""For messages whose retry time has come; everything else wakes the sender."""

FLUSH_S = 5.0
"""How long the last messages may take at the end."""

RAW_EVENTS_KEPT = timedelta(days=7)
"""Handled events keep what was in them this long; then only their keys stay."""

SANDBOX_RETRY_S = 10.0
BUILD_RETRY_AT_MOST_S = 600.0
"""Between two tries at images that could not be built: somebody has to mend something first."""


WELCOME = Message.of(
    "**Welcome to Freehand.** This channel practises writing PyTorch by hand: a function on"
    " Monday, a bug on Wednesday, a module on Friday. Type `/join` to take part. Below on the left"
    " you choose who you are: three learners and a mentor."
)


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
    operations: Operations
    sender_wake: asyncio.Event
    clock: Clock
    say: Say
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, ready: Callable[[str], None]) -> None:
        """Serve until `stopping` is set, then let what runs finish.

        Args:
            ready: Called with the web chat's address, if there is one, once it can be used.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.sandbox.stop)
            stack.push_async_callback(self.operations.stop)
            await self.operations.start()
            await self._take_back_leases()
            for chat in self.chats:
                stack.push_async_callback(chat.stop)
                await chat.start(self.services.dispatcher, SPECS)
            stack.push_async_callback(self._flush)
            if self.web is not None:
                await self.settle_in()
            scheduler = self._scheduler()
            stack.callback(scheduler.stop)
            await scheduler.run_once()
            scheduler.start()
            await stack.enter_async_context(_background(self._prepare_sandbox()))
            await stack.enter_async_context(_background(self._send()))
            ready(self.web.url if self.web is not None else "")
            await self.worker.run(self.stopping)
            await self.services.dispatcher.drain()

    def stop(self) -> None:
        """Begin to stop: nothing new is claimed, what runs may finish."""
        self.stopping.set()
        self.worker.wake.set()

    def _scheduler(self) -> Scheduler:
        return Scheduler(
            {
                "challenges": self.services.challenges.tick,
                "leaderboard": self.services.leaderboard.tick,
                "inbox": self.services.dispatcher.recover,
                "retention": self._purge,
            }
        )

    async def _take_back_leases(self) -> None:
        """Nobody else holds the data directory, so nobody is running what is leased."""
        async with self.store.write() as tx:
            taken = await tx.submissions.reclaim()
        if taken:
            log.info("leases_reclaimed", submissions=taken)

    async def settle_in(self) -> None:
        """Make the local cohort; a new one gets its first challenge at once, whatever the day."""
        wanted = _local_cohort(self.settings, self.clock)
        async with self.store.write() as tx:
            known = await tx.cohorts.find_by_place(LOCAL_PLACE)
            if known is not None:
                said = self.settings.model_fields_set & LOCAL_SETTINGS
                changes: dict[str, Any] = {name: getattr(wanted, name) for name in said}
                await tx.cohorts.update(replace(known, **changes))
                return
            cohort = await tx.cohorts.add(wanted)
            await tx.outbox.say(MessageKey(Kind.WELCOME, ""), cohort.place, WELCOME)
        await self.services.challenges.tick()
        async with self.store.read() as tx:
            opened = await tx.challenges.of(cohort.id)
        if not opened:
            await self.services.challenges.open_next(cohort, Day.IMPLEMENT, key="welcome")

    async def _prepare_sandbox(self) -> None:
        """Start the sandbox; where that fails, say why once and keep trying."""
        told, pause_s = "", SANDBOX_RETRY_S
        while True:
            try:
                await self.sandbox.start(self.say)
            except SandboxError as error:
                if str(error) != told:
                    told = str(error)
                    self.say(f"Grading is paused: {told} Once that is mended it goes on by itself.")
                if isinstance(error, SandboxBuildError):  # an engine that is away may be back soon
                    pause_s = min(2 * pause_s, BUILD_RETRY_AT_MOST_S)
            else:
                self.say("The sandbox is ready.")
                return
            await asyncio.sleep(pause_s)

    async def _send(self) -> None:
        while True:
            self.sender_wake.clear()
            try:
                if await self.services.delivery.deliver():
                    continue
            except StoreError as error:
                log.warning("delivery_postponed", reason=str(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SEND_POLL_S):
                    await self.sender_wake.wait()

    async def _flush(self) -> None:
        with contextlib.suppress(TimeoutError, StoreError):
            async with asyncio.timeout(FLUSH_S):
                while await self.services.delivery.deliver():
                    pass

    async def _purge(self) -> None:
        async with self.store.write() as tx:
            await tx.inbox.purge(self.clock() - RAW_EVENTS_KEPT)


@asynccontextmanager
async def opened(settings: Settings, *, say: Say, clock: Clock = utc_now) -> AsyncGenerator[App]:
    """Open the store and wire everything over it.

    Raises:
        SettingsError: A setting makes it impossible, and which.
        StoreError: The database cannot be opened or upgraded.
    """
    with only_instance(settings.data_dir):
        await upgrade(settings.url, backup_dir=settings.data_dir / "backups")
        store = await SqlStore.open(settings.url)
        try:
            yield await _wired(settings, store, say=say, clock=clock)
        finally:
            await store.close()


async def _wired(settings: Settings, store: SqlStore, *, say: Say, clock: Clock) -> App:
    sandbox = await choose(settings)
    if sandbox.warning:
        say(sandbox.warning)
    web, discord = _web(settings, sandbox, clock), _discord(settings, sandbox, clock)
    chats = [chat for chat in (web, discord) if chat is not None]
    if not chats:
        raise SettingsError(
            "There is no chat to serve: FREEHAND_WEB_CHAT is off and FREEHAND_DISCORD_TOKEN empty."
        )
    sender_wake, worker_wake = asyncio.Event(), asyncio.Event()
    services = assemble(
        Ports(
            store=WakingStore(store, sender_wake),
            chats={chat.platform: chat for chat in chats},
            catalogue=Catalogue.load(settings.exercises_dir),
            grader=sandbox.grader,
            seeds=Keyring.load(settings.keys),
            clock=clock,
            new_id=lambda: secrets.token_hex(12),
            queued=worker_wake.set,
            draw=board.render,
            rules=_rules(settings),
            owner=f"{socket.gethostname()}-{secrets.token_hex(3)}",
        )
    )
    metrics = Metrics()

    async def refresh() -> None:
        async with store.read() as tx:
            metrics.queued.set(len(await tx.submissions.queued()))
            metrics.unsent.set(len(await tx.outbox.unsent(clock(), limit=1000)))
        grader = sandbox.grader
        metrics.look(waiting=grader.waiting, gpu_problems=grader.gpu_problems)

    return App(
        settings=settings,
        store=store,
        sandbox=sandbox,
        chats=chats,
        web=web,
        services=services,
        worker=Worker(
            grading=services.grading,
            parallel=settings.parallel_gradings,
            wake=worker_wake,
            observe=metrics.observe,
        ),
        operations=Operations(
            host=settings.ops_host,
            port=settings.ops_port,
            metrics=metrics,
            probes={
                "database": store.health,
                **{chat.platform: chat.health for chat in chats},
                "sandbox": sandbox.grader.health,
                **({"gpus": sandbox.gpu_health} if settings.gpu_ids else {}),
            },
            refresh=refresh,
        ),
        sender_wake=sender_wake,
        clock=clock,
        say=say,
    )


def _web(settings: Settings, sandbox: Runner, clock: Clock) -> WebChat | None:
    if not settings.web_chat:
        return None
    return WebChat(settings.data_dir, port=settings.web_port, clock=clock, notice=sandbox.warning)


def _discord(settings: Settings, sandbox: Runner, clock: Clock) -> DiscordChat | None:
    token = settings.discord_token.get_secret_value()
    if not token:
        return None
    if not sandbox.grader.isolated:
        raise SettingsError(
            "There is no Docker engine here, and without one submissions are not isolated: Freehand"
            " does not serve Discord like that. Start Docker, or unset FREEHAND_DISCORD_TOKEN."
        )
    mark = FileMark(settings.data_dir / "discord-heard-until")
    return DiscordChat(token=token, mark=mark, clock=clock)


def _local_cohort(settings: Settings, clock: Clock) -> Cohort:
    return Cohort(
        id=0,
        name="Local practice",
        place=LOCAL_PLACE,
        mentors_place=LOCAL_MENTORS,
        timezone=settings.local_timezone,
        starts_on=clock().date(),
        hour=settings.hour,
        **_rules(settings),
    )


def _rules(settings: Settings) -> dict[str, Any]:
    """What new cohorts begin with."""
    return {name: getattr(settings, name) for name in rules.NAMES}


@asynccontextmanager
async def _background(work: Coroutine[None, None, None]) -> AsyncGenerator[None]:
    """Run something beside the block, and end it with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
