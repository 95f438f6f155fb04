"""Where a solver with a device puts what it is given. Torch's `meta` stands for a GPU here."""

import os
from collections.abc import Iterator

import pytest
import torch

from bot.inside.common.boot import KERNELS_MB, tensor_share, warm_up
from bot.inside.common.pipe import Pipe
from bot.inside.solver.solver import Solver
from bot.wire.frames import Frame, Kind
from bot.wire.values import Generator, Handle, StreamRef, Value, decode, encode

pytestmark = pytest.mark.torch

SOURCE = """
import torch

def seen(*values, **named):
    parts = [*values, *named.values()]
    return [str(part.device) for part in parts]

def deep(value):
    return [str(value[0]["x"].device), *(str(item.device) for item in value[1])]

def made():
    return str(torch.ones(2).device)

def pulled(stream):
    return [str(item.device) for item in stream]
"""


class Script(Pipe):
    """A host that has its frames written down."""

    def __init__(self, *payloads: Value) -> None:
        super().__init__(os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_WRONLY))
        self.payloads = list(payloads)
        self.sent: list[Frame] = []

    def send(self, frame: Frame) -> None:
        self.sent.append(frame)

    def receive(self) -> Frame:
        if not self.payloads:
            raise EOFError
        return Frame(Kind.ASK, encode(self.payloads.pop(0)))


def answers(*calls: tuple[str, dict[str, Value]], items: tuple[Value, ...] = ()) -> Value:
    """What a solver on `meta` answers to the last of these calls."""
    loading = [["load", {"source": SOURCE}]]
    pipe = Script({"id": 1, "calls": [*loading, *map(list, calls)]}, *items)
    with pytest.raises(EOFError):
        Solver(pipe, "meta").serve()
    return decode(pipe.sent[-1].payload)["value"]


def called(name: str, *args: Value, **kwargs: Value) -> tuple[str, dict[str, Value]]:
    return "call", {"target": None, "path": name, "args": list(args), "kwargs": kwargs}


def test_arguments_are_moved_to_the_device_however_deep_they_lie() -> None:
    x, empty = torch.ones(2), torch.empty(0, 3)

    assert answers(called("seen", x, empty, named=x)) == ["meta"] * 3
    assert answers(called("deep", [{"x": x}, Generator((x, x))])) == ["meta"] * 3


@pytest.mark.parametrize("path", ["device.type", "grad.device.type"])
def test_parameters_and_their_gradients_are_on_the_device(path: str) -> None:
    values = {"values": [torch.ones(2)], "grads": [torch.ones(2)]}
    kept = ("put_parameters", {**values, "keep": 1})

    assert answers(kept, ("get", {"target": Handle(1), "path": path})) == "meta"


def test_items_of_a_stream_are_on_the_device() -> None:
    items: tuple[Value, ...] = (
        {"items": [torch.ones(2)]},
        {"items": [torch.ones(1)]},
        {"items": []},
    )

    assert answers(called("pulled", StreamRef(7)), items=items) == ["meta", "meta"]


@pytest.fixture
def default_device() -> Iterator[None]:
    yield
    torch.set_default_device(None)


@pytest.mark.usefixtures("default_device")
def test_what_a_submission_makes_is_on_the_device_and_computed_as_exactly_as_elsewhere() -> None:
    warm_up("meta")

    assert answers(called("made")) == "meta"
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32


def test_tensors_may_take_what_cuda_leaves_of_an_allowance() -> None:
    share = tensor_share(4096, free_bytes=79_000 * 2**20, total_bytes=80_000 * 2**20)

    assert share * 80_000 == pytest.approx(4096 - 1000 - KERNELS_MB)
    assert tensor_share(1024, free_bytes=79_000 * 2**20, total_bytes=80_000 * 2**20) == 0
    assert tensor_share(99_000, free_bytes=79_900 * 2**20, total_bytes=80_000 * 2**20) == 1
