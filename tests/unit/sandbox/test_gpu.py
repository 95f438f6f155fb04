"""A GPU's slot: one solver at a time, its memory watched, and what happens when it is sick."""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import GpuUnavailableError, SandboxError
from bot.domain.exercise import Device, Limits
from bot.domain.grading import Grade, Verdict
from bot.sandbox.containers.masks import CUDA_READS, MASKED_BESIDE_CUDA
from bot.sandbox.endpoints import Cause, EndedError
from bot.sandbox.gpu import endpoint as gpu_endpoint
from bot.sandbox.gpu import nvml
from bot.sandbox.gpu import slot as gpu_slot
from bot.sandbox.gpu.endpoint import NONE_NOW, GpuEndpoint
from bot.sandbox.gpu.gpus import NOT_HERE, NOT_YET, Gpus
from bot.sandbox.gpu.nvml import Meter
from bot.sandbox.gpu.slot import GpuSlot
from bot.sandbox.relay import Relay
from bot.sandbox.verdict import grade_of, job_of
from bot.wire.frames import Frame, Kind
from bot.wire.jobs import CheckEnd
from tests.support.gpus import GPU, MB, SPEC, FakeMemory, FakeNvml, FakeSolver, Yard
from tests.support.gradings import request
from tests.support.patience import until
from tests.unit.sandbox.test_relay import ASK, entry, gone, judge, result

LIMITS = Limits()
MORE = Limits(memory_mb=2048)


@pytest.fixture(autouse=True)
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_endpoint, "WATCH_EVERY_S", 0.0)
    monkeypatch.setattr(gpu_slot, "READ_EVERY_S", 0.0)
    monkeypatch.setattr(gpu_slot, "MAX_RETURN_S", 0.05)


@asynccontextmanager
async def begun(yard: Yard) -> AsyncGenerator[GpuSlot]:
    """A slot at work; nothing of it is left afterwards."""
    slot = yard.slot()
    slot.begin(SPEC)
    try:
        yield slot
    finally:
        await slot.close()
        assert not any(solver.alive for solver in yard.living)


async def well(slot: GpuSlot) -> None:
    await until(lambda: slot.waiting and not slot.problem)


# --- the library ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [GPU, "0"])
async def test_device_is_read_by_its_id_and_by_its_number(name: str) -> None:
    reading = await Meter(gpu=name, library=FakeNvml).read()

    assert reading.name == "NVIDIA Imaginary"
    assert (reading.used_bytes, reading.total_bytes) == (300 * MB, 24_000 * MB)


async def test_library_is_opened_once_and_again_after_an_error() -> None:
    library = FakeNvml()
    meter = Meter(gpu=GPU, library=lambda: library)
    await meter.read()
    await meter.read()
    assert library.opened == 1

    library.lost.add(GPU)
    with pytest.raises(GpuUnavailableError, match="driver says: GPU is lost"):
        await meter.read()
    assert library.opened == 0

    library.lost.clear()
    assert (await meter.read()).used_bytes == 300 * MB


async def test_driver_that_is_not_there_is_said_so() -> None:
    with pytest.raises(GpuUnavailableError, match="Driver Not Loaded"):
        await Meter(gpu=GPU, library=lambda: FakeNvml(loaded=False)).read()
    with pytest.raises(GpuUnavailableError, match="Not Found"):
        await Meter(gpu=GPU.replace("f", "0"), library=FakeNvml).read()


async def test_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)

    with pytest.raises(GpuUnavailableError, match=r"freehand\[gpu\]"):
        await Meter(gpu=GPU).read()


async def test_the_library_itself_knows_no_device_of_that_name() -> None:
    with pytest.raises(GpuUnavailableError, match="driver says"):
        await Meter(gpu="GPU-00000000-0000-0000-0000-000000000000").read()


async def test_driver_that_hangs_holds_up_nobody_and_is_not_asked_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers, library, asked = threading.Event(), FakeNvml(), list[str]()

    def hang(_handle: object) -> FakeMemory:
        asked.append(GPU)
        answers.wait(10)
        return FakeMemory()

    monkeypatch.setattr(library, "nvmlDeviceGetMemoryInfo", hang)
    monkeypatch.setattr(nvml, "MAX_ANSWER_S", 0.01)
    meter = Meter(gpu=GPU, library=lambda: library)
    for _ in range(2):
        with pytest.raises(GpuUnavailableError, match="does not answer"):
            await meter.read()
    assert asked == [GPU]

    monkeypatch.setattr(nvml, "MAX_ANSWER_S", 10)
    answers.set()
    assert (await meter.read()).used_bytes == 300 * MB


# --- one solver at a time ---------------------------------------------------------------------


async def test_never_two_solvers_and_the_next_starts_when_the_former_is_gone() -> None:
    yard = Yard(gone=False)
    async with begun(yard) as slot:
        first = await slot.take(LIMITS)
        await first.kill()
        taking = asyncio.create_task(slot.take(LIMITS))
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(yard.specs) == 1
        assert not taking.done()

        yard.gone = True
        second = await taking

        assert second is not first
        assert (len(yard.specs), yard.most) == (2, 1)


async def test_next_solver_waits_for_the_memory_of_the_former() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        solver = await slot.take(LIMITS)
        yard.use(500)
        await solver.kill()
        for _ in range(50):
            await asyncio.sleep(0)
        assert len(yard.specs) == 1

        yard.use(-500)
        await well(slot)

        assert len(yard.specs) == 2


async def test_solver_sees_the_slots_device_and_has_the_limits_asked_for() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        solver = await slot.take(MORE)
        assert solver.inner.limits == MORE
        await solver.kill()
        await well(slot)
        again = await slot.take(replace(MORE, seconds=1.0, output_kb=1))
        assert again.inner.limits == MORE  # the next was made like it, and time is not made
        assert again.buffer.max_output_bytes == 1024

    assert [spec.gpu for spec in yard.specs] == [GPU] * len(yard.specs)
    assert [spec.limits for spec in yard.specs][-2:] == [MORE, MORE]
    assert yard.most == 1


async def test_waiting_solver_that_died_is_replaced() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        await well(slot)
        await yard.living[0].kill()

        assert (await slot.take(LIMITS)).inner.alive

    assert yard.most == 1


# --- memory -----------------------------------------------------------------------------------


async def test_solver_is_ended_when_it_takes_more_than_allowed() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        solver = await slot.take(Limits(gpu_memory_mb=1000))
        yard.use(600)  # with the context of CUDA that makes 1000
        for _ in range(3):
            await slot.require()
        assert solver.buffer.failure is None

        yard.use(200)
        with pytest.raises(EndedError):
            await solver.buffer.next()
        yard.use(-800)

        ending = await solver.ending()
        assert (ending.cause, ending.gpu_bytes) == (Cause.OUT_OF_GPU_MEMORY, 1200 * MB)
        await solver.kill()


async def graded(slot: GpuSlot, limits: Limits, began: "asyncio.Future[None]") -> Grade:
    """A submission that never answers, graded on the slot."""

    async def opened() -> GpuEndpoint:
        solver = await slot.take(limits)
        began.set_result(None)
        return solver

    wanted = request("x", limits=limits)
    checking = judge(ASK, gone(entry(CheckEnd.UNFINISHED)))
    relay = Relay(limits=limits, judge=checking, open_solver=opened)
    return grade_of(wanted, await relay.run(job_of(wanted)))


async def test_verdict_names_the_memory_that_was_allowed_and_used() -> None:
    yard, began = Yard(), asyncio.get_running_loop().create_future()
    async with begun(yard) as slot:
        grading = asyncio.create_task(graded(slot, Limits(gpu_memory_mb=1000), began))
        await began
        yard.use(800)
        grade = await grading

        assert grade.verdict is Verdict.OUT_OF_MEMORY
        assert grade.detail == "It used 1200 MB of GPU memory; 1000 MB are allowed."
        assert grade.checks[0].message == grade.detail
        yard.use(-800)
        await until(lambda: len(yard.specs) == 2)


async def test_exception_of_torch_at_the_end_of_the_memory_names_the_limit() -> None:
    message = "it raised OutOfMemoryError: CUDA out of memory. Tried to …"
    checking = judge(ASK, result(entry(CheckEnd.RAISED, message=message)))

    async def opened() -> FakeSolver:
        solver = FakeSolver(limits=LIMITS)
        solver.buffer.take(Frame(Kind.ANSWER, b"!").encode())
        return solver

    relay = Relay(limits=LIMITS, judge=checking, open_solver=opened)
    grade = grade_of(request("x"), await relay.run(job_of(request("x"))))

    assert grade.verdict is Verdict.OUT_OF_MEMORY
    assert grade.checks[0].message.endswith("; 4096 MB of GPU memory are allowed")


async def test_next_solver_is_told_how_much_of_the_device_it_may_use() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        await well(slot)
        await slot.take(replace(LIMITS, gpu_memory_mb=2048))

        assert [spec.limits.gpu_memory_mb for spec in yard.specs] == [4096, 2048]


async def test_memory_that_is_not_given_back_makes_the_slot_sick_until_it_is() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        solver = await slot.take(LIMITS)
        yard.use(700)
        await solver.kill()

        await until(lambda: slot.problem)
        assert slot.problem == "700 MB of its memory were not given back"
        with pytest.raises(GpuUnavailableError):
            await slot.take(LIMITS)
        assert len(yard.specs) == 1

        yard.use(-700)
        await well(slot)


# --- sickness ---------------------------------------------------------------------------------


async def test_lost_gpu_is_nobodys_fault_and_said_once_until_a_probe_finds_it_well() -> None:
    yard, began = Yard(), asyncio.get_running_loop().create_future()
    with capture_logs() as logs:
        async with begun(yard) as slot:
            grading = asyncio.create_task(graded(slot, LIMITS, began))
            await began
            yard.nvml.lost.add(GPU)
            with pytest.raises(GpuUnavailableError, match="no GPU can be used now"):
                await grading
            await until(lambda: slot.problem)
            assert "GPU is lost" in slot.problem
            with pytest.raises(GpuUnavailableError):
                await slot.take(LIMITS)
            for _ in range(50):
                await asyncio.sleep(0)  # it is probed again and again

            yard.nvml.lost.clear()
            await well(slot)

    said = [line for line in logs if line["event"] in {"gpu_unhealthy", "gpu_healthy"}]
    assert [line["event"] for line in said] == ["gpu_healthy", "gpu_unhealthy", "gpu_healthy"]
    assert said[1]["gpu"] == GPU
    assert "GPU is lost" in said[1]["reason"]


async def test_gpu_that_is_lost_while_its_solver_waits_is_noticed() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        await well(slot)
        yard.nvml.lost.add(GPU)

        await until(lambda: slot.problem)

        assert not slot.waiting


async def test_verdict_of_a_gpu_that_was_lost_meanwhile_is_not_given() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        await slot.require()
        yard.nvml.lost.add(GPU)

        with pytest.raises(GpuUnavailableError, match="no GPU can be used now"):
            await slot.require()


async def test_solver_that_cannot_be_started_makes_the_slot_sick() -> None:
    yard = Yard(trouble=[SandboxError("could not select device driver")])
    with capture_logs() as logs:
        async with begun(yard) as slot:
            await well(slot)  # the next probe

    assert {"event": "gpu_unhealthy", "gpu": GPU, "reason": "could not select device driver"} in [
        {name: line.get(name) for name in ("event", "gpu", "reason")} for line in logs
    ]


async def test_fault_of_our_own_leaves_nobody_waiting() -> None:
    yard = Yard(trouble=[ZeroDivisionError()])
    async with begun(yard) as slot:
        with pytest.raises(GpuUnavailableError, match="no GPU can be used now"):
            await slot.take(LIMITS)

        assert "Freehand's own" in slot.problem


async def test_grading_that_is_cut_off_by_the_end_is_nobodys_fault() -> None:
    yard = Yard()
    async with begun(yard) as slot:
        solver = await slot.take(LIMITS)

    with pytest.raises(EndedError):
        await solver.send(Frame(Kind.ASK))
    with pytest.raises(GpuUnavailableError):
        await solver.ending()


# --- the container ----------------------------------------------------------------------------


def test_container_on_a_gpu_is_every_other_solvers_but_for_what_cuda_needs() -> None:
    usual = dict(SPEC.settings())
    settings = dict(replace(SPEC, gpu=GPU).settings())
    usual_host, host = usual.pop("HostConfig"), settings.pop("HostConfig")

    assert settings == {
        **usual,
        "Labels": {**usual["Labels"], "freehand.gpu": GPU},
        "Cmd": ["python", "-P", "-m", "bot.inside.solver", "cuda", "4096"],
    }
    assert {name: part for name, part in host.items() if part != usual_host.get(name)} == {
        "DeviceRequests": [
            {
                "Driver": "nvidia",
                "DeviceIDs": [GPU],
                "Capabilities": [["gpu", "compute", "utility"]],
            }
        ],
        "Memory": (1024 + 2048) * MB,
        "MemorySwap": (1024 + 2048) * MB,
        "PidsLimit": 64 + 32,
        "MaskedPaths": MASKED_BESIDE_CUDA,
        "SecurityOpt": host["SecurityOpt"],
    }
    assert set(usual_host["MaskedPaths"]) - set(MASKED_BESIDE_CUDA) == CUDA_READS
    assert "DeviceRequests" not in usual_host


def test_cuda_may_call_one_thing_more_than_others() -> None:
    profiles = [
        json.loads(
            replace(SPEC, gpu=gpu)
            .settings()["HostConfig"]["SecurityOpt"][1]
            .removeprefix("seccomp=")
        )
        for gpu in ("", GPU)
    ]
    usual, cuda = ([json.dumps(rule) for rule in profile["syscalls"]] for profile in profiles)

    assert set(usual) < set(cuda)
    assert [json.loads(rule)["names"] for rule in set(cuda) - set(usual)] == [["memfd_create"]]
    assert profiles[1]["defaultAction"] == "SCMP_ACT_ERRNO"


# --- who is graded where ----------------------------------------------------------------------


async def test_without_gpus_only_what_needs_one_is_refused() -> None:
    gpus = Gpus()
    for device in (Device.CPU, Device.GPU_OPTIONAL):
        async with gpus.reserve(device) as slot:
            assert slot is None

    with pytest.raises(GpuUnavailableError, match=NOT_HERE):
        async with gpus.reserve(Device.GPU):
            pass
    assert gpus.health() == NOT_HERE


async def test_cpu_exercise_never_gets_a_gpu_and_an_optional_one_takes_an_idle_one() -> None:
    async with begun(Yard()) as slot:
        gpus = Gpus((slot,))
        async with gpus.reserve(Device.GPU_OPTIONAL) as early:
            assert early is None  # its first solver is still starting
        assert gpus.health() == NOT_YET
        async with gpus.reserve(Device.GPU) as needy:
            assert needy is slot  # and waits for that
        await well(slot)

        async with (
            gpus.reserve(Device.CPU) as first,
            gpus.reserve(Device.GPU_OPTIONAL) as second,
            gpus.reserve(Device.GPU_OPTIONAL) as third,
        ):
            assert (first, second, third) == (None, slot, None)


async def test_gradings_that_need_the_same_gpu_take_turns() -> None:
    async with begun(Yard()) as slot:
        await well(slot)
        gpus, order = Gpus((slot,)), list[str]()

        async def use(name: str) -> None:
            async with gpus.reserve(Device.GPU):
                order.append(f"{name} begins")
                await asyncio.sleep(0)
                order.append(f"{name} ends")

        await asyncio.gather(use("a"), use("b"))

    assert order == ["a begins", "a ends", "b begins", "b ends"]


async def test_the_gpu_with_fewer_gradings_is_chosen() -> None:
    async with begun(Yard()) as one, begun(Yard()) as other:
        await well(one)
        await well(other)
        gpus = Gpus((one, other))

        async with gpus.reserve(Device.GPU) as first, gpus.reserve(Device.GPU) as second:
            assert (first, second) == (one, other)


async def test_sick_gpu_is_told_and_what_needs_it_waits() -> None:
    yard = Yard(trouble=[SandboxError("broken")] * 10**6)
    async with begun(yard) as slot:
        gpus = Gpus((slot,))
        await until(lambda: slot.problem == "broken")

        assert gpus.problems == {GPU: "broken"}
        assert gpus.health() == NONE_NOW
        async with gpus.reserve(Device.GPU_OPTIONAL) as optional:
            assert optional is None
        with pytest.raises(GpuUnavailableError, match="no GPU can be used now"):
            async with gpus.reserve(Device.GPU):
                pass
