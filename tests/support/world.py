"""A whole bot in one process, with a real database, and fakes for chat, sandbox and time."""

import asyncio
import itertools
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app.assembly import Ports, Services, assemble
from bot.domain.chat.commands import CommandSpec, OptionKind
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    UserInfo,
)
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import (
    Address,
    Buttons,
    ChannelLink,
    Code,
    Form,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.chat.port import ChatPort, Responder, Sink
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.cohort import Cohort, Place
from bot.domain.errors import (
    CatalogueError,
    ForbiddenError,
    GoneError,
    Limit,
    TooLargeError,
    UnreachableError,
)
from bot.domain.exercise import Day, Device, Exercise, Limits, MilestoneRule, Solution
from bot.domain.grading import (
    CheckResult,
    CheckStatus,
    Grade,
    GradingRequest,
    Usage,
    Verdict,
)
from bot.domain.jobs import Queue
from bot.domain.submission import Submission
from bot.jobs.embedded import EmbeddedJobs
from bot.services.submissions.retention import Kept
from bot.services.submissions.status import GRACE
from bot.store.store import SqlStore
from tests.support.databases import new_file

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRACTICE = ConversationRef("fake", "here", "practice")
MENTORS = ConversationRef("fake", "here", "mentors")
MENTOR = UserRef("fake", "here", "mentor")
ANA = UserRef("fake", "here", "ana")
BEN = UserRef("fake", "here", "ben")

KEPT = Kept(sources=timedelta(days=365), after_end=timedelta(days=180), events=timedelta(days=7))
"""How long what was sent is kept where nobody has set anything."""

RIGHT = "def double(x):\n    return 2 * x\n"
OTHER = "def double(x):\n    return x + x\n"
HALF = "def double(x):\n    return x + 2\n"
WRONG = "def double(x):\n    return x\n"


def fenced(source: str) -> str:
    """A message with code in it."""
    return f"Here it is:\n```python\n{source}```"


def exercise(slug: str, day: Day, *, week: int = 1, stage: int = 4) -> Exercise:
    """An exercise whose entry point is `double`."""
    return Exercise(
        slug=slug,
        title=slug.replace("-", " ").capitalize(),
        day=day,
        stage=stage,
        week=week,
        milestones=("F1",),
        concepts=("tensors",),
        minutes=20,
        difficulty=0,
        entry=("double",),
        forbidden=(),
        limits=Limits(),
        device=Device.CPU,
        fingerprint=slug,
        task=f"Write `double` for {slug}.",
        starter="def double(x):\n    ...\n",
        hints=("the concept", "the place", "nearly all of it"),
    )


@dataclass
class FakeCatalogue:
    """Three exercises, one for each day; tests may remove some."""

    milestone_rules: Mapping[str, MilestoneRule] = field(default_factory=dict[str, MilestoneRule])
    exercises: dict[str, Exercise] = field(
        default_factory=lambda: {
            slug: exercise(slug, day)
            for slug, day in (
                ("double-it", Day.IMPLEMENT),
                ("mend-it", Day.DEBUG),
                ("build-it", Day.MODULE),
            )
        }
    )

    def get(self, slug: str) -> Exercise:
        if slug not in self.exercises:
            raise CatalogueError(f"There is no exercise {slug}.")
        return self.exercises[slug]

    def all(self) -> Sequence[Exercise]:
        return [self.exercises[slug] for slug in sorted(self.exercises)]

    def solutions(self, slug: str) -> Sequence[Solution]:
        known = (Solution(name="reference", source=RIGHT), Solution(name="other", source=OTHER))
        return known if slug in self.exercises else ()


@dataclass
class FakeClock:
    """Time that passes when told to."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def graded(verdict: Verdict, *, core: Sequence[bool]) -> Grade:
    """A grade with one core check for each flag."""
    return Grade(
        verdict=verdict,
        checks=tuple(
            CheckResult(
                name=f"check-{number}",
                title=f"Check {number} holds",
                core=True,
                points=1,
                status=CheckStatus.PASSED if held else CheckStatus.FAILED,
                message="" if held else "saw 3, should be 4",
            )
            for number, held in enumerate(core, 1)
        ),
        usage=Usage(start_s=0.0, run_s=0.1),
    )


@dataclass
class FakeGrader:
    """Grades by table; `trouble` is raised instead, once for each item.

    Attributes:
        problem: Why nothing can be graded now.
        gpu_problem: Why exercises that need a GPU cannot be graded now.
        table: Grades of sources beside `RIGHT` and `HALF`; all others are wrong.
        table_of: The same for versions of exercises that grade otherwise.
    """

    isolated: bool = True
    devices: frozenset[Device] = frozenset(Device)
    problem: str = ""
    gpu_problem: str = ""
    table: dict[str, Grade] = field(default_factory=dict[str, Grade])
    table_of: dict[str, dict[str, Grade]] = field(default_factory=dict[str, dict[str, Grade]])
    trouble: list[Exception] = field(default_factory=list[Exception])
    requests: list[GradingRequest] = field(default_factory=list[GradingRequest])

    async def grade(self, request: GradingRequest) -> Grade:
        self.requests.append(request)
        if self.trouble:
            raise self.trouble.pop(0)
        known = self.table | {
            RIGHT.strip(): graded(Verdict.SOLVED, core=[True, True]),
            HALF.strip(): graded(Verdict.PARTLY, core=[True, False]),
        }
        known |= self.table_of.get(request.exercise.fingerprint, {})
        wrong = graded(Verdict.WRONG, core=[False, False])
        return known.get(request.source.strip(), wrong)

    async def health(self, device: Device = Device.CPU) -> str:
        return self.problem or (self.gpu_problem if device is Device.GPU else "")


@dataclass
class Posted:
    """One message of the bot, as the platform holds it."""

    ref: MessageRef
    message: Message
    private_to: UserRef | None
    edits: int = 0

    @property
    def text(self) -> str:
        return text_of(self.message)


def text_of(message: Message) -> str:
    """All words of a message."""
    words: list[str] = []
    for block in message.blocks:
        match block:
            case Text(markdown):
                words.append(markdown)
            case Code(source):
                words.append(source)
            case Table(header, rows):
                words.extend(" | ".join(row) for row in (header, *rows))
            case Moment(label, at):
                words.append(f"{label} {at:%Y-%m-%d %H:%M}")
            case ChannelLink(label, conversation, title):
                words.append(f"{label} {title} ({conversation.thread or conversation.channel})")
            case Address(user, said):
                words.append(f"{user.user}: {said}")
            case _:
                pass
    return "\n".join(words)


def actions_of(message: Message) -> list[str]:
    """Every button's action."""
    return [
        button.action
        for block in message.blocks
        if isinstance(block, Buttons)
        for button in block.row
    ]


@dataclass
class FakeChat:
    """A chat platform in memory.

    Attributes:
        trouble: Raised by the next requests, one for each.
        broken: Raised by every request that says this.
        unread: Answers to the next posts that are lost: they are made all the same.
        closed_to: Who takes no private messages.
        paused: Every request that says this waits until it is set.
        closed: Why no thread can be opened, by channel.
    """

    platform: str = "fake"
    posted: dict[str, Posted] = field(default_factory=dict[str, Posted])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    trouble: list[Exception] = field(default_factory=list[Exception])
    broken: dict[str, Exception] = field(default_factory=dict[str, Exception])
    unread: list[Exception] = field(default_factory=list[Exception])
    closed_to: set[UserRef] = field(default_factory=set[UserRef])
    paused: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    mentors: set[str] = field(default_factory=lambda: {"mentor"})
    roles: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    closed: dict[str, str] = field(default_factory=dict[str, str])
    threads: dict[MessageRef, str] = field(default_factory=dict[MessageRef, str])

    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        del sink, commands

    async def stop(self) -> None:
        pass

    async def health(self) -> str:
        return ""

    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: MessageKey,
        private_to: UserRef | None = None,
    ) -> MessageRef:
        await self._meet(message)
        if private_to in self.closed_to:
            raise UnreachableError("no private messages")
        name = str(key)
        if name not in self.posted:
            ref = MessageRef(conversation, f"m{len(self.posted) + 1}")
            self.posted[name] = Posted(ref, message, private_to)
        self.posted[name].message = message
        if self.unread:
            raise self.unread.pop(0)
        return self.posted[name].ref

    async def _meet(self, message: Message) -> None:
        """Run into whatever trouble a test wants."""
        said = text_of(message)
        for event in [event for words, event in self.paused.items() if words in said]:
            await event.wait()
        if self.trouble:
            raise self.trouble.pop(0)
        for error in [error for words, error in self.broken.items() if words in said]:
            raise error

    async def edit(self, ref: MessageRef, message: Message) -> None:
        await self._meet(message)
        for posted in self.posted.values():
            if posted.ref == ref:
                posted.message = message
                posted.edits += 1
                return
        raise GoneError("no such message")

    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        if message.conversation.channel in self.closed:
            raise ForbiddenError("Missing Permissions")
        self.threads[message] = title
        channel = message.conversation
        return ConversationRef(
            channel.platform, channel.tenant, channel.channel, f"t-{message.message}"
        )

    async def resolve(self, kind: OptionKind, typed: str, *, near: ConversationRef) -> str:
        del near
        mention = {OptionKind.CHANNEL: r"<#([\w-]+)>", OptionKind.ROLE: r"<@&([\w-]+)>"}[kind]
        found = re.fullmatch(rf"{mention}|([\w-]+)", typed)
        if found is None:
            raise GoneError(f"There is no {kind} {typed}.")
        return found[1] or found[2]

    async def problems(self, channel: ConversationRef, *, with_threads: bool) -> Sequence[str]:
        sentence = self.closed.get(channel.channel, "")
        return (sentence,) if sentence and with_threads else ()

    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        if self.trouble:
            raise self.trouble.pop(0)
        if attachment.ref not in self.files:
            raise GoneError("no such file")
        data = self.files[attachment.ref]
        if len(data) > max_bytes:
            raise TooLargeError("too large")
        return data

    def info(self, user: UserRef) -> UserInfo:
        """What goes with the events of a person."""
        return UserInfo(
            name=user.user.capitalize(),
            mentor=user.user in self.mentors,
            admin=user.user in self.mentors,
            roles=frozenset(self.roles.get(user.user, ())),
        )


@dataclass
class FakeResponder(Responder):
    """Keeps what it was told."""

    replies: list[Message] = field(default_factory=list[Message])
    forms: list[Form] = field(default_factory=list[Form])
    is_spent: bool = False

    async def reply(self, message: Message) -> None:
        self.replies.append(message)

    async def open_form(self, form: Form) -> None:
        self.forms.append(form)

    async def spend(self) -> None:
        self.is_spent = True


async def no_chart(standings: object) -> bytes:
    """A picture that is none."""
    del standings
    return b"\x89PNG"


@dataclass
class World:
    """What a test does to the bot, and what it sees of it.

    Attributes:
        limits: Those that somebody has met.
    """

    services: Services
    chat: FakeChat
    grader: FakeGrader
    clock: FakeClock
    catalogue: FakeCatalogue
    store: SqlStore
    cohort: Cohort
    jobs: EmbeddedJobs
    limits: list[Limit]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def settle(self) -> None:
        """Handle, grade and deliver until nothing is left to do now."""
        while True:
            await self.services.dispatcher.drain()
            claim = await self.services.grading.claim()
            if claim is not None:
                await self.services.grading.grade(claim)
            elif await self._regrade() or await self.services.delivery.deliver():
                continue
            elif not await self._wait_a_moment():
                return

    async def _regrade(self) -> bool:
        is_announced = await self.jobs.wait(Queue.REGRADING, at_most_s=0)
        return await self.services.regrades.do_one(is_announced=is_announced)

    async def _wait_a_moment(self) -> bool:
        """Let the time pass for which first messages wait; False where nothing waits for it."""
        due_at = (await self.services.delivery.begin()).next_due
        if due_at is None or not self.clock() < due_at <= self.clock() + GRACE:
            return False
        self.clock.now = due_at
        return True

    async def take(self, event: Event) -> FakeResponder:
        """Deliver one event and let everything that follows happen."""
        responder = FakeResponder()
        await self.services.dispatcher.accept(event, responder)
        await self.settle()
        return responder

    async def command(
        self, user: UserRef, name: str, /, *, where: ConversationRef = PRACTICE, **args: str
    ) -> str:
        """A slash command; returns the words of the private answer."""
        event = CommandInvoked(
            key=self.key(),
            at=self.clock(),
            conversation=where,
            user=user,
            info=self.chat.info(user),
            name=name,
            args=args,
        )
        return "\n".join(text_of(reply) for reply in (await self.take(event)).replies)

    async def ask(self, user: UserRef, name: str, /, **args: str) -> Message:
        """A slash command whose answer is a question; returns it."""
        event = CommandInvoked(
            key=self.key(),
            at=self.clock(),
            conversation=PRACTICE,
            user=user,
            info=self.chat.info(user),
            name=name,
            args=args,
        )
        [question] = (await self.take(event)).replies
        return question

    async def confirmed(self, user: UserRef, name: str, /, **args: str) -> str:
        """A slash command that asks first, and yes; returns the words of the last answer."""
        yes, _no = actions_of(await self.ask(user, name, **args))
        return await self.press(user, yes)

    async def press(self, user: UserRef, action: str, *, where: ConversationRef = PRACTICE) -> str:
        """A button; returns the words of the private answer."""
        responder = await self.press_for_form(user, action, where=where)
        return "\n".join(text_of(reply) for reply in responder.replies)

    async def press_for_form(
        self, user: UserRef, action: str, *, where: ConversationRef = PRACTICE
    ) -> FakeResponder:
        """A button; returns everything that was answered."""
        return await self.take(self.pressed(user, action, where=where))

    def pressed(
        self, user: UserRef, action: str, *, where: ConversationRef = PRACTICE
    ) -> ActionPressed:
        """The event of a button, not delivered yet."""
        return ActionPressed(
            key=self.key(),
            at=self.clock(),
            conversation=where,
            user=user,
            info=self.chat.info(user),
            action=action,
            message=MessageRef(where, "any"),
        )

    async def form(
        self, user: UserRef, form_id: str, fields: Mapping[str, str], *, where: ConversationRef
    ) -> str:
        """A submitted form; returns the words of the private answer."""
        event = FormSubmitted(
            key=self.key(),
            at=self.clock(),
            conversation=where,
            user=user,
            info=self.chat.info(user),
            form_id=form_id,
            fields=fields,
        )
        return "\n".join(text_of(reply) for reply in (await self.take(event)).replies)

    def message(
        self,
        user: UserRef,
        text: str,
        where: ConversationRef,
        *,
        attachments: tuple[Attachment, ...] = (),
        mentions_bot: bool = False,
    ) -> MessagePosted:
        """A message event, not delivered yet."""
        key = self.key()
        return MessagePosted(
            key=key,
            at=self.clock(),
            conversation=where,
            user=user,
            info=self.chat.info(user),
            message=MessageRef(where, f"of-{user.user}-{key}"),
            text=text,
            attachments=attachments,
            mentions_bot=mentions_bot,
        )

    async def say(self, user: UserRef, text: str, where: ConversationRef) -> str:
        """A message; returns the words of the private answer, if any."""
        responder = await self.take(self.message(user, text, where))
        return "\n".join(text_of(reply) for reply in responder.replies)

    def edited(
        self, event: MessagePosted, text: str, *, by: UserRef | None = None
    ) -> MessageEdited:
        """The same message with other text, by its author if nobody else is named."""
        return MessageEdited(
            key=self.key(),
            at=self.clock(),
            conversation=event.conversation,
            user=by or event.user,
            info=self.chat.info(by or event.user),
            message=event.message,
            text=text,
            attachments=event.attachments,
        )

    def deleted(self, event: MessagePosted) -> MessageDeleted:
        """That message is gone; who deleted it is not said."""
        return MessageDeleted(
            key=self.key(),
            at=self.clock(),
            conversation=event.conversation,
            user=UserRef(event.user.platform, event.user.tenant, ""),
            message=event.message,
        )

    async def suggest(
        self,
        user: UserRef,
        command: str,
        option: str,
        partial: str = "",
        *,
        where: ConversationRef = PRACTICE,
    ) -> Sequence[str]:
        """What somebody is offered who types an option of a command."""
        return await self.services.dispatcher.suggest(
            command, option, partial, where=where, info=self.chat.info(user)
        )

    async def joined(self, *users: UserRef) -> None:
        """Make people members."""
        for user in users:
            await self.press(user, f"join:{self.cohort.id}")

    async def opened(self) -> ConversationRef:
        """Let the calendar act, and return the newest challenge's thread."""
        await self.services.challenges.tick()
        await self.settle()
        async with self.store.read() as tx:
            [challenge] = await tx.challenges.newest(self.cohort.id, limit=1)
        return challenge.threads[0]

    async def submissions(self, user: UserRef) -> Sequence[Submission]:
        """A person's submissions, newest first."""
        async with self.store.read() as tx:
            member = await tx.members.find(self.cohort.id, user)
            assert member is not None
            return await tx.submissions.history(member.id)

    def key(self) -> str:
        """A key no other event has."""
        return f"e{next(self._numbers)}"

    def answers(self) -> list[Posted]:
        """Status messages of submissions, in the order they were posted."""
        return [posted for key, posted in self.chat.posted.items() if key.startswith("answer:")]


@asynccontextmanager
async def new_world(folder: Path, grader: FakeGrader | None = None) -> AsyncGenerator[World]:
    """A world whose clock stands at nine on a Monday, with one cohort in UTC."""
    jobs = EmbeddedJobs()
    store = await SqlStore.open(new_file(folder / "world.sqlite3"), announce=jobs.announce)
    clock, chat, catalogue = FakeClock(), FakeChat(), FakeCatalogue()
    grader = grader or FakeGrader()
    async with store.write() as tx:
        cohort = await tx.cohorts.add(
            Cohort(
                id=0,
                name="Practice",
                places=(Place(channel=PRACTICE, mentors_channel=MENTORS),),
                timezone="UTC",
                starts_on=MONDAY.date(),
            )
        )
    numbers, limits = itertools.count(1), list[Limit]()
    chats: Mapping[str, ChatPort] = {"fake": chat}
    services = assemble(
        Ports(
            store=store,
            chats=chats,
            catalogue=catalogue,
            grader=grader,
            jobs=jobs,
            clock=clock,
            new_id=lambda: f"s{next(numbers):04}",
            draw=no_chart,
            worker="test",
            rules={},
            on_limit=limits.append,
            kept=KEPT,
        )
    )
    await services.seeds.refresh()
    try:
        yield World(services, chat, grader, clock, catalogue, store, cohort, jobs, limits)
    finally:
        await store.close()
