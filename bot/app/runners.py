"""Which sandbox runs, by the settings and by what this machine has."""

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.app.settings import ROOT, Sandbox, Settings
from bot.domain.errors import SettingsError
from bot.sandbox.containers.images import Recipe, engine_answers
from bot.sandbox.gpu.nvml import Meter
from bot.sandbox.grader import ContainerGrader
from bot.sandbox.processes.grader import ProcessGrader

NOT_ISOLATED = (
    "No Docker engine is used: submissions run as plain processes of yours, WITHOUT isolation."
    " That is for trying Freehand on your own machine, not for other people's code."
)

QUICK = (
    "Solvers are forked in plain processes on the CPU: quick, but without isolation and without a"
    " learner's limits on disk and processes. Leave out --quick before you commit."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A sandbox, and how it is started and stopped.

    Attributes:
        warning: Said on every start, empty where learner code is isolated.
    """

    grader: ContainerGrader | ProcessGrader
    warning: str = ""

    async def start(self, say: Callable[[str], None]) -> None:
        """Build what is missing and warm up. Raises SandboxError."""
        await self.grader.start(say)

    async def missing(self) -> str:
        """Empty when it can start at once, else one sentence. Raises SandboxError."""
        return await self.grader.missing()

    async def gpu_health(self) -> str:
        """Empty when every GPU can be used, else which cannot, and why."""
        problems = self.grader.gpu_problems.items()
        return "; ".join(f"{gpu}: {problem}" for gpu, problem in problems if problem)

    async def stop(self) -> None:
        """Leave nothing running."""
        await self.grader.stop()


async def choose(settings: Settings) -> Runner:
    """The sandbox that the settings ask for.

    Raises:
        SettingsError: It cannot be had on this machine.
    """
    if settings.sandbox is Sandbox.PROCESS and settings.gpu_ids:
        raise SettingsError(
            "FREEHAND_GPUS needs a Docker engine, and FREEHAND_SANDBOX=process asks for none."
        )
    answers = settings.sandbox is not Sandbox.PROCESS and await engine_answers()
    if settings.sandbox is Sandbox.DOCKER or settings.gpu_ids or answers:
        return Runner(grader=_containers(settings))
    if not _has_torch():
        raise SettingsError(
            "There is no Docker engine here, and without one the sandbox needs torch on this"
            " machine: `pip install 'freehand[torch]'`, or start Docker."
        )
    return Runner(grader=ProcessGrader(), warning=NOT_ISOLATED)


def quick() -> Runner:
    """A sandbox for code that is trusted, such as an exercise's own solutions.

    Raises:
        SettingsError: It cannot be had on this machine.
    """
    if not _has_torch():
        raise SettingsError("--quick needs torch on this machine: `pip install 'freehand[torch]'`.")
    return Runner(grader=ProcessGrader(forks=True), warning=QUICK)


def _containers(settings: Settings) -> ContainerGrader:
    return ContainerGrader(
        instance=instance_of(settings.data_dir),
        recipe=_recipe(settings),
        warm=settings.warm_solvers,
        runtime=settings.sandbox_runtime,
        meters=tuple(Meter(gpu=gpu) for gpu in settings.gpu_ids),
        strict=settings.serves_others,
    )


def _recipe(settings: Settings) -> Recipe:
    return Recipe(
        root=ROOT,
        base=settings.sandbox_base,
        wheels=settings.wheels,
        torch_index=settings.sandbox_torch_index,
    )


def instance_of(data_dir: Path) -> str:
    """Names this installation's containers, so that two of them leave each other's alone."""
    return hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]


def _has_torch() -> bool:
    return importlib.util.find_spec("torch") is not None
