"""Starts a solver: ``python -m bot.inside.solver [megabytes] [device [megabytes]]``."""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from bot.inside.common.boot import limit_memory, warm_up
from bot.inside.common.pipe import private_pipe
from bot.inside.solver.parsing import FILE
from bot.inside.solver.solver import Solver, flush


def main(arguments: Sequence[str]) -> NoReturn:
    """Keep the frames' descriptors to ourselves, warm up, and serve.

    Args:
        arguments: Optionally how many megabytes of memory this process may use; then the name that
            torch has for the device it is given, and how many it may use there.
    """
    pipe = private_pipe()
    device, device_mb = "cpu", 0
    for argument in arguments:
        if not argument.isdecimal():
            device = argument
        elif device == "cpu":
            limit_memory(int(argument))
        else:
            device_mb = int(argument)
    sys.argv = [FILE]
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), line_buffering=True)
    warm_up(device, device_mb)
    try:
        Solver(pipe, device).serve()
    except BaseException:  # noqa: BLE001  # it broke the solver itself
        traceback.print_exc()
        flush()
    os._exit(1)  # leaving Python in good order takes 0.7 s after torch


if __name__ == "__main__":
    main(sys.argv[1:])
