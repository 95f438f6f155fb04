"""A whole day on Slack: the bot as a process, the real slack-bolt, the real sandbox."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.settings import ROOT
from tests.acceptance.running import RunningBot, present, running_bot
from tests.fakes.slack.model import APP_TOKEN, BOT, BOT_TOKEN, Channel, Message
from tests.fakes.slack.people import Person, buttons, lines
from tests.fakes.slack.server import FakeSlack
from tests.support.gradings import require_docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

EXERCISE = ROOT / "exercises" / "clip-grad-norm"
RIGHT = (EXERCISE / "reference.py").read_text()
WRONG = (EXERCISE / "wrong" / "always_rescales.py").read_text()


@dataclass
class Workspace:
    """A workspace with a mentor and a learner."""

    fake: FakeSlack
    practice: Channel
    mentors: Channel
    mira: Person
    ana: Person

    @contextmanager
    def bot(self, data: Path, **settings: str) -> Generator[RunningBot]:
        """The bot, serving this workspace alone."""
        with running_bot(
            data,
            FREEHAND_SANDBOX="docker",
            FREEHAND_WEB_CHAT="false",
            FREEHAND_TEST_SLACK=self.fake.url,
            **{
                "FREEHAND_SLACK_BOT_TOKEN": BOT_TOKEN,
                "FREEHAND_SLACK_APP_TOKEN": APP_TOKEN,
                **settings,
            },
        ) as bot:
            yield bot

    async def ready(self, bot: RunningBot) -> None:
        """Wait until it listens and can grade."""
        await asyncio.to_thread(bot.wait_for, "The sandbox is ready")
        await self.fake.connected()

    @property
    def posts(self) -> list[Message]:
        """Those that announce challenges."""
        said = [m for m in self.practice.messages if not m.thread_ts and m.only_for is None]
        return [message for message in said if "clip" in "".join(lines(message)).lower()]

    @property
    def post(self) -> Message:
        """The newest challenge's."""
        return self.posts[-1]

    async def sees(self, person: Person, words: str, thread_ts: str = "") -> None:
        """Wait until somebody reads something in the channel, or a thread of it."""
        await self.fake.until(lambda: words in person.reads(self.practice, thread_ts), f"{words!r}")

    async def asks(self, person: Person, line: str, words: str) -> None:
        """Type a slash command, and read its answer."""
        person.command(self.practice, line)
        await self.sees(person, words)

    async def presses(self, person: Person, label: str, thread_ts: str = "") -> Message:
        """Press the newest button of that name; its message."""

        def found() -> list[tuple[Message, str]]:
            return [
                (message, button["action_id"])
                for message in person.sees(self.practice, thread_ts)
                for button in buttons(message)
                if button["text"]["text"] == label
            ]

        await self.fake.until(found, f"a button {label}")
        message, action = found()[-1]
        person.press(message, action)
        return message

    def says(self, person: Person, source: str) -> Message:
        """Send code to the thread, now."""
        self.fake.clock.now = present()
        return person.say(self.practice, f"```{source}```", thread_ts=self.post.ts)

    def feedback(self) -> list[Message]:
        """The bot's messages in the thread that all see, without the task."""
        replies = self.practice.replies(self.post.ts)
        return [m for m in replies if m.user == BOT and m.only_for is None][1:]


@pytest.fixture
async def workspace() -> AsyncGenerator[Workspace]:
    await require_docker()
    async with FakeSlack() as fake:
        fake.clock.now = present()
        yield Workspace(
            fake,
            fake.channel("practice"),
            fake.channel("mentors"),
            fake.person("Mira", is_admin=True),
            fake.person("Ana"),
        )
        assert fake.methods.violations == []


async def open_cohort(workspace: Workspace) -> None:
    """A cohort, a learner in it, and a challenge."""
    mira, ana = workspace.mira, workspace.ana
    starts = f"{present() + timedelta(weeks=1):%Y-%m-%d}"  # nothing is posted by itself
    mentors = f"<#{workspace.mentors.id}|mentors>"
    setup = f"/freehand cohort setup timezone:Europe/Berlin mentors:{mentors} starts:{starts}"
    await workspace.asks(mira, setup, "practises here from now on")
    await workspace.asks(ana, "/freehand join", "I take the pledge")
    await workspace.presses(ana, "I take the pledge")
    await workspace.sees(ana, "Welcome")
    await workspace.asks(mira, "/challenge post clip-grad-norm", "Posted")
    await workspace.fake.until(lambda: workspace.posts, "the challenge")
    await workspace.sees(ana, "clip_grad_norm", workspace.post.ts)


async def test_a_learner_lives_a_whole_day_on_slack(workspace: Workspace, tmp_path: Path) -> None:
    ana = workspace.ana
    with workspace.bot(tmp_path / "data") as bot:
        await workspace.ready(bot)
        await open_cohort(workspace)
        thread = workspace.post.ts

        message = workspace.says(ana, WRONG)
        await workspace.sees(ana, "Partly there.", thread)
        [feedback] = workspace.feedback()
        await workspace.presses(ana, "Details", thread)
        await workspace.sees(ana, "A check seems wrong", thread)
        await workspace.presses(ana, "Hint", thread)
        await workspace.sees(ana, "Hint 1 of 3", thread)
        assert "Hint 1 of 3" not in workspace.mira.reads(workspace.practice, thread)

        ana.edit(message, f"```{RIGHT}```")
        await workspace.sees(ana, "Solved.", thread)
        assert workspace.feedback() == [feedback]  # one message, edited

        await workspace.asks(ana, "/freehand plan", "solved")
        ana.say(workspace.practice, "@Freehand leaderboard", thread_ts=thread)
        await workspace.fake.until(
            lambda: workspace.fake.asked("files.completeUploadExternal"), "the board's picture"
        )
        ana.command(workspace.practice, "/freehand privacy export")
        await workspace.fake.until(lambda: ".zip" in ana.reads(ana.direct), "their data")
        assert ".zip" not in workspace.mira.reads(workspace.practice, thread)
        assert await asyncio.to_thread(bot.interrupt) == 0
    assert not [line for line in bot.lines if "warning" in line or "error" in line]


async def test_not_even_a_debug_log_holds_what_people_write(
    workspace: Workspace, tmp_path: Path
) -> None:
    with workspace.bot(tmp_path / "data", FREEHAND_LOG_LEVEL="debug") as bot:
        await workspace.ready(bot)
        await open_cohort(workspace)
        workspace.says(workspace.ana, WRONG)
        await workspace.sees(workspace.ana, "Partly there.", workspace.post.ts)
        assert await asyncio.to_thread(bot.interrupt) == 0

    told = "\n".join(bot.lines)
    assert "grad" in told  # the line of the grading
    assert not any(words in told for words in ("linalg", "Ana", BOT_TOKEN, APP_TOKEN))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"FREEHAND_SLACK_BOT_TOKEN": "another"}, "Bot User OAuth Token"),
        ({"FREEHAND_SLACK_APP_TOKEN": "another"}, "App-Level Token"),
        ({"FREEHAND_SLACK_APP_TOKEN": ""}, "needs both"),
    ],
    ids=["bot token", "app token", "one of two"],
)
async def test_what_slack_refuses_ends_the_start_with_what_to_click(
    workspace: Workspace, tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    with workspace.bot(tmp_path / "data", **settings) as bot:
        code = await asyncio.to_thread(bot.process.wait, 60)

    assert code == 2
    assert says in "\n".join(bot.lines)
    assert "Traceback" not in "\n".join(bot.lines)


async def test_what_is_submitted_privately_stays_between_the_two(
    workspace: Workspace, tmp_path: Path
) -> None:
    ana = workspace.ana
    with workspace.bot(tmp_path / "data") as bot:
        await workspace.ready(bot)
        await open_cohort(workspace)
        thread = workspace.post.ts

        await workspace.presses(ana, "Submit privately", thread)
        view = await ana.form()
        assert await ana.submit(view, {}, [("mine.py", RIGHT.encode())]) == {}

        await workspace.fake.until(lambda: "Solved." in ana.reads(ana.direct), "it to be solved")
        assert workspace.feedback() == []
        assert await asyncio.to_thread(bot.interrupt) == 0


async def test_a_plug_pulled_on_slack_loses_and_doubles_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    ana, data = workspace.ana, tmp_path / "data"
    cold = {"FREEHAND_WARM_SOLVERS": "0"}  # grading takes seconds
    with workspace.bot(data, **cold) as first:
        await workspace.ready(first)
        await open_cohort(workspace)
        workspace.says(ana, RIGHT)
        await workspace.fake.until(workspace.feedback, "a status")
        first.kill()
    away = workspace.says(ana, WRONG)  # nobody listens
    thread = workspace.post.ts
    with workspace.bot(data, **cold) as second:
        await workspace.ready(second)
        await workspace.sees(ana, "Solved.", thread)
        await workspace.sees(ana, "Partly there.", thread)
        assert len(workspace.feedback()) == 2
        ana.edit(away, f"```{RIGHT}\n# at last```")
        await workspace.fake.until(
            lambda: ana.reads(workspace.practice, thread).count("Solved.") == 2,
            "the second to be solved",
        )
        assert len(workspace.feedback()) == 2
        assert await asyncio.to_thread(second.interrupt) == 0
