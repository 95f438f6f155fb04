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
    results = [_train(functions, case, rank, world) for case in cases]
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


class Net(nn.Sequential):
    """Linear, batch norm, tanh, linear."""

    def __init__(self, inputs, hidden, outputs, momentum, state):
        layers = [nn.Linear(inputs, hidden), nn.BatchNorm1d(hidden, momentum=momentum)]
        super().__init__(*layers, nn.Tanh(), nn.Linear(hidden, outputs))
        self.double().load_state_dict(state)


def _train(functions, case, rank, world):
    model = Net(*case["sizes"], case["momentum"], case["state"])
    history = functions["train"](model, *case["data"], **case["options"])
    return {"history": history, "state": dict(model.state_dict())}
