"""What judge and solver load before they wait, seen in a process of its own."""

import subprocess
import sys

import pytest

from tests.support.gradings import ROOT

pytestmark = pytest.mark.torch

STEP = """
import sys, torch
from bot.inside.common.boot import warm_up
warm_up()
weight = torch.nn.Parameter(torch.ones(1))
for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop):
    optimizer = kind([weight], lr=0.5)
    optimizer.zero_grad()
    weight.square().sum().backward()
    optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
print("torch._dynamo.eval_frame" in sys.modules, weight.item() != 1)
"""
COMPILED = """
import torch
from bot.inside.common.boot import warm_up
warm_up()
hidden = torch._dynamo.disable(recursive=False)(lambda x: -x)
print(hidden(1), torch._dynamo.config.verbose)
"""
UNCOMPILED = """
import sys, torch
from bot.inside.common.boot import warm_up
warm_up()
from torch import compile

@torch.compile
def twice(x): return 2 * x

@compile(mode="max-autotune", dynamic=True)
def thrice(x): return 3 * x

layer = torch.nn.Linear(1, 1)
same = torch.compile(layer, backend="inductor") is layer
layer.compile()
layer(torch.ones(1))
print(twice(1), thrice(1), twice.__name__, same, "torch._dynamo.eval_frame" in sys.modules)
"""
DETERMINISTIC = """
import sys, torch
from bot.inside.common.boot import warm_up
warm_up()
torch.use_deterministic_algorithms(True, warn_only=True)
print(torch.are_deterministic_algorithms_enabled(), end=" ")
print(torch.is_deterministic_algorithms_warn_only_enabled(), end=" ")
torch.use_deterministic_algorithms(mode=False)
print(torch.are_deterministic_algorithms_enabled(), "torch._dynamo.eval_frame" in sys.modules)
"""
GRADIENTS = """
import sys, torch
from bot.inside.common.boot import warm_up
warm_up()
x = torch.zeros(2, requires_grad=True)
x.sin().backward(torch.tensor([1.0, 2.0]))
torch.utils.checkpoint.checkpoint(torch.cos, x, use_reentrant=False).sum().backward()
print(x.grad.tolist(), torch.func.grad(torch.sin)(torch.tensor(0.0)).item())
try:
    x.sin().backward(torch.ones(3))
except RuntimeError as error:
    print(error)
print("sympy" in sys.modules, "torch._dynamo.eval_frame" in sys.modules)
"""
GROUP = """
import sys, torch
from bot.inside.common.boot import warm_up
warm_up()
import torch.distributed as dist
dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
total = torch.ones(2)
dist.all_reduce(total)
gathered = [None]
dist.all_gather_object(gathered, {"rank": 0})
dist.destroy_process_group()
print(total.tolist(), gathered, "torch._dynamo.eval_frame" in sys.modules)
print(callable(torch._dynamo.trace_rules.lookup), "torch._dynamo.eval_frame" in sys.modules)
"""
SHAPES = """
from bot.inside.common.boot import warm_up
warm_up()
from torch.fx.experimental.symbolic_shapes import ShapeEnv, sym_eq
print(ShapeEnv().__class__.__name__, sym_eq((1, 2), (1, 2)))
"""


def printed(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout  # noqa: S603  # our own code


def test_optimizers_step_without_the_compiler() -> None:
    assert printed(STEP) == "False True\n"


def test_compiler_is_there_for_who_uses_it() -> None:
    assert printed(COMPILED) == "-1 False\n"


def test_compiling_gives_back_what_it_is_given() -> None:
    """There is no C++ compiler in a sandbox, and nothing that is graded depends on it."""
    assert printed(UNCOMPILED) == "2 3 twice True False\n"


def test_being_deterministic_does_not_load_the_compiler() -> None:
    """Learners write that line beside their seed, and it would cost them a second and a half."""
    assert printed(DETERMINISTIC) == "True True False False\n"


def test_gradients_are_taken_without_the_compiler_and_without_algebra() -> None:
    refused = "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a"
    lines = printed(GRADIENTS).splitlines()

    assert lines[0] == "[1.0, 2.0] 1.0"
    assert lines[1].startswith(refused)
    assert lines[2] == "False False"


def test_ranks_are_connected_without_the_compiler() -> None:
    """The group tells it to look at its rules anew, where it is loaded; who reads them has them."""
    assert printed(GROUP) == "[1.0, 1.0] [{'rank': 0}] False\nTrue True\n"


def test_symbolic_shapes_are_there_for_who_uses_them() -> None:
    assert printed(SHAPES) == "ShapeEnv True\n"
