"""Laws of the runner in containers that no other runner keeps."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.errors import SandboxBuildError, SandboxError, SandboxUnavailableError
from bot.domain.exercise import Limits
from bot.domain.grading import Verdict
from bot.sandbox import relay
from bot.sandbox.containers.engine import Engine, engine_answers
from bot.sandbox.containers.images import Recipe
from bot.sandbox.containers.spec import NOBODY, USERS
from bot.sandbox.grader import ContainerGrader
from tests.acceptance.cable import cable
from tests.support.gradings import (
    SOLVED,
    busy_machine,
    containers,
    docker,
    recipe,
    request,
    require_docker,
)

pytestmark = [
    pytest.mark.docker,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]

RUN = f"test-{os.getpid()}"  # two runs on one engine leave each other alone
INSTANCE = f"{RUN}-containers"
HUNGRY = f"eaten = b'x' * (400 * 2**20)\n{SOLVED}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def grader() -> AsyncGenerator[ContainerGrader]:
    await require_docker()
    async with containers(instance=INSTANCE, warm=1) as grader:
        yield grader


async def ids(role: str = "", instance: str = INSTANCE) -> set[str]:
    filters = [f"--filter=label=freehand.instance={instance}"]
    filters += [f"--filter=label=freehand.role={role}"] if role else []
    return set((await docker("ps", "--all", "--quiet", "--no-trunc", *filters)).split())


async def waiting(instance: str = INSTANCE) -> str:
    """The solver that waits, once those that were used are deleted."""
    while len(found := await ids("solver", instance)) != 1:
        pass
    return found.pop()


async def inspected(container: str) -> dict[str, Any]:
    (found,) = json.loads(await docker("inspect", container))
    return found


async def test_solver_is_locked_in_from_every_side(grader: ContainerGrader) -> None:
    del grader
    while not (found := json.loads(await docker("inspect", await waiting()))):
        pass  # it was one that the test before had used
    container = found[0]

    host = container["HostConfig"]
    user, group = map(int, container["Config"]["User"].split(":"))
    assert user in USERS
    assert group == NOBODY
    assert {"/proc/locks", "/proc/sys", "/sys/devices"} <= set(host["MaskedPaths"])
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["Privileged"] is False
    assert host["SecurityOpt"][0] == "no-new-privileges"
    assert host["SecurityOpt"][1].startswith("seccomp={")
    assert host["Memory"] == host["MemorySwap"] == 1024 * 2**20
    assert host["PidsLimit"] == 64
    assert host["NanoCpus"] == 10**9
    assert host["IpcMode"] == "private"
    assert host["LogConfig"]["Type"] == "none"
    assert container["Mounts"] == []
    assert set(host["Tmpfs"]) == {"/tmp"}
    assert {"noexec", "nosuid", "nodev", "size=64m"} <= set(host["Tmpfs"]["/tmp"].split(","))
    assert {limit["Name"]: limit["Hard"] for limit in host["Ulimits"]} == {
        "nofile": 256,
        "fsize": 64 * 2**20,
        "core": 0,
    }


async def test_hashes_of_texts_cannot_be_foreseen_in_the_judge(grader: ContainerGrader) -> None:
    del grader
    judges = json.loads(await docker("inspect", *await ids("judge")))  # one that failed may end

    assert judges
    assert all("PYTHONHASHSEED=random" in judge["Config"]["Env"] for judge in judges)


async def test_solver_holds_no_check_and_no_secret(grader: ContainerGrader) -> None:
    source = (
        "import os\n"
        "print('environment', sorted(os.environ))\n"
        "print('files', sorted(os.listdir('/opt/freehand/bot')))\n"
        "print('inside', sorted(os.listdir('/opt/freehand/bot/inside')))\n"
        "print('above', os.listdir('/opt/freehand'))\n" + SOLVED
    )

    output = (await grader.grade(request(source))).output

    assert "FREEHAND" not in output
    assert "files ['__init__.py', '__pycache__', 'inside', 'wire']" in output
    assert "inside ['__init__.py', '__pycache__', 'common', 'solver']" in output
    assert "exercises" not in output


async def test_exercise_may_allow_less_memory_than_usual(grader: ContainerGrader) -> None:
    allowed = await grader.grade(request(HUNGRY))
    refused = await grader.grade(request(HUNGRY, limits=Limits(seconds=5, memory_mb=320)))

    assert allowed.verdict is Verdict.SOLVED
    assert refused.verdict is Verdict.OUT_OF_MEMORY
    assert "320 MB" in refused.detail
    assert (allowed.usage.peak_memory_bytes or 10**9) > 400 * 2**20


async def test_memory_hog_is_called_one_on_a_busy_machine_too(grader: ContainerGrader) -> None:
    async with busy_machine():
        grade = await grader.grade(request(HUNGRY, limits=Limits(seconds=2, memory_mb=320)))

    assert grade.verdict is Verdict.OUT_OF_MEMORY


async def test_runtime_that_cannot_change_limits_gets_a_solver_made_for_them(
    grader: ContainerGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(engine: Engine, container: str, limits: Mapping[str, int]) -> bool:
        del engine, container, limits
        return False

    monkeypatch.setattr(Engine, "update", refused)
    less = Limits(seconds=5, memory_mb=330)
    grades = [await grader.grade(request(source, limits=less)) for source in (HUNGRY, SOLVED)]

    assert [grade.verdict for grade in grades] == [Verdict.OUT_OF_MEMORY, Verdict.SOLVED]
    assert "330 MB" in grades[0].detail


def writing(megabytes: int) -> str:
    """A submission that writes as much into files of 20 MB."""
    return (
        "def double(x):\n"
        f"    for number in range({megabytes // 20}):\n"
        "        with open(f'/tmp/{number}', 'wb') as file:\n"
        "            file.write(bytes(20 * 2**20))\n"
        "    return 2 * x\n"
    )


async def test_exercise_may_allow_more_disk_than_usual(grader: ContainerGrader) -> None:
    more = Limits(seconds=5, disk_mb=100)
    refused = await grader.grade(request(writing(80)))
    allowed = await grader.grade(request(writing(80), limits=more))
    too_much = await grader.grade(request(writing(120), limits=more))

    assert allowed.verdict is Verdict.SOLVED
    assert refused.verdict is too_much.verdict is Verdict.CRASHED
    assert "64 MB of files in /tmp are allowed" in refused.detail
    assert "100 MB of files in /tmp are allowed" in too_much.detail


async def test_feedback_names_the_limit_on_threads(grader: ContainerGrader) -> None:
    source = (
        "import threading, time\nfor _ in range(60):\n"
        "    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
    )

    grade = await grader.grade(request(source, limits=Limits(seconds=5, processes=20)))

    assert grade.verdict is Verdict.CRASHED
    assert "20 processes and threads at once are allowed" in grade.detail


async def test_solver_is_never_used_twice(grader: ContainerGrader) -> None:
    before = await ids("solver")

    await grader.grade(request(SOLVED))
    await grader.grade(request(SOLVED))

    while before & await ids("solver"):
        pass


async def test_gradings_may_run_side_by_side(grader: ContainerGrader) -> None:
    sources = [SOLVED, "def double(x):\n    return x\n", SOLVED]

    grades = await asyncio.gather(*(grader.grade(request(source)) for source in sources))

    verdicts = [grade.verdict for grade in grades]
    assert verdicts == [Verdict.SOLVED, Verdict.WRONG, Verdict.SOLVED]


async def test_waiting_solver_that_dies_is_replaced(grader: ContainerGrader) -> None:
    await docker("kill", await waiting())

    assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED


OUTER = """
from bot.kit import Rng, Solution, check, expect


@check("outer", "All its products are finite", core=True)
def outer(solution: Solution, rng: Rng) -> None:
    seen = solution.call("double", rng.normal(3))
    while len(seen) == 4:
        pass
    expect(bool((seen[:, None] * seen).isfinite().all()), "they are not")
"""
"""A check whose author did not think of long answers, and of one that is not long at all."""


@pytest.mark.parametrize(
    ("length", "seconds", "verdict"),
    [(30_000, 60.0, Verdict.OUT_OF_MEMORY), (4, 2.0, Verdict.TIMED_OUT)],
    ids=["memory", "time"],
)
async def test_judge_that_an_answer_overcomes_is_that_submissions_verdict(
    grader: ContainerGrader,
    monkeypatch: pytest.MonkeyPatch,
    length: int,
    seconds: float,
    verdict: Verdict,
) -> None:
    monkeypatch.setattr(relay, "MAX_JUDGE_CPU_S", seconds)  # filling memory takes some, too
    source = f"import torch\n\n\ndef double(x):\n    return torch.ones({length})\n"

    grade = await grader.grade(request(source, checks=OUTER))

    assert grade.verdict is verdict
    assert "to check" in grade.detail
    assert (await grader.grade(request(SOLVED, checks=OUTER))).verdict is Verdict.SOLVED


async def test_container_that_is_killed_has_ended() -> None:
    await require_docker()
    engine = Engine.connect()
    image = (await recipe().ensure(engine, lambda _line: None)).solver
    started = await docker("run", "--detach", "--network=none", image, "sleep", "600")
    container = started.strip()
    try:
        await engine.kill(container, max_s=60.0)
        state = (await inspected(container))["State"]
        await engine.kill(container, max_s=60.0)  # once more does no harm
    finally:
        await engine.close()
        await docker("rm", "--force", container)

    assert state["Running"] is False


async def test_judge_that_dies_is_replaced(grader: ContainerGrader) -> None:
    await docker("kill", *await ids("judge"))

    assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED


async def test_judge_that_dies_during_a_grading_is_our_fault(grader: ContainerGrader) -> None:
    slow = "import time\ndef double(x):\n    time.sleep(3)\n    return 2 * x\n"
    grading = asyncio.create_task(grader.grade(request(slow)))
    await asyncio.sleep(0)  # it has taken the judge
    await docker("kill", *await ids("judge"))

    with pytest.raises(SandboxError):
        await grading

    assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED


async def test_cancelled_grading_leaves_no_solver_running(grader: ContainerGrader) -> None:
    endless = "while True: pass\n"
    grading = asyncio.create_task(grader.grade(request(endless)))
    await asyncio.sleep(0)
    grading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await grading

    assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED


async def test_stop_leaves_no_container() -> None:
    await require_docker()
    async with containers(instance=f"{RUN}-stop", warm=2) as grader:
        await grader.grade(request("while True: print('x' * 10_000)\n"))
        assert await ids(instance=f"{RUN}-stop")

    assert await ids(instance=f"{RUN}-stop") == set()


async def test_start_deletes_leftovers_of_its_own_installation_alone() -> None:
    await require_docker()
    engine = Engine.connect()
    image = (await recipe().ensure(engine, lambda _line: None)).solver
    await engine.close()
    own, other = [
        (await docker("create", "--network=none", f"--label=freehand.instance={name}", image))
        for name in (f"{RUN}-reap", f"{RUN}-reap-other")
    ]

    async with containers(instance=f"{RUN}-reap", warm=0):
        assert own.strip() not in await ids(instance=f"{RUN}-reap")
        assert await ids(instance=f"{RUN}-reap-other") == {other.strip()}

    await docker("rm", "--force", other.strip())


async def test_start_leaves_what_another_process_is_using() -> None:
    """`freehand grade` beside a running bot: one data directory, two processes."""
    await require_docker()
    async with containers(instance=f"{RUN}-beside", warm=0) as bot:
        theirs = await ids(instance=f"{RUN}-beside")

        async with containers(instance=f"{RUN}-beside", warm=0):
            assert theirs < await ids(instance=f"{RUN}-beside")

        assert await ids(instance=f"{RUN}-beside") == theirs
        assert (await bot.grade(request(SOLVED))).verdict is Verdict.SOLVED


async def test_grader_without_waiting_solvers_starts_one() -> None:
    await require_docker()
    async with containers(instance=f"{RUN}-cold", warm=0) as grader:
        grade = await grader.grade(request(SOLVED))

    assert grade.verdict is Verdict.SOLVED
    assert grade.usage.start_s > 0.5


async def test_grading_pauses_while_the_engine_is_away_and_goes_on_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await require_docker()
    async with cable(tmp_path) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.host)
        async with containers(instance=f"{RUN}-away") as grader:
            await engine.pull()
            with pytest.raises(SandboxUnavailableError, match="does not answer"):
                await grader.grade(request(SOLVED))
            assert "does not answer" in await grader.health()

            await engine.plug_in()
            while await grader.health():
                await docker("version")
            assert (await grader.grade(request(SOLVED))).verdict is Verdict.SOLVED

    assert await ids(instance=f"{RUN}-away") == set()


async def test_engine_that_is_not_there_is_said_so_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nothing.sock'}")
    grader = ContainerGrader(instance=f"{RUN}-absent", recipe=recipe(), warm=1)

    assert not await engine_answers()
    with pytest.raises(SandboxUnavailableError, match="does not answer"):
        await grader.start()
    with pytest.raises(SandboxUnavailableError, match="does not answer"):
        await grader.grade(request(SOLVED))

    await grader.stop()


async def test_failed_build_ends_with_what_was_said_last(tmp_path: Path) -> None:
    await require_docker()
    (tmp_path / "Dockerfile").write_text(
        "ARG BASE\n\nFROM ${BASE} AS solver\nRUN echo out of luck; false\n\n"
        "FROM ${BASE} AS judge\nCOPY Dockerfile /\n"
    )
    engine = Engine.connect()
    broken = Recipe(root=tmp_path, wheels=tmp_path)

    said: list[str] = []

    with pytest.raises(SandboxBuildError, match=r"could not be built\.[^\n]*says why\.$"):
        await broken.ensure(engine, said.append)

    assert "out of luck" in "\n".join(said)
    assert "make images" in said[-1]

    await engine.close()


async def test_missing_base_says_what_to_set() -> None:
    await require_docker()
    engine = Engine.connect()
    homeless = Recipe(root=recipe().root, base="localhost:1/none:1")

    with pytest.raises(SandboxUnavailableError, match="FREEHAND_SANDBOX_BASE"):
        await homeless.ensure(engine, lambda _line: None)

    await engine.close()


async def test_engine_lists_and_deletes_images() -> None:
    await require_docker()
    engine = Engine.connect()
    tag = f"freehand-test:{RUN}"
    try:
        await docker("tag", (await recipe().ensure(engine, print)).solver, tag)
        before = await engine.images("freehand-test")
        await engine.remove_image(tag)
        await engine.remove_image(tag)  # gone already
        after = await engine.images("freehand-test")
    finally:
        await engine.close()

    assert tag in before
    assert tag not in after
