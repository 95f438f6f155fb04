"""Forks solvers from one process with torch imported: ``python -m bot.inside.solver.forkserver``.

Importing torch is nearly all that a solver costs. Forks share memory, a user and a folder's parent
with each other, so this is for code that is trusted, as an exercise's own solutions are.

Its standard input is a socket. Each message asks for one solver: a JSON object with its `folder`
and its `megabytes`, and three descriptors. The first becomes the solver's standard input and
output, the second its errors. To the third a supervisor writes its process id on a line, and, when
the solver has ended, the exit code on another; a negative one is a signal.
"""

import contextlib
import json
import os
import random
import signal
import socket
from typing import Any, NoReturn

from bot.inside.common.boot import warm_up
from bot.inside.solver.__main__ import main as become_solver

MAX_REQUEST_BYTES = 64 * 1024
DESCRIPTORS = 3


def main() -> NoReturn:
    """Fork a solver for each message until the host goes away."""
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors are waited for by nobody
    requests = socket.socket(fileno=0)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, MAX_REQUEST_BYTES, DESCRIPTORS)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            os.close(requests.detach())
            _supervise(json.loads(message), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _supervise(request: dict[str, Any], stream: int, errors: int, status: int) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    solver = os.fork()
    if solver == 0:
        os.close(status)
        _solve(request, stream, errors)
    for descriptor in (stream, errors):
        os.close(descriptor)
    try:
        os.write(status, b"%d\n" % os.getpid())
        _, ended = os.waitpid(solver, 0)
        os.write(status, b"%d\n" % os.waitstatus_to_exitcode(ended))
    except BrokenPipeError:  # who asked for it is gone
        with contextlib.suppress(ProcessLookupError):
            os.kill(solver, signal.SIGKILL)
    os._exit(0)


def _solve(request: dict[str, Any], stream: int, errors: int) -> NoReturn:
    for descriptor, target in ((stream, 0), (stream, 1), (errors, 2)):
        os.dup2(descriptor, target)
    for descriptor in (stream, errors):
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.update(HOME=request["folder"], TMPDIR=request["folder"])
    random.seed()  # else every solver draws the same
    become_solver([str(request["megabytes"])])


if __name__ == "__main__":
    main()
