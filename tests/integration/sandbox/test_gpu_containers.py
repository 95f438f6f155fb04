"""Slots with real containers. The engine here has no GPU: its part is left out, or refused."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.errors import GpuUnavailableError
from bot.domain.exercise import Device, Limits
from bot.domain.grading import GradingRequest, Verdict
from bot.sandbox import proving
from bot.sandbox.containers.spec import ContainerSpec
from bot.sandbox.gpu.endpoint import NONE_NOW
from bot.sandbox.gpu.nvml import Meter
from bot.sandbox.gpu.slot import STARTING
from bot.sandbox.grader import ContainerGrader
from tests.support.gpus import GPU, MB, FakeMemory, FakeNvml
from tests.support.gradings import (
    CHECKS,
    SOLVED,
    WITH_RESTART,
    containers,
    docker,
    request,
    require_docker,
)
from tests.support.patience import until

pytestmark = [
    pytest.mark.docker,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]

INSTANCE = f"test-{os.getpid()}-gpu"
BUSY = "def double(x):\n    while True: pass\n"
BROKEN_GPU = "GPU-0a5d9e21-77c4-4d5e-9f0e-2b8f1c6d3e90"


def on(
    device: Device, source: str = SOLVED, *, checks: str = CHECKS, **limits: int
) -> GradingRequest:
    """A submission to an exercise that runs on such a device."""
    made = request(source, limits=Limits(seconds=8.0, **limits), checks=checks)
    return replace(made, exercise=replace(made.exercise, device=device))


def living(gpu: str = GPU) -> tuple[str, ...]:
    """How to ask `docker` for the containers on a GPU."""
    return ("ps", "--quiet", "--no-trunc", f"--filter=label=freehand.gpu={gpu}")


@dataclass
class Bench:
    """A grader with one GPU that is not there."""

    grader: ContainerGrader
    nvml: FakeNvml

    @property
    def problem(self) -> str:
        """Why the GPU cannot be used."""
        (problem,) = self.grader.gpus.problems.values()
        return problem


@asynccontextmanager
async def bench(gpu: str) -> AsyncGenerator[Bench]:
    await require_docker()
    nvml = FakeNvml(memory={gpu: FakeMemory()})
    meters = (Meter(gpu=gpu, library=lambda: nvml),)
    async with containers(instance=f"{INSTANCE}-{gpu[-4:]}", warm=0, meters=meters) as grader:
        yield Bench(grader, nvml)
    assert (await docker(*living(gpu))).split() == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def without_driver() -> AsyncGenerator[Bench]:
    """Containers on a GPU in every respect but for the GPU: this engine has none to give."""
    real = ContainerSpec.settings

    def made(spec: ContainerSpec) -> Mapping[str, Any]:
        settings = dict(real(spec))
        if spec.gpu == GPU:
            device = settings["Cmd"].index("cuda")
            settings["Cmd"] = [*settings["Cmd"][:device], "cpu"]
            host = dict(settings["HostConfig"])
            del host["DeviceRequests"]
            settings["HostConfig"] = host
        return settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContainerSpec, "settings", made)
        async with bench(GPU) as at:
            at.grader.gpus.slots[0].probe_every_s = 0.1
            yield at


@pytest_asyncio.fixture(loop_scope="module")
async def at(without_driver: Bench) -> Bench:
    """That bench with its GPU as it should be, and a solver that waits on it."""
    without_driver.nvml.lost.clear()
    without_driver.nvml.memory[GPU] = FakeMemory()
    await ready(without_driver)
    return without_driver


async def ready(bench: Bench) -> None:
    await until(lambda: bench.grader.waiting[GPU])
    assert bench.problem == ""


async def test_engine_without_nvidias_driver_makes_the_gpu_sick_and_nothing_else() -> None:
    async with bench(BROKEN_GPU) as at:
        grader = at.grader
        await until(lambda: at.problem != STARTING)

        assert "could not select device driver" in at.problem
        assert "nvidia" in at.problem
        assert await grader.health() == ""
        assert await grader.health(Device.GPU) == NONE_NOW
        for device in (Device.CPU, Device.GPU_OPTIONAL):
            assert (await grader.grade(on(device))).verdict is Verdict.SOLVED
        with pytest.raises(GpuUnavailableError, match="no GPU can be used now"):
            await grader.grade(on(Device.GPU))
        assert await grader.health() == ""


async def test_image_without_cuda_makes_the_gpu_sick_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = ContainerSpec.settings

    def made(spec: ContainerSpec) -> Mapping[str, Any]:
        settings = dict(real(spec))
        host = dict(settings["HostConfig"])
        host.pop("DeviceRequests", None)
        return {**settings, "HostConfig": host}

    monkeypatch.setattr(ContainerSpec, "settings", made)
    async with bench(BROKEN_GPU) as at:
        await until(lambda: at.problem != STARTING)

        assert "did not start" in at.problem
        assert "CUDA" in at.problem


async def test_gradings_use_the_slot_one_after_the_other_each_with_a_solver_of_its_own(
    at: Bench,
) -> None:
    """Each submission uses two solvers, and no two are ever there at once."""
    seen, most = set[str](), 0
    twice = on(Device.GPU, checks=WITH_RESTART)
    gradings = [asyncio.create_task(at.grader.grade(twice)) for _ in range(2)]
    while not all(grading.done() for grading in gradings):
        here = (await docker(*living())).split()
        seen, most = seen | set(here), max(most, len(here))

    assert [(await grading).verdict for grading in gradings] == [Verdict.SOLVED] * 2
    assert most == 1
    assert len(seen) >= 4


async def test_optional_exercise_is_graded_on_the_cpu_while_the_gpu_is_used(at: Bench) -> None:
    busy = asyncio.create_task(at.grader.grade(on(Device.GPU, BUSY)))
    await until(lambda: not at.grader.waiting[GPU])

    assert (await at.grader.grade(on(Device.GPU_OPTIONAL))).verdict is Verdict.SOLVED
    assert not busy.done()
    assert (await busy).verdict is Verdict.TIMED_OUT


async def test_submission_that_takes_too_much_gpu_memory_is_killed(at: Bench) -> None:
    taken = asyncio.create_task(at.grader.grade(on(Device.GPU, BUSY)))
    await until(lambda: not at.grader.waiting[GPU])
    at.nvml.memory[GPU].used += 5000 * MB
    grade = await taken
    at.nvml.memory[GPU].used -= 5000 * MB

    assert grade.verdict is Verdict.OUT_OF_MEMORY
    assert grade.detail == "It used 5000 MB of GPU memory; 4096 MB are allowed."
    assert grade.usage.run_s < 8
    assert (await at.grader.grade(on(Device.GPU))).verdict is Verdict.SOLVED


async def test_lost_gpu_costs_no_verdict_and_grading_goes_on_without_it(at: Bench) -> None:
    running = asyncio.create_task(at.grader.grade(on(Device.GPU, BUSY)))
    optional = on(Device.GPU_OPTIONAL)
    await until(lambda: not at.grader.waiting[GPU])
    at.nvml.lost.add(GPU)

    with pytest.raises(GpuUnavailableError):
        await running
    await until(lambda: at.problem)
    assert "GPU is lost" in at.problem
    assert (await at.grader.grade(optional)).verdict is Verdict.SOLVED
    assert (await at.grader.grade(on(Device.CPU))).verdict is Verdict.SOLVED
    assert await at.grader.health() == ""

    at.nvml.lost.clear()
    await until(lambda: at.grader.waiting[GPU])
    assert at.problem == ""
    assert (await at.grader.grade(on(Device.GPU))).verdict is Verdict.SOLVED


async def test_optional_exercise_whose_gpu_is_lost_meanwhile_is_graded_on_the_cpu(
    at: Bench,
) -> None:
    slow = f"import time\ntime.sleep(1)\n{SOLVED}"
    grading = asyncio.create_task(at.grader.grade(on(Device.GPU_OPTIONAL, slow)))
    await until(lambda: not at.grader.waiting[GPU])
    at.nvml.lost.add(GPU)

    assert (await grading).verdict is Verdict.SOLVED
    await until(lambda: at.problem)


async def test_proof_finds_out_a_solver_that_has_no_gpu_and_a_sick_one(at: Bench) -> None:
    ways = at.grader.on_each_gpu
    found = await proving.prove_on(GPU, ways[GPU])
    at.nvml.lost.add(GPU)
    lost = await proving.prove_on(GPU, ways[GPU])

    assert [(proof.holds, proof.seen) for proof in found] == [
        (False, "what a submission is given is not on the GPU"),
        (False, "it sees 0"),
    ]
    assert [(proof.what, proof.holds) for proof in lost] == [(f"{GPU} can be used", False)]
    assert "GPU is lost" in lost[0].seen


async def test_proof_believes_numbers(
    at: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the GPU itself, which the submission only claims to have."""
    claims = (proving.GPU_FOLDER / "honest.py").read_text()
    claims = claims.replace("return x.device.type", "return 'cuda'")
    claims = claims.replace("torch.cuda.device_count()", "1")
    (tmp_path / "honest.py").write_text(claims)
    monkeypatch.setattr(proving, "GPU_FOLDER", tmp_path)

    found = await proving.prove_on(GPU, at.grader.on_each_gpu[GPU])

    assert [(proof.what, proof.holds) for proof in found] == [
        (f"{GPU}: A tensor is on the GPU, and its sum is right", True),
        (f"{GPU}: Learner code sees one GPU", True),
    ]


async def test_what_a_dead_process_of_this_installation_left_on_the_gpu_is_deleted(
    at: Bench,
) -> None:
    (waiting,) = (await docker(*living())).split()
    labels = '--format={{index .Config.Labels "freehand.instance"}}'
    instance = (await docker("inspect", labels, waiting)).strip()
    left = await docker(
        "create",
        f"--label=freehand.instance={instance}",
        f"--label=freehand.gpu={GPU}",
        "--label=freehand.owner=0123456789abcdef",
        (await docker("inspect", "--format={{.Image}}", waiting)).strip(),
    )

    grade = await at.grader.grade(on(Device.GPU, checks=WITH_RESTART))
    assert grade.verdict is Verdict.SOLVED
    assert left.strip() not in (await docker("ps", "--all", "--quiet", "--no-trunc")).split()


async def test_gpu_that_another_freehand_uses_is_left_to_it(at: Bench) -> None:
    meters = (Meter(gpu=GPU, library=lambda: at.nvml),)
    async with containers(instance=f"{INSTANCE}-other", meters=meters) as other:
        await until(lambda: other.gpus.problems[GPU] != STARTING)

        assert other.gpus.problems[GPU] == "another Freehand has a solver on it"
        assert (await other.grade(on(Device.GPU_OPTIONAL))).verdict is Verdict.SOLVED
    assert (await at.grader.grade(on(Device.GPU))).verdict is Verdict.SOLVED
