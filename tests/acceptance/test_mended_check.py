"""A check is mended between two starts of the bot: real sandbox, and a plug that is pulled."""

import asyncio
import shutil
from pathlib import Path

import pytest

from bot.app.settings import ROOT
from tests.acceptance.page import Person, browser
from tests.acceptance.running import running_bot
from tests.support.gradings import require_docker

pytestmark = [pytest.mark.docker, pytest.mark.browser, pytest.mark.timeout(600)]

EXERCISE = ROOT / "exercises" / "clip-grad-norm"
RIGHT = (EXERCISE / "reference.py").read_text()
BROKEN = """

@check("impossible", "Nobody can hold this", core=True, hint=1)
def impossible(solution: Solution, rng: Rng) -> None:
    fail("it never holds")
"""


async def test_a_mended_check_raises_whom_it_had_wronged(tmp_path: Path) -> None:
    await require_docker()
    checks = tmp_path / "exercises" / EXERCISE.name / "checks.py"
    await asyncio.to_thread(shutil.copytree, EXERCISE, checks.parent)
    checks.write_text(checks.read_text() + BROKEN)
    async with browser() as chromium:
        with running_bot(tmp_path / "data", FREEHAND_SANDBOX="docker") as first:
            ana = await Person.arrive(chromium, await asyncio.to_thread(lambda: first.url))
            await ana.say(ana.channel, "/join")
            await ana.press(ana.channel, "I take the pledge")
            await ana.sees(ana.channel, "Welcome.")
            await ana.open_thread()
            await ana.send_code(RIGHT)
            await ana.sees(ana.thread, "Partly there.")
            first.kill()
        checks.write_text((EXERCISE / "checks.py").read_text())
        cold = {"FREEHAND_SANDBOX": "docker", "FREEHAND_WARM_SOLVERS": "0"}
        with running_bot(tmp_path / "data", **cold) as second:
            url = await asyncio.to_thread(lambda: second.url)
            mentor = await Person.arrive(chromium, url, name="Mentor")
            await mentor.say(mentor.channel, "/challenge regrade 1")
            await mentor.sees(mentor.channel, "1 answer is run again")
            second.kill()
        with running_bot(tmp_path / "data", FREEHAND_SANDBOX="docker") as third:
            url = await asyncio.to_thread(lambda: third.url)
            mentor = await Person.arrive(chromium, url, name="Mentor")
            ana = await Person.arrive(chromium, url)
            await ana.open_thread()
            await mentor.sees(mentor.channel, "Ana: partly solved → solved")
            await mentor.press(mentor.channel, "Raise 1 answer")
            await ana.sees(ana.thread, "it is solved now")
            await ana.sees(ana.thread, "Solved.")
            await ana.picture(tmp_path / "ana.png")
            await mentor.picture(tmp_path / "mentor.png")
            assert ana.complaints == mentor.complaints == []
            assert await asyncio.to_thread(third.interrupt) == 0
