"""A whole day on Discord: the bot as a process, the real client, the real sandbox."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.settings import ROOT
from tests.acceptance.running import RunningBot, present, running_bot
from tests.fakes.discord.guilds import OwnedGuild
from tests.fakes.discord.model import Channel, Message
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import Allow
from tests.fakes.discord.server import FakeDiscord
from tests.support.gradings import require_docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

EXERCISE = ROOT / "exercises" / "clip-grad-norm"
RIGHT = (EXERCISE / "reference.py").read_text()
WRONG = (EXERCISE / "wrong" / "always_rescales.py").read_text()
TOKEN = "token"
POST = "POST /channels/{channel_id}/messages"


@dataclass
class Server:
    """A Discord server with a mentor and a learner."""

    fake: FakeDiscord
    guild: OwnedGuild
    practice: Channel
    mentors: Channel
    mira: Person
    ana: Person

    @property
    def thread(self) -> Channel:
        """The newest challenge's."""
        return list(self.guild.guild.threads.values())[-1]

    @contextmanager
    def bot(self, data: Path, **settings: str) -> Generator[RunningBot]:
        """The bot, serving this server alone."""
        with running_bot(
            data,
            FREEHAND_SANDBOX="docker",
            FREEHAND_DISCORD_TOKEN=TOKEN,
            FREEHAND_WEB_CHAT="false",
            FREEHAND_TEST_DISCORD=self.fake.url,
            **settings,
        ) as bot:
            yield bot

    async def ready(self, bot: RunningBot) -> None:
        """Wait until it listens and can grade."""
        await asyncio.to_thread(bot.wait_for, "The sandbox is ready")
        await self.fake.connected()

    async def sees(self, person: Person, place: Channel, words: str) -> None:
        """Wait until somebody reads something."""
        await self.fake.until(lambda: words in person.reads(place), f"{words!r} for {person.id}")

    async def asks(self, person: Person, place: Channel, command: str, **options: object) -> str:
        """Use a command; its answer."""
        asked = person.invoke(place, command, **options)  # pyright: ignore[reportArgumentType]
        return (await person.answered(asked)).text

    async def presses(self, person: Person, message: Message, button: str) -> Message:
        """Press a button; the answer."""
        return await person.answered(person.press(message, button))

    def says(self, person: Person, source: str) -> Message:
        """Send code to the thread, now."""
        self.fake.clock.now = present()
        return person.say(self.thread, f"```python\n{source}```")

    @property
    def task(self) -> Message:
        """What the bot says first in the thread."""
        return self._said()[0]

    def feedback(self) -> list[Message]:
        """The bot's messages in the thread, without the task."""
        return self._said()[1:]

    def _said(self) -> list[Message]:
        there, bot = self.thread.messages.values(), self.fake.world.bot
        return [one for one in there if one.author is bot and one.kind is None]


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    await require_docker()
    async with FakeDiscord() as fake:
        fake.clock.now = present()
        guild = fake.guild("Cohort")
        steering = guild.role("Staff", guild.guild.everyone.permissions | Allow.MANAGE_GUILD)
        yield Server(
            fake,
            guild,
            guild.channel("practice"),
            guild.channel("mentors"),
            guild.person("Mira", roles=[steering]),
            guild.person("Ana"),
        )
        assert fake.violations == []


async def open_cohort(server: Server) -> None:
    """A cohort, a learner in it, and a challenge."""
    mira, ana, practice = server.mira, server.ana, server.practice
    founded = await server.asks(
        mira,
        practice,
        "cohort setup",
        timezone="Europe/Berlin",
        mentors=server.mentors,
        starts=f"{present() + timedelta(weeks=1):%Y-%m-%d}",  # nothing is posted by itself
    )
    assert "practises here from now on" in founded
    joined = await ana.answered(ana.invoke(practice, "join"))
    welcome = await server.presses(ana, joined, "I take the pledge")
    assert "Welcome" in welcome.text
    assert "with your name" in (await server.presses(ana, welcome, "My name")).text
    posted = await server.asks(mira, practice, "challenge post", exercise="clip-grad-norm")
    assert "Posted" in posted
    await server.fake.until(lambda: server.guild.guild.threads, "a thread")
    await server.sees(ana, server.thread, "clip_grad_norm")


async def test_a_learner_lives_a_whole_day_on_discord(server: Server, tmp_path: Path) -> None:
    ana = server.ana
    with server.bot(tmp_path / "data") as bot:
        await server.ready(bot)
        await open_cohort(server)

        message = server.says(ana, WRONG)
        await server.sees(ana, server.thread, "Partly there.")
        [feedback] = server.feedback()
        details = await server.presses(ana, feedback, "Details")
        assert "joint-norm" not in details.text  # a title, not a name
        assert "A check seems wrong" in details.text
        assert "Hint 1 of 3" in (await server.presses(ana, feedback, "Hint")).text
        assert details not in server.mira.sees(server.thread)

        ana.edit(message, f"```python\n{RIGHT}```")
        await server.sees(ana, server.thread, "Solved.")
        assert server.feedback() == [feedback]  # one message, edited

        assert "solved" in await server.asks(ana, server.practice, "plan")
        board = await ana.answered(ana.invoke(server.practice, "leaderboard"))
        assert [file.media_type for file in board.files] == ["image/png"]
        mine = await ana.answered(ana.invoke(server.practice, "privacy", do="export"))
        assert [(file.name[-4:], file.content[:2]) for file in mine.files] == [(".zip", b"PK")]
        assert await asyncio.to_thread(bot.interrupt) == 0
    assert not [line for line in bot.lines if "warning" in line or "error" in line]


async def test_not_even_a_debug_log_holds_what_people_write(server: Server, tmp_path: Path) -> None:
    with server.bot(tmp_path / "data", FREEHAND_LOG_LEVEL="debug") as bot:
        await server.ready(bot)
        await open_cohort(server)
        server.says(server.ana, WRONG)
        await server.sees(server.ana, server.thread, "Partly there.")
        assert await asyncio.to_thread(bot.interrupt) == 0

    told = "\n".join(bot.lines)
    assert "grad" in told  # the line of the grading
    assert not any(words in told for words in ("linalg", "Ana", TOKEN))


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"token": "another"}, "reset the token"), ({"app_flags": 0}, "Message Content Intent")],
    ids=["token", "intent"],
)
async def test_what_discord_refuses_ends_the_start_with_what_to_click(
    server: Server, tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    for name, value in changes.items():
        setattr(server.fake.world, name, value)
    with server.bot(tmp_path / "data") as bot:
        code = await asyncio.to_thread(bot.process.wait, 60)

    assert code == 2
    assert says in "\n".join(bot.lines)
    assert "Traceback" not in "\n".join(bot.lines)


async def test_what_is_submitted_privately_stays_between_the_two(
    server: Server, tmp_path: Path
) -> None:
    ana = server.ana
    with server.bot(tmp_path / "data") as bot:
        await server.ready(bot)
        await open_cohort(server)

        pressed = ana.press(server.task, "Submit privately")
        modal = await ana.modal(pressed)
        [upload] = [
            part["component"]["custom_id"]
            for part in modal["components"]
            if part["component"]["type"] == 19
        ]
        ana.submit(pressed, {}, {upload: [("mine.py", RIGHT.encode())]})

        await server.sees(ana, server.thread, "Received.")
        await server.sees(ana, ana.direct, "Solved.")
        assert server.feedback() == []
        assert await asyncio.to_thread(bot.interrupt) == 0


async def test_a_plug_pulled_on_discord_loses_and_doubles_nothing(
    server: Server, tmp_path: Path
) -> None:
    ana, data = server.ana, tmp_path / "data"
    cold = {"FREEHAND_WARM_SOLVERS": "0"}  # grading takes seconds
    with server.bot(data, **cold) as first:
        await server.ready(first)
        await open_cohort(server)
        server.says(ana, RIGHT)
        await server.fake.until(server.feedback, "a status")
        first.kill()
    away = server.says(ana, WRONG)  # nobody listens
    with server.bot(data, **cold) as second:
        await server.ready(second)
        await server.sees(ana, server.thread, "Solved.")
        await server.sees(ana, server.thread, "Partly there.")
        assert len(server.feedback()) == 2
        ana.edit(away, f"```python\n{RIGHT}\n# at last```")
        await server.fake.until(
            lambda: ana.reads(server.thread).count("Solved.") == 2, "the second to be solved"
        )
        assert len(server.feedback()) == 2
        assert await asyncio.to_thread(second.interrupt) == 0


async def test_a_channel_that_has_to_wait_keeps_no_learner_elsewhere_waiting(
    server: Server, tmp_path: Path
) -> None:
    ana, practice = server.ana, server.practice
    with server.bot(tmp_path / "data") as bot:
        await server.ready(bot)
        await open_cohort(server)
        thread = server.thread
        asked = len(server.fake.asked(POST))
        server.fake.faults.limit(POST, retry_after_s=50, about=str(practice.id))
        posted = await server.asks(
            server.mira, practice, "challenge post", exercise="attention-block"
        )
        assert "Posted" in posted
        await server.fake.requested(POST, asked + 1)

        server.says(ana, RIGHT)
        await server.sees(ana, thread, "Solved.")
        assert server.thread is thread  # the second challenge still waits
        assert await asyncio.to_thread(bot.interrupt) == 0
    assert server.fake.faults.left == []
