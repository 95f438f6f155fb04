"""Starts a judge: long-lived, one job at a time."""

from bot.inside.common.boot import warm_up
from bot.inside.common.pipe import private_pipe
from bot.inside.judge.checks import Checks
from bot.inside.judge.work import carry_out
from bot.wire.frames import Frame, Kind
from bot.wire.records import to_json


def main() -> None:
    """Serve jobs until the host goes away."""
    pipe, checks = private_pipe(), Checks()
    warm_up()
    pipe.send(Frame(Kind.READY))
    while True:
        result = carry_out(pipe, pipe.receive().payload, checks)
        pipe.send(Frame(Kind.RESULT, to_json(result)))


if __name__ == "__main__":
    main()
