"""What must hold in every solver's container. `honest.py` looks around and tells the truth."""

from fnmatch import fnmatch

from bot.kit import Rng, Solution, check, expect

USERS = range(60706, 61184)
TMP_BYTES = 64 * 2**20
OPEN_FILES = 256

MAY_TELL = {
    "/proc/cpuinfo": "torch needs it; only the clock rate changes, with what runs at the moment",
    "/proc/self/*": "the process alone, and numbers that its container was given at its start; pages"
    " that others have mapped, too, count as shared as long as they do",
    "/proc/self/net/*": "a network in which nobody else is; sockstat, protocols, softnet_stat and"
    " stat/* count for the whole machine, as the numbers that the kernel gives to pipes do",
    "/sys/class/*": "settings of drivers, which no container can change",
}
"""What a solver may read of `/proc` and `/sys`, and why."""


def nothing(seen: object, message: str) -> None:
    expect(seen == [], f"{message}: {seen!r}")


@check("privileges", "Learner code has no privileges, and cannot gain any", core=True)
def privileges(solution: Solution, rng: Rng) -> None:
    seen = solution.call("identity")
    expect(type(seen) is dict, "it does not say who it is")
    expect(seen.get("uid") in USERS, f"uid is {seen.get('uid')!r}, should be one of its own")
    wanted = {"capabilities": 0, "no_new_privileges": 1, "seccomp": 2}
    for name, value in wanted.items():
        expect(seen.get(name) == value, f"{name} is {seen.get(name)!r}, should be {value}")


@check("calls", "The kernel refuses what could lead out", core=True)
def calls(solution: Solution, rng: Rng) -> None:
    nothing(solution.call("granted"), "the kernel did not refuse")


@check("network", "There is no network", core=True)
def network(solution: Solution, rng: Rng) -> None:
    nothing(solution.call("interfaces"), "there are network interfaces")
    nothing(solution.call("reached"), "somebody answered")


@check("files", "No file can be changed, and what is put into /tmp cannot be executed", core=True)
def files(solution: Solution, rng: Rng) -> None:
    nothing(solution.call("written"), "these folders can be written")
    expect(solution.call("executed") is False, "a file in /tmp could be executed")


@check("secrets", "There is no check, no secret and no engine to be found", core=True)
def secrets(solution: Solution, rng: Rng) -> None:
    nothing(solution.call("found"), "these files are in the container")
    nothing(solution.call("told"), "the environment tells")


@check("alone", "No other process can be seen", core=True)
def alone(solution: Solution, rng: Rng) -> None:
    nothing(solution.call("neighbours"), "there are other processes")


@check("machine", "What the kernel tells of the whole machine is hidden", core=True)
def machine(solution: Solution, rng: Rng) -> None:
    if solution.call("own_kernel") is True:
        return  # gVisor: there is no other container in what it tells
    seen = solution.call("readable")
    expect(isinstance(seen, list) and "/proc/cpuinfo" in seen, f"it has not looked: {seen!r:.80}")
    told = [path for path in seen if not any(fnmatch(path, known) for known in MAY_TELL)]
    nothing(told[:10], f"{len(told)} of its files can be read")


@check("limits", "Open files and files have limits", core=True)
def limits(solution: Solution, rng: Rng) -> None:
    at_most(solution.call("opened"), OPEN_FILES, "files could be opened at once")
    at_most(solution.call("filled"), TMP_BYTES, "bytes could be written to /tmp")


def at_most(count: object, limit: int, message: str) -> None:
    expect(isinstance(count, int) and count <= limit, f"{count!r} {message}")
