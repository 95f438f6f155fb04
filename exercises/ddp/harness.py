"""Runs the learner's functions on several ranks: one forked process each, connected by gloo."""

import os
import pickle
import select
import signal
import sys
import tempfile
import time
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional

PATIENCE_S = 5.0
"""How long a rank waits in a collective that another one does not join."""


def run(functions, ranks):
    """What each rank has after each of its cases.

    Args:
        functions: The learner's functions by name.
        ranks: For each rank its cases, carried out in order in one process.
    """
    with tempfile.TemporaryDirectory() as folder:
        children = [
            _forked(functions, cases, rank, len(ranks), folder) for rank, cases in enumerate(ranks)
        ]
        results = _results(children)
    for rank, (raised, _) in sorted(enumerate(results), key=lambda pair: _is_late(pair[1][0])):
        if raised:
            raise RuntimeError(f"rank {rank} of {len(ranks)}: {raised}")
    return [result for _, result in results]


def _forked(functions, cases, rank, world, folder):
    """Process and pipe of one rank."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        answer = "", _carried_out(functions, cases, rank, world, folder)
    except BaseException as error:  # what the learner's code raises is the answer
        answer = _told(error), []
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump(answer, pipe)
    sys.stdout.flush()
    os._exit(0)


def _carried_out(functions, cases, rank, world, folder):
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    dist.init_process_group(
        "gloo",
        store=dist.FileStore(os.path.join(folder, "store"), world),
        rank=rank,
        world_size=world,
        timeout=timedelta(seconds=PATIENCE_S),
    )
    work = {"broadcast": _broadcast, "average": _average, "train": _train}
    results = [work[case["do"]](functions, case, rank, world) for case in cases]
    dist.barrier()  # nobody leaves while another is still at work
    return results


def _results(children):
    """What the ranks sent: (what one raised, its results). Whoever is too late is ended."""
    results, deadline = [], time.monotonic() + 4 * PATIENCE_S
    for child, pipe in children:
        with os.fdopen(pipe, "rb") as source:
            if not select.select([source], [], [], max(0.0, deadline - time.monotonic()))[0]:
                os.kill(child, signal.SIGKILL)
            data = source.read()
        os.waitpid(child, 0)
        results.append(pickle.loads(data) if data else (MISMATCH, []))
    return results


MISMATCH = "it ended in a collective that another rank does not join with a tensor of that size"
WAITED = "it waited in a collective that another rank did not join"


def _told(error):
    from_gloo = any(word in str(error) for word in ("gloo/", "Timed out", "Connection"))
    return WAITED if from_gloo else f"{type(error).__name__}: {error}"


def _is_late(raised):
    """Those that waited for another come after what the other one raised."""
    return 0 if raised and raised not in (WAITED, MISMATCH) else 1 if raised == MISMATCH else 2


class Net(nn.Module):
    def __init__(self, values, frozen, buffers):
        super().__init__()
        for number, value in enumerate(values):
            parameter = nn.Parameter(value.clone(), requires_grad=number not in frozen)
            self.register_parameter(f"parameter{number}", parameter)
        for number, value in enumerate(buffers):
            persistent = number % 2 == 1  # the others are in no state_dict
            self.register_buffer(f"buffer{number}", value.clone(), persistent=persistent)


def _values(model):
    return [parameter.detach().clone() for parameter in model.parameters()]


def _broadcast(functions, case, rank, world):
    model = Net(case["values"], case["frozen"], case["buffers"])
    held = [tensor.detach() for tensor in (*model.parameters(), *model.buffers())]
    functions["broadcast_params"](model)
    return [tensor.clone() for tensor in held]


def _average(functions, case, rank, world):
    model = Net(case["values"], case["frozen"], [])
    for parameter, grad in zip(model.parameters(), case["grads"]):
        parameter.grad = grad
    functions["average_gradients"](model, case["rows"])
    return {"values": _values(model), "grads": [p.grad for p in model.parameters()]}


def _train(functions, case, rank, world):
    sizes, (x, y) = case["sizes"], case["data"]
    model = nn.Sequential(nn.Linear(*sizes[:2]), nn.Tanh(), nn.Linear(*sizes[1:])).double()
    model.load_state_dict(case["state"])
    functions["broadcast_params"](model)
    optimizer = torch.optim.SGD(model.parameters(), lr=case["lr"], momentum=case["momentum"])
    for inputs, targets in zip(x, y):
        rows = functions["shard"](len(inputs), rank, world)
        optimizer.zero_grad()
        functional.mse_loss(model(inputs[rows]), targets[rows]).backward()
        functions["average_gradients"](model, len(rows))
        optimizer.step()
    return _values(model)
