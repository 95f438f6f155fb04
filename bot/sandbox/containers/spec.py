"""What a container is made of: everything that keeps learner code from the machine."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.domain.exercise import Limits
from bot.sandbox.containers.masks import MASKED, MASKED_BESIDE_CUDA

NOBODY = 65534
USERS = range(60706, 61184)
"""Ids that no distribution gives to anybody (systemd's UIDS-GIDS), small enough for engines that
run without root. Each container has one of its own, because the kernel counts for a user:
processes, pipes, signals that wait. What one uses up, another would find used."""

SECCOMP = Path(__file__).with_name("seccomp.json").read_text(encoding="utf-8")

CUDA_CALLS = {"action": "SCMP_ACT_ALLOW", "names": ["memfd_create"]}
"""Without it older CUDA does not start (its error 304). Its files count as memory."""

GVISOR = "runsc"
GVISOR_CALLS = {"action": "SCMP_ACT_ALLOW", "names": ["clone3"]}
"""Older releases answer it with “not permitted” instead of “not there”, and then no thread can be
started. What it could do to a kernel, it does to gVisor's own."""

CUDA_MEMORY_MB, CUDA_PROCESSES = 2048, 32
"""What CUDA takes of the machine by itself, before the learner's allowance: twice what the dearest
exercise was seen to need with it (docs/gpu.md), since another driver may take more."""

CUDA_SOLVER = ("python", "-P", "-m", "bot.inside.solver", "cuda")
"""The image's own command, told that there is a device; how much of it may be used comes last."""

SHARED_MB = 64
OPEN_FILES = 256
OUT_OF_MEMORY_SCORE = 500
"""A machine that runs out of memory ends learner code before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """What one container is made of.

    Attributes:
        role: `solver` or `judge`.
        instance: Labels this installation's containers.
        owner: Labels this process's.
        runtime: Docker's runtime; empty for the engine's default.
        gpu: NVIDIA's id of the one device it sees; empty for none.
        user: Number of the user that its processes run as.
    """

    image: str
    role: str
    instance: str
    owner: str
    runtime: str
    limits: Limits
    gpu: str = ""
    user: int = NOBODY

    def settings(self) -> Mapping[str, Any]:
        """The container as the engine wants it described; docs/grading.md says why each part."""
        return {
            "Image": self.image,
            "User": f"{self.user}:{NOBODY}",
            "Env": ["USER=sandbox"],  # for those who ask: its number has no name
            "Labels": {
                "freehand.instance": self.instance,
                "freehand.owner": self.owner,
                "freehand.role": self.role,
                **({"freehand.gpu": self.gpu} if self.gpu else {}),
            },
            **({"Cmd": [*CUDA_SOLVER, str(self.limits.gpu_memory_mb)]} if self.gpu else {}),
            "Hostname": "sandbox",
            "NetworkDisabled": True,
            **{f"Attach{name}": True for name in ("Stdin", "Stdout", "Stderr")},
            "OpenStdin": True,
            "StdinOnce": True,  # it ends when the bot does
            "HostConfig": {
                **resources(_beside_cuda(self.limits) if self.gpu else self.limits),
                **({"DeviceRequests": [_device(self.gpu)]} if self.gpu else {}),
                **({"Runtime": self.runtime} if self.runtime else {}),
                "NetworkMode": "none",
                "ReadonlyRootfs": True,
                "MaskedPaths": MASKED_BESIDE_CUDA if self.gpu else MASKED,
                "CapDrop": ["ALL"],
                "SecurityOpt": ["no-new-privileges", f"seccomp={self._seccomp()}"],
                "IpcMode": "private",  # with `none`, DataLoader workers cannot share tensors
                "ShmSize": SHARED_MB * 2**20,
                "Tmpfs": {"/tmp": f"rw,noexec,nosuid,nodev,size={self.limits.disk_mb}m,mode=1777"},  # noqa: S108  # its own
                "Ulimits": [
                    _ulimit("nofile", OPEN_FILES),
                    _ulimit("fsize", self.limits.disk_mb * 2**20),
                    _ulimit("core", 0),
                ],
                "LogConfig": {"Type": "none", "Config": {}},  # else a flood fills the disk
                "OomScoreAdj": OUT_OF_MEMORY_SCORE,
            },
        }

    def _seccomp(self) -> str:
        """The list of system calls, as the device and the runtime need it."""
        profile = json.loads(SECCOMP)
        if self.gpu:
            profile["syscalls"].append(CUDA_CALLS)
        if self.runtime.startswith(GVISOR):
            own = GVISOR_CALLS["names"]
            others = [rule for rule in profile["syscalls"] if rule["names"] != own]
            profile["syscalls"] = [*others, GVISOR_CALLS]
        return json.dumps(profile)


def resources(limits: Limits) -> dict[str, int]:
    """What can be changed while a container waits."""
    memory_bytes = limits.memory_mb * 2**20
    return {
        "Memory": memory_bytes,
        "MemorySwap": memory_bytes,  # both together: no swap
        "NanoCpus": int(cores(limits) * 1e9),
        "PidsLimit": limits.processes,
    }


def cores(limits: Limits) -> float:
    """How many CPU seconds these limits let a container use in one second."""
    return min(limits.cpus, os.cpu_count() or 1)


def alike(one: Limits, other: Limits) -> bool:
    """Whether containers on a GPU with these limits are made alike; the others are only watched."""
    made = ((resources(limits), limits.disk_mb, limits.gpu_memory_mb) for limits in (one, other))
    return next(made) == next(made)


def _beside_cuda(limits: Limits) -> Limits:
    return replace(
        limits,
        memory_mb=limits.memory_mb + CUDA_MEMORY_MB,
        processes=limits.processes + CUDA_PROCESSES,
    )


def _device(gpu: str) -> dict[str, str | list[str] | list[list[str]]]:
    """What `docker run --gpus device=…` asks the engine for, and NVIDIA's hook carries out."""
    return {
        "Driver": "nvidia",
        "DeviceIDs": [gpu],
        "Capabilities": [["gpu", "compute", "utility"]],
    }


def _ulimit(name: str, value: int) -> dict[str, str | int]:
    return {"Name": name, "Soft": value, "Hard": value}
