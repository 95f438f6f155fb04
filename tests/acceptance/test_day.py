"""A whole day at the page, with the real sandbox: what `make run` gives a person."""

import asyncio
import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from bot.app.runners import instance_of
from bot.app.settings import ROOT
from bot.domain.self_view import PAGES
from tests.acceptance.cable import cable
from tests.acceptance.page import Person, browser
from tests.acceptance.running import RunningBot, running_bot
from tests.support.gradings import require_docker

pytestmark = [pytest.mark.docker, pytest.mark.browser, pytest.mark.timeout(600)]

EXERCISE = ROOT / "exercises" / "clip-grad-norm"
RIGHT = (EXERCISE / "reference.py").read_text()
WORK = "import time\nend = time.process_time() + 1.8\nwhile time.process_time() < end: pass\n"
SLOW = f"{RIGHT}\n{WORK}"
"""Right, and long enough at work for somebody who looks once a second."""

WRONG = (EXERCISE / "wrong" / "always_rescales.py").read_text()


@pytest.fixture(autouse=True)
async def engine() -> None:
    await require_docker()


async def test_a_learner_lives_a_whole_day_at_the_page(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_bot(data, FREEHAND_SANDBOX="docker") as bot:
        await live_a_day(await said_url(bot), tmp_path / "day.png")
        assert await asyncio.to_thread(bot.interrupt) == 0
    assert containers_of(data) == ""


async def live_a_day(url: str, picture: Path) -> None:
    async with browser() as chromium:
        ana = await Person.arrive(chromium, url)
        await ana.sees(ana.channel, "An agent-free zone")

        await ana.say(ana.channel, "/join")
        await ana.press(ana.channel, "I take the pledge")
        await ana.sees(ana.channel, "Welcome.")
        await ana.press(ana.channel, "My name")
        await ana.sees(ana.channel, "with your name")

        await ana.open_thread()
        await ana.send_code(WRONG)
        await ana.sees(ana.thread, "Partly there.")
        await ana.press(ana.thread, "Details")
        await ana.sees(ana.thread, "A check seems wrong")
        await ana.press(ana.thread, "Hint")
        await ana.sees(ana.thread, "Hint 1 of 3")
        await ana.send_code(RIGHT)
        await ana.sees(ana.thread, "Solved.")

        await ana.say(ana.thread, "/plan")
        await ana.sees(ana.thread, "✅ solved")
        await ana.say(ana.thread, "/leaderboard")
        await ana.sees(ana.thread, "Together we solved")
        await ana.sees(ana.thread, "6 of 6")
        await see_the_way(ana)
        await ana.picture(picture)
        await be_steered(ana, await Person.arrive(chromium, url, name="Mentor"))
        await be_forgotten(ana)
        assert ana.complaints == []


async def be_steered(ana: Person, mentor: Person) -> None:
    """Meet what a mentor does: look, regrade, give more time, sign off."""
    await mentor.say(mentor.channel, "/challenge list")
    await mentor.sees(mentor.channel, "Tried")
    assert await mentor.count(mentor.channel, "Welcome.") == 0  # that was for Ana alone
    await mentor.say(mentor.channel, "/challenge stats 1")
    await mentor.sees(mentor.channel, "1 solved it (100%)")
    await mentor.say(mentor.channel, "/challenge regrade 1")
    await mentor.sees(mentor.channel, "0 raised, 0 lowered")
    await mentor.say(mentor.channel, "/challenge extend 1 2")
    await ana.sees(ana.thread, "A mentor gave this challenge more time.")
    await mentor.say(mentor.channel, "/challenge signoff Ana stage 5 She wrote it alone.")
    await mentor.sees(mentor.channel, "It still needs")
    await ana.sees(ana.channel, "Why: She wrote it alone.")


async def be_forgotten(ana: Person) -> None:
    """Take one's data along, and go."""
    await ana.say(ana.thread, "/privacy")
    await ana.press(ana.thread, "Export my data")
    await ana.sees(ana.thread, "is in this file")
    assert len(code_in(await ana.download(ana.thread))) == 2
    await ana.press(ana.thread, "Forget me")
    await ana.press(ana.thread, "Go on")
    await ana.press(ana.thread, "Forget me now")
    await ana.sees(ana.thread, "You are forgotten.")
    await ana.sees(ana.thread, "This message is no longer here.")
    await ana.sees_no_more(ana.thread, "Solved.")
    await ana.page.reload()
    await ana.sees(ana.thread, "You are forgotten.")
    assert await ana.count(ana.thread, "Details") == 0


async def see_the_way(ana: Person) -> None:
    """Look at stages and milestones, and say how one sees oneself."""
    await ana.say(ana.channel, "/milestones")
    await ana.sees(ana.channel, "Gradient clipping (")
    await ana.say(ana.channel, "/stage")
    await ana.sees(ana.channel, "Next step")
    await ana.press(ana.channel, "How I see myself")
    for line in PAGES[0].lines:
        await ana.page.get_by_label(line).fill("2")
    await ana.page.get_by_role("button", name="Keep it").click()
    await ana.sees(ana.channel, "Kept, for you alone. 1 of 7")


def code_in(archive: bytes) -> list[str]:
    """What somebody sent, as a file that was handed out has it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert "me.json" in packed.namelist()
        return [name for name in packed.namelist() if name.endswith(".py")]


async def test_a_plug_pulled_while_grading_loses_and_doubles_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    cold = {"FREEHAND_SANDBOX": "docker", "FREEHAND_WARM_SOLVERS": "0"}  # grading takes seconds
    async with browser() as chromium:
        with running_bot(data, **cold) as first:
            ana = await Person.arrive(chromium, await said_url(first))
            await ana.say(ana.channel, "/join")
            await ana.press(ana.channel, "I take the pledge")
            await ana.sees(ana.channel, "Welcome.")
            await ana.open_thread()
            await ana.send_code(f"{RIGHT}\n# my try\n")
            await ana.sees(ana.thread, "# my try")  # so it is stored, and perhaps not even queued
            first.kill()
        with running_bot(data, **cold) as second:
            ana = await Person.arrive(chromium, await said_url(second))
            await asyncio.to_thread(second.wait_for, "sandbox is ready")
            await ana.open_thread()
            await ana.sees(ana.thread, "Solved.")
            await ana.send_code(f"{SLOW}\n# once more\n")
            await ana.sees(ana.thread, "Running your code")
            second.kill()
        assert containers_of(data) != ""  # the plug left them behind
        with running_bot(data, **cold) as third:
            ana = await Person.arrive(chromium, await said_url(third))
            await ana.open_thread()
            await ana.sees(ana.thread, "try 1 · +6 points")
            await ana.sees(ana.thread, "try 2")
            assert await ana.count(ana.thread, "Solved.") == 2
            assert await ana.count(ana.thread, "Running your code") == 0
            assert await asyncio.to_thread(third.interrupt) == 0
    assert containers_of(data) == ""


async def test_ctrl_c_lets_what_runs_finish_and_then_ends(tmp_path: Path) -> None:
    data = tmp_path / "data"
    cold = {"FREEHAND_SANDBOX": "docker", "FREEHAND_WARM_SOLVERS": "0"}  # grading takes seconds
    async with browser() as chromium:
        with running_bot(data, **cold) as first:
            ana = await Person.arrive(chromium, await said_url(first))
            await asyncio.to_thread(first.wait_for, "sandbox is ready")  # else it would be received
            await ana.say(ana.channel, "/join")
            await ana.press(ana.channel, "I take the pledge")
            await ana.sees(ana.channel, "Welcome.")
            await ana.open_thread()
            await ana.send_code(SLOW)
            await ana.sees(ana.thread, "Running your code")
            assert await asyncio.to_thread(first.interrupt) == 0
            assert not any("the sandbox is stopping" in line for line in first.lines)
        with running_bot(data, **cold) as second:
            ana = await Person.arrive(chromium, await said_url(second))
            await ana.open_thread()
            await ana.sees(ana.thread, "Solved.")
            assert await asyncio.to_thread(second.interrupt) == 0
    assert containers_of(data) == ""


async def test_without_the_engine_submissions_wait_and_grading_resumes_by_itself(
    tmp_path: Path,
) -> None:
    async with browser() as chromium, cable(tmp_path) as engine:
        with running_bot(
            tmp_path / "data", FREEHAND_SANDBOX="docker", DOCKER_HOST=engine.host
        ) as bot:
            ana = await Person.arrive(chromium, await said_url(bot))
            await asyncio.to_thread(bot.wait_for, "sandbox is ready")
            await ana.say(ana.channel, "/join")
            await ana.press(ana.channel, "I take the pledge")
            await ana.sees(ana.channel, "Welcome.")
            await ana.open_thread()
            await engine.pull()
            await ana.send_code(RIGHT)
            await ana.sees(ana.thread, "Grading is paused: the Docker engine does not answer")
            await engine.plug_in()
            await ana.sees(ana.thread, "Solved.")
            assert await asyncio.to_thread(bot.interrupt) == 0


async def said_url(bot: RunningBot) -> str:
    return await asyncio.to_thread(lambda: bot.url)


def containers_of(data: Path) -> str:
    """Ids of the containers that belong to the bot on a data directory."""
    label = f"label=freehand.instance={instance_of(data)}"
    command = ["docker", "ps", "--all", "--quiet", "--filter", label]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
