"""`make bench`: how long a learner waits, what the bot weighs, how much it grades.

Medians of several runs, beside a baseline measured in the same run: machines are noisy, ratios less
so. Nothing here passes or fails.
"""

import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from bot import runners
from bot.catalogue import Catalogue
from bot.domain.chat import MessagePosted, MessageRef
from bot.domain.cohort import Cohort, Role
from bot.sandbox.secret import Keyring
from bot.services.application import Ports, Services, assemble
from bot.settings import ROOT, Settings
from bot.store.migrate import upgrade
from bot.store.store import SqlStore
from tests.world import ANA, MENTORS, PRACTICE, FakeChat, no_chart

SLUG = "clip-grad-norm"
RUNS = 7
BURST = 16

BARE = """
import copy, sys, time
from pathlib import Path
from bot.sandbox.judge import load_checks
from bot.sandbox.kit import Rng, Solution
from bot.sandbox.boot import Pipe
from bot.sandbox.solver import Solver
import torch
torch.set_num_threads(1)
folder = Path(sys.argv[1])
checks = load_checks(folder)
source = (folder / "reference.py").read_text()
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    solver = Solver(Pipe(0, 1))
    solver.do_load(source=source)
    handed = lambda op, wish: getattr(solver, f"do_{op}")(**copy.deepcopy(wish))
    solution = Solution(handed, lambda: None)
    for check in checks:
        check.body(solution, Rng(bytes(16), check.name))
    print(time.perf_counter() - began)
"""


def main() -> None:
    """Measure and print."""
    asyncio.run(_main())


async def _main() -> None:
    settings = Settings(warm_solvers=2, parallel_gradings=1)  # pyright: ignore[reportCallIssue]
    bare_s = statistics.median(_bare())
    _row("checks in one bare process", bare_s)
    async with _services(settings, warm=2) as (services, chat):
        warm = [await _feedback_s(services, chat, pause_s=6.0) for _ in range(RUNS)]
        warm_s = statistics.median(warm)
        bound_s = 1.3 * bare_s + 0.150
        _row("message to feedback, a solver waiting", warm_s, f"aim {bound_s * 1000:.0f} ms")
        began = time.perf_counter()
        await _burst(services, chat, BURST)
        per_minute = BURST / (time.perf_counter() - began) * 60
        sys.stdout.write(f"{'gradings per minute, in a burst':44} {per_minute:8.1f}\n")
    async with _services(settings, warm=0) as (services, chat):
        cold = [await _feedback_s(services, chat, pause_s=0.0) for _ in range(3)]
        _row("message to feedback, no solver waiting", statistics.median(cold))
    _docker_run()
    _resident()


def _bare() -> Sequence[float]:
    output = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", BARE, str(ROOT / "exercises" / SLUG), str(RUNS)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout
    return [float(line) for line in output.splitlines()]


@asynccontextmanager
async def _services(settings: Settings, *, warm: int) -> AsyncGenerator[tuple[Services, FakeChat]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.sqlite3"
        await upgrade(url)
        store = await SqlStore.open(url)
        updated = settings.model_copy(update={"warm_solvers": warm, "data_dir": Path(folder)})
        runner = await runners.choose(updated)
        await runner.start(lambda _line: None)
        chat = FakeChat()
        services = assemble(
            Ports(
                store=store,
                chats={"fake": chat},
                catalogue=Catalogue.load(settings.exercises_dir),
                grader=runner.grader,
                seeds=Keyring.load(Path(folder) / "keys.json"),
                clock=_now,
                new_id=lambda: os.urandom(12).hex(),
                queued=lambda: None,
                draw=no_chart,
                owner="bench",
            )
        )
        try:
            await _opened(store, services)
            yield services, chat
        finally:
            await runner.stop()
            await store.close()


async def _opened(store: SqlStore, services: Services) -> None:
    async with store.write() as tx:
        cohort = await tx.cohorts.add(
            Cohort(
                id=0,
                name="Bench",
                place=PRACTICE,
                mentors_place=MENTORS,
                timezone="UTC",
                starts_on=date(2026, 1, 5),
                pending_limit=100,
            )
        )
    catalogue = services.grading.catalogue
    await services.challenges.open(cohort, catalogue.get(SLUG), key="bench", reason="")
    while await services.delivery.deliver():
        pass
    info = await services.delivery.chats["fake"].user_info(ANA)
    async with store.write() as tx:
        await tx.members.join(
            cohort=cohort.id, user=ANA, name=info.name, role=Role.LEARNER, at=_now()
        )


async def _send(services: Services) -> str:
    async with services.grading.store.read() as tx:
        thread = (await tx.challenges.get(1)).thread
    if thread is None:
        raise AssertionError("the challenge has no thread")
    source = (ROOT / "exercises" / SLUG / "reference.py").read_text()
    key = os.urandom(6).hex()
    await services.dispatcher.accept(
        MessagePosted(
            key=key,
            at=_now(),
            conversation=thread,
            user=ANA,
            message=MessageRef(thread, key),
            text=f"```python\n{source}\n# {key}\n```",
        )
    )
    return key


async def _feedback_s(services: Services, chat: FakeChat, *, pause_s: float) -> float:
    await asyncio.sleep(pause_s)  # until the pool is full again
    began = time.perf_counter()
    await _send(services)
    await _all_graded(services)
    elapsed = time.perf_counter() - began
    if "Solved" not in list(chat.posted.values())[-1].text:
        raise AssertionError(list(chat.posted.values())[-1].text)
    return elapsed


async def _burst(services: Services, chat: FakeChat, count: int) -> None:
    del chat
    for _ in range(count):
        await _send(services)
    await _all_graded(services)


async def _all_graded(services: Services) -> None:
    await services.dispatcher.drain()
    await services.delivery.deliver()
    while claim := await services.grading.claim():
        await services.grading.grade(claim)
        await services.delivery.deliver()


def _docker_run() -> None:
    tags = subprocess.run(
        ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "freehand-solver"],  # noqa: S607
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split()
    if tags:
        command = ["docker", "run", "--rm", tags[0], "/opt/venv/bin/python", "-c", "import torch"]
        _row("docker run + import torch", statistics.median(_timed(command) for _ in range(3)))


def _timed(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own commands
    return time.perf_counter() - began


def _resident() -> None:
    """Resident memory of a bot that has served a page, and that torch is not in it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "FREEHAND_DATA_DIR": folder,
            "FREEHAND_WEB_PORT": "0",
            "FREEHAND_OPS_PORT": "0",
        }
        bot = subprocess.Popen(  # our own code
            [sys.executable, "-m", "bot"],
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        try:
            for line in bot.stderr or ():
                if "sandbox is ready" in line:
                    break
            status = Path(f"/proc/{bot.pid}/status").read_text()
            resident = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
            maps = Path(f"/proc/{bot.pid}/maps").read_text()
            loaded = "with" if "libtorch" in maps else "without"
            sys.stdout.write(f"{'bot, resident':44} {resident:8.1f} MB, {loaded} torch\n")
        finally:
            bot.send_signal(signal.SIGINT)
            bot.wait(30)


def _row(what: str, seconds: float, note: str = "") -> None:
    sys.stdout.write(f"{what:44} {seconds * 1000:8.1f} ms  {note}\n")
    sys.stdout.flush()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a benchmark lives in the present


if __name__ == "__main__":
    main()
