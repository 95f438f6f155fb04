"""`make bench`: what each step costs the database, how long a learner waits, what the bot weighs.

Medians of several runs, beside a baseline measured in the same run: machines are noisy, ratios less
so. Nothing here passes or fails.
"""

import asyncio
import os
import re
import resource
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

from bot.app import runners
from bot.app.assembly import Ports, Services, assemble
from bot.app.settings import ROOT, Settings
from bot.catalogue.reading import Catalogue
from bot.domain.chat.events import MessagePosted
from bot.domain.chat.refs import MessageRef
from bot.domain.cohort import Cohort, Place
from bot.domain.exercise import Limits
from bot.domain.grading import GradingRequest, Verdict
from bot.domain.member import Role
from bot.domain.progression import PlanReason
from bot.jobs.embedded import EmbeddedJobs
from bot.sandbox.grader import ContainerGrader
from bot.store.store import SqlStore
from tests.bench import steps
from tests.support.databases import new_file
from tests.support.gradings import SOLVED, containers, request
from tests.support.world import ANA, KEPT, MENTORS, PRACTICE, FakeChat, no_chart

SLUG = "clip-grad-norm"
RUNS = 11
BURST = 24
CORES = os.cpu_count() or 1
PAUSE_S = 4.0
"""Until the pool is full again."""

BARE = """
import copy, sys, time
from pathlib import Path
from bot.inside.judge.checks import Checks
from bot.kit import Rng, Solution
from bot.inside.common.pipe import Pipe
from bot.inside.solver.solver import Solver
import torch
torch.set_num_threads(1)
folder = Path(sys.argv[1])
checks = Checks().get(folder.name, (folder / "checks.py").read_text())
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
    steps.show(await steps.measure())
    settings = Settings(warm_solvers=2, parallel_gradings=CORES)  # pyright: ignore[reportCallIssue]
    bare_s = statistics.median(_bare())
    _row("checks in one bare process", bare_s)
    import_s = statistics.median(_import_cpu_s() for _ in range(3))
    bound = 60 * CORES / import_s
    _row("CPU time of importing torch, warmed up", import_s)
    async with _services(settings, warm=2) as (services, chat, grader):
        verdicts = [await _verdict_s(services, pause_s=PAUSE_S) for _ in range(RUNS)]
        aim_s = 1.3 * bare_s + 0.050
        _row("source to verdict, a solver waiting", statistics.median(verdicts), _aim(aim_s))
        _row("  the slowest but one of twenty", _p95(verdicts), _aim(1.3 * bare_s + 0.150))
        warm = [await _feedback_s(services, chat, pause_s=PAUSE_S) for _ in range(RUNS)]
        _row("message to feedback, a solver waiting", statistics.median(warm))
        await asyncio.sleep(PAUSE_S)  # those that were used are gone by then
        _waiting_memory(grader.instance)
        began = time.perf_counter()
        await _burst(services, BURST)
        per_minute = BURST / (time.perf_counter() - began) * 60
        share = f"{per_minute / bound:.0%} of the bound {bound:.0f}, aim 90%"
        _figure("gradings per minute, in a burst", per_minute, "", share)
        began = time.perf_counter()
        while grader.waiting["cpu"] < grader.warm:  # noqa: ASYNC110  # a benchmark looks on from outside
            await asyncio.sleep(0.05)
        _row("until the pool is full again", time.perf_counter() - began)
    async with _services(settings, warm=0) as (services, chat, _grader):
        cold = [await _feedback_s(services, chat, pause_s=0.0) for _ in range(3)]
        _row("message to feedback, no solver waiting", statistics.median(cold))
    await _relay()
    _docker_run()
    _resident()


def _aim(seconds: float) -> str:
    return f"aim {seconds * 1000:.0f} ms"


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def _import_cpu_s() -> float:
    """CPU seconds that a solver spends before it waits: what bounds the number of gradings."""
    code = "from bot.inside.common.boot import warm_up; warm_up()"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)  # noqa: S603  # our own code
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _waiting_memory(instance: str) -> None:
    """Memory of one waiting solver. The engine has to be on this machine."""
    labels = [f"--filter=label=freehand.instance={instance}", "--filter=label=freehand.role=solver"]
    ids = _printed("docker", "ps", "--quiet", *labels).split()
    pids = _printed("docker", "inspect", "--format", "{{.State.Pid}}", *ids).split()
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    for name, what in (("Rss", "resident"), ("Pss", "proportional")):
        found = [re.findall(rf"^{name}:\s+(\d+)", rollup, re.MULTILINE)[0] for rollup in rollups]
        # One that is only starting is smaller.
        _figure(f"a waiting solver, {what}", max(map(int, found)) / 1024, "MB")


def _printed(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603  # our own command


async def _relay() -> None:
    """Frames per second between a judge and a solver, through the host."""
    calls = 1000
    checks = f"""
from bot.kit import Rng, Solution, check


@check("echo", "It answers", core=True)
def echo(solution: Solution, rng: Rng) -> None:
    for number in range({calls}):
        solution.call("double", number)
"""
    async with containers(instance="bench-relay") as grader:
        long = Limits(seconds=60.0)
        grade = await grader.grade(request(SOLVED, limits=long, checks=checks))
    frames = 4 * calls  # asked by the judge, to the solver, back, to the judge
    _figure("frames per second, through the relay", frames / grade.usage.run_s, "")


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
async def _services(
    settings: Settings, *, warm: int
) -> AsyncGenerator[tuple[Services, FakeChat, ContainerGrader]]:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqlStore.open(new_file(Path(folder) / "bench.sqlite3"))
        updated = settings.model_copy(update={"warm_solvers": warm, "data_dir": Path(folder)})
        runner = await runners.choose(updated)
        if not isinstance(runner.grader, ContainerGrader):
            raise SystemExit("There is no Docker engine here to measure with.")
        await runner.start(lambda _line: None)
        chat = FakeChat()
        services = assemble(
            Ports(
                store=store,
                chats={"fake": chat},
                catalogue=Catalogue.load(settings.exercises_dir),
                grader=runner.grader,
                jobs=EmbeddedJobs(),
                clock=_now,
                new_id=lambda: os.urandom(12).hex(),
                draw=no_chart,
                worker="bench",
                rules={},
                kept=KEPT,
            )
        )
        try:
            await services.seeds.refresh()
            await _opened(store, services)
            yield services, chat, runner.grader
        finally:
            await runner.stop()
            await store.close()


async def _opened(store: SqlStore, services: Services) -> None:
    async with store.write() as tx:
        cohort = await tx.cohorts.add(
            Cohort(
                id=0,
                name="Bench",
                places=(Place(channel=PRACTICE, mentors_channel=MENTORS),),
                timezone="UTC",
                starts_on=date(2026, 1, 5),
                pending_limit=100,
            )
        )
    catalogue = services.grading.catalogue
    await services.challenges.open(
        cohort, catalogue.get(SLUG), key="bench", reason=PlanReason.CHOSEN_BY_MENTOR
    )
    while await services.delivery.deliver():
        pass
    async with store.write() as tx:
        await tx.members.join(cohort=cohort.id, user=ANA, name="Ana", role=Role.LEARNER, at=_now())


def _reference() -> str:
    return (ROOT / "exercises" / SLUG / "reference.py").read_text()


async def _send(services: Services) -> str:
    async with services.grading.store.read() as tx:
        [thread] = (await tx.challenges.get(1)).threads
    source = _reference()
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


async def _verdict_s(services: Services, *, pause_s: float) -> float:
    """The sandbox's part alone."""
    await asyncio.sleep(pause_s)
    exercise = services.grading.catalogue.get(SLUG)
    graded = GradingRequest(
        run=os.urandom(6).hex(), exercise=exercise, source=_reference(), seed=os.urandom(16)
    )
    began = time.perf_counter()
    grade = await services.grading.grader.grade(graded)
    elapsed = time.perf_counter() - began
    if grade.verdict is not Verdict.SOLVED:
        raise AssertionError(grade)
    return elapsed


async def _burst(services: Services, count: int) -> None:
    for _ in range(count):
        await _send(services)
    await _all_graded(services)


async def _all_graded(services: Services) -> None:
    await services.dispatcher.drain()
    await services.delivery.deliver()
    await asyncio.gather(*(_grading(services) for _ in range(CORES)))


async def _grading(services: Services) -> None:
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
            _figure("the bot, resident", resident, "MB", f"{loaded} torch; aim 120 MB")
        finally:
            bot.send_signal(signal.SIGINT)
            bot.wait(30)


def _row(what: str, seconds: float, note: str = "") -> None:
    _figure(what, seconds * 1000, "ms", note)


def _figure(what: str, value: float, unit: str, note: str = "") -> None:
    sys.stdout.write(f"{what:44} {value:8.1f} {unit:3} {note}".rstrip() + "\n")
    sys.stdout.flush()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a benchmark lives in the present


if __name__ == "__main__":
    main()
