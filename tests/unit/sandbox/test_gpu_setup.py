"""What an operator sets and sees of GPUs."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from prometheus_client import generate_latest

from bot.app import doctor, runners, terminal
from bot.app.runners import Runner
from bot.app.settings import Sandbox, Settings
from bot.domain.errors import GpuUnavailableError, SettingsError
from bot.domain.exercise import ON_CPU, Device, Exercise
from bot.domain.grading import GradingRequest
from bot.sandbox.gpu.gpus import NOT_HERE
from bot.sandbox.gpu.nvml import Meter
from bot.sandbox.grader import ContainerGrader
from bot.sandbox.processes.grader import ProcessGrader
from bot.web.operations import Metrics
from tests.support.gpus import GPU, FakeNvml
from tests.support.gradings import recipe, request


def settings(**wanted: Any) -> Settings:  # noqa: ANN401  # settings of any kind
    return Settings(_env_file=None, **wanted)  # pyright: ignore[reportCallIssue]  # pydantic's


async def engine_is_away() -> bool:
    return False


async def test_gpus_are_used_through_docker_even_while_it_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runners, "engine_answers", engine_is_away)

    runner = await runners.choose(settings(gpus=f"{GPU},1"))

    assert isinstance(runner.grader, ContainerGrader)
    assert runner.grader.devices == frozenset(Device)
    assert [slot.gpu for slot in runner.grader.gpus.slots] == [GPU, "1"]


async def test_gpus_without_docker_are_refused() -> None:
    with pytest.raises(SettingsError, match="FREEHAND_GPUS needs a Docker engine"):
        await runners.choose(settings(gpus="0", sandbox=Sandbox.PROCESS))


async def test_grader_without_gpus_takes_no_exercise_that_needs_one() -> None:
    containers = ContainerGrader(instance="none", recipe=recipe(), warm=0)
    processes = ProcessGrader()

    for grader in (containers, processes):
        assert grader.devices == ON_CPU
        with pytest.raises(GpuUnavailableError, match=NOT_HERE):
            await grader.grade(needing_gpu())
    assert await processes.health(Device.GPU) == NOT_HERE


def needing_gpu() -> GradingRequest:
    made = request("x")
    return replace(made, exercise=replace(made.exercise, device=Device.GPU))


def test_gate_tries_an_optional_exercise_on_every_device_that_is_here() -> None:
    needy = needing_gpu().exercise
    either = replace(needy, device=Device.GPU_OPTIONAL)

    def devices(exercise: Exercise, here: frozenset[Device]) -> list[Device]:
        return [placed.device for placed in terminal.placements(exercise, here)]

    assert devices(either, ON_CPU) == [Device.CPU]
    assert devices(either, frozenset(Device)) == [Device.CPU, Device.GPU]
    assert devices(needy, frozenset(Device)) == devices(needy, ON_CPU) == [Device.GPU]


async def test_doctor_tells_each_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakeNvml()
    monkeypatch.setattr(doctor, "Meter", partial(Meter, library=lambda: library))

    found = await doctor.examine_gpus(settings(gpus=f"{GPU},7"))

    assert [(finding.part, finding.well) for finding in found] == [
        (f"GPU {GPU}", True),
        ("GPU 7", False),
    ]
    assert found[0].sentence == "NVIDIA Imaginary; 300 of 24000 MB are in use."
    assert found[1].sentence == (
        "NVIDIA's driver says: Invalid Argument. docs/gpu.md says how it is set up."
    )


async def test_health_and_metrics_tell_which_gpu_is_sick_and_how_many_solvers_wait() -> None:
    grader = ContainerGrader(
        instance="none",
        recipe=recipe(),
        warm=0,
        meters=(Meter(gpu=GPU, library=FakeNvml), Meter(gpu="1", library=FakeNvml)),
    )
    well, sick = grader.gpus.slots
    well.problem, sick.problem = "", "it is lost"
    metrics = Metrics()

    metrics.look(waiting=grader.waiting, gpu_problems=grader.gpu_problems)

    told = generate_latest(metrics.registry).decode()
    assert f'freehand_gpu_healthy{{gpu="{GPU}"}} 1.0' in told
    assert 'freehand_gpu_healthy{gpu="1"} 0.0' in told
    assert 'freehand_waiting_solvers{device="cpu"} 0.0' in told
    assert f'freehand_waiting_solvers{{device="{GPU}"}} 0.0' in told
    assert await Runner(grader=grader).gpu_health() == "1: it is lost"
    sick.problem = ""
    assert await Runner(grader=grader).gpu_health() == ""
