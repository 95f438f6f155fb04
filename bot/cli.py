"""The command line: arguments, what is printed, and exit codes live here alone."""

import argparse
import asyncio
import contextlib
import difflib
import json
import os
import re
import signal
import sys
import webbrowser
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from typing_extensions import override

from bot.app import doctor, process, settings, terminal
from bot.app.log import configure
from bot.app.settings import LogFormat, Settings
from bot.catalogue.authoring import create
from bot.catalogue.gate import GateReport
from bot.catalogue.reading import Catalogue
from bot.domain.errors import BotError, UserError
from bot.domain.exercise import Exercise
from bot.domain.grading import CheckStatus, Grade, Verdict
from bot.domain.text import one_line, printable
from bot.sandbox.proving import Proof

WELL, NOT_SO, COULD_NOT = 0, 1, 2

Command = Callable[[argparse.Namespace, Settings], Coroutine[None, None, int]]


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 well, 1 not solved or not well, 2 could not."""
    try:
        args = _parser().parse_args(argv)
        command: Command = args.command
        wanted = settings.load()
        configure(level=wanted.log_level, as_json=wanted.log_format is LogFormat.JSON)
        code = asyncio.run(command(args, wanted))
    except BotError as error:
        _tell(f"freehand: {error}")
        code = COULD_NOT
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = NOT_SO
    except OSError as error:
        _tell(f"freehand: {_unusable(error)}")
        code = COULD_NOT
    sys.exit(code)


def _unusable(error: OSError) -> str:
    """What the system refused, in a sentence, wherever it happened."""
    reason = (error.strerror or type(error).__name__).lower()
    return f"{error.filename or 'A file or connection'} cannot be used: {reason}."


class _Parser(argparse.ArgumentParser):
    """A parser that says in a sentence what cannot be read."""

    @override
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{_sentence(message)} Try: {self.prog} --help")


def _sentence(message: str) -> str:
    """What argparse found, in words; what it words in a new way stays as it is."""
    choice = re.search(r"invalid choice: (.+?) \(choose from (.+)\)$", message)
    if choice:
        typed, known = choice[1].strip("'"), re.findall(r"[\w-]+", choice[2])
        near = difflib.get_close_matches(typed, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
        return f"There is no command {typed}. {hint}"
    for begin, sentence in _FOUND.items():
        if message.startswith(begin):
            return f"{sentence} {message.removeprefix(begin)}."
    return f"{message[:1].upper()}{message[1:]}."


_FOUND = {
    "the following arguments are required: ": "Something is missing:",
    "unrecognized arguments: ": "This cannot be read here:",
}


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="freehand", description="Agent-free coding practice, graded in the thread."
    )
    parser.add_argument(
        "--version", action="version", version=f"Freehand {metadata.version('freehand')}"
    )
    parser.set_defaults(command=_run)
    commands = parser.add_subparsers(title="commands", metavar="command")
    commands.add_parser("run", help="start the bot (the default)").set_defaults(command=_run)

    grade = commands.add_parser("grade", help="grade a file: exit 0 solved, 1 not, 2 could not")
    grade.add_argument("exercise", help="for example clip-grad-norm")
    grade.add_argument("file", type=Path, help="a .py or .ipynb file")
    grade.add_argument("--json", action="store_true", help="print data")
    grade.set_defaults(command=_grade)

    exercises = commands.add_parser("exercises", help="work on exercises")
    under = exercises.add_subparsers(title="commands", metavar="command", required=True)
    listed = under.add_parser("list", help="which exercises there are")
    listed.add_argument("--json", action="store_true", help="print data")
    listed.set_defaults(command=_list)
    new = under.add_parser("new", help="begin an exercise: a small one that stands the gate")
    new.add_argument("slug", help="its name, for example soft-max")
    new.set_defaults(command=_new)
    show = under.add_parser("show", help="print a task as learners read it")
    show.add_argument("slug", help="for example clip-grad-norm")
    show.set_defaults(command=_show_task)
    check = under.add_parser("check", help="put exercises through the gate, in the sandbox")
    check.add_argument("slug", nargs="?", help="one exercise; all if left out")
    check.add_argument("--quick", action="store_true", help="in seconds, without isolation")
    check.add_argument("--json", action="store_true", help="print data")
    check.set_defaults(command=_check)

    blind = under.add_parser("blind", help="grade a reviewer's files, a line for each")
    blind.add_argument("slug", help="for example clip-grad-norm")
    blind.add_argument("files", nargs="+", type=Path, help=".py or .ipynb files")
    blind.add_argument("--quick", action="store_true", help="in seconds, without isolation")
    blind.set_defaults(command=_blind)

    sandbox = commands.add_parser("sandbox", help="the sandbox's images and secret")
    under = sandbox.add_subparsers(title="commands", metavar="command", required=True)
    under.add_parser("build", help="build them now").set_defaults(command=_build)
    prove = under.add_parser("check", help="prove on this machine that the sandbox holds")
    prove.add_argument("--json", action="store_true", help="print the result as data")
    prove.set_defaults(command=_prove)
    rotate = under.add_parser("rotate-key", help="draw the inputs of new submissions anew")
    rotate.set_defaults(command=_rotate)

    examine = commands.add_parser("doctor", help="what is missing, and how to fix it")
    examine.set_defaults(command=_doctor)
    return parser


async def _run(_args: argparse.Namespace, wanted: Settings) -> int:
    async with process.opened(wanted, say=_tell) as bot:
        loop = asyncio.get_running_loop()
        for name in _stopping():
            loop.add_signal_handler(name, _stop, bot, loop)
        await bot.run(ready=lambda url: _show(wanted, url))
    return WELL


def _stopping() -> Sequence[signal.Signals]:
    """What stops the bot; a terminal that closes does so unless nohup has it ignored."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return [name for name in wanted if signal.getsignal(name) is not signal.SIG_IGN]


def _stop(bot: process.App, loop: asyncio.AbstractEventLoop) -> None:
    """First time: let what runs finish. Second time: the sudden way."""
    bot.stop()
    for name in (signal.SIGINT, signal.SIGTERM):  # a closed terminal may say so twice
        loop.remove_signal_handler(name)
    _tell("Stopping: what is being graded finishes first. Ctrl-C again stops at once.")


def _show(wanted: Settings, url: str) -> None:
    _tell(f"Freehand is at {url}" if url else "Freehand is running.")
    if url and wanted.open_browser and sys.stderr.isatty():
        webbrowser.open(url)


async def _grade(args: argparse.Namespace, wanted: Settings) -> int:
    grade = await terminal.grade_file(wanted, args.exercise, args.file, say=_tell)
    _print(json.dumps(asdict(grade), indent=2) if args.json else grade_text(grade))
    return WELL if grade.verdict is Verdict.SOLVED else NOT_SO


async def _list(args: argparse.Namespace, wanted: Settings) -> int:
    exercises = sorted(
        Catalogue.load(wanted.exercises_dir).all(), key=lambda found: (found.stage, found.week)
    )
    if args.json:
        _print(json.dumps([_entry(exercise) for exercise in exercises], indent=2))
    else:
        width = max((len(exercise.slug) for exercise in exercises), default=0)
        for found in exercises:
            _print(
                f"{found.slug:{width}}  stage {found.stage}, week {found.week}, {found.day}:"
                f" {found.title}"
            )
    return WELL


async def _new(args: argparse.Namespace, wanted: Settings) -> int:
    folder = create(wanted.exercises_dir, args.slug)
    _print(
        f"{folder} is made, and stands the gate as it is. Change its files one by one, README.md"
        f" first, and look with: freehand exercises check {args.slug} --quick"
    )
    return WELL


async def _show_task(args: argparse.Namespace, wanted: Settings) -> int:
    _print(terminal.task_text(Catalogue.load(wanted.exercises_dir).get(args.slug)))
    return WELL


def _entry(exercise: Exercise) -> dict[str, object]:
    names = ("slug", "title", "day", "stage", "week", "difficulty", "minutes", "device")
    return {name: getattr(exercise, name) for name in names}


async def _check(args: argparse.Namespace, wanted: Settings) -> int:
    reports = await terminal.check_exercises(wanted, args.slug, quick=args.quick, say=_tell)
    if args.json:
        _print(json.dumps([report.as_data() for report in reports], indent=2))
    else:
        _print("\n\n".join(report_text(report) for report in reports))
    return WELL if all(report.passed for report in reports) else NOT_SO


async def _blind(args: argparse.Namespace, wanted: Settings) -> int:
    found = terminal.grade_files(wanted, args.slug, args.files, quick=args.quick, say=_tell)
    async for graded in found:
        _print(_blind_line(graded))
    return WELL


def _blind_line(graded: terminal.GradedFile) -> str:
    """A file, its verdict, and what its author would read first."""
    grade = graded.grade
    failed = [check for check in grade.checks if check.status is CheckStatus.FAILED]
    first = f"{failed[0].name}: {failed[0].message}" if failed else grade.detail
    more = f" (and {', '.join(check.name for check in failed[1:])})" if failed[1:] else ""
    cpu = f"{grade.usage.cpu_s or 0.0:.2f} s"
    return f"{graded.file}  {grade.verdict}  {cpu}  {one_line(first)}{more}".rstrip()


async def _build(_args: argparse.Namespace, wanted: Settings) -> int:
    async with terminal.sandbox(wanted, _tell) as grader:
        problem = await grader.health()
    _print(problem or "The sandbox is ready.")
    return COULD_NOT if problem else WELL


async def _prove(args: argparse.Namespace, wanted: Settings) -> int:
    proofs: list[Proof] = []
    async for proof in terminal.prove_sandbox(wanted, say=_tell):
        proofs.append(proof)
        if not args.json:
            _print(_proof_text(proof))
    if args.json:
        _print(json.dumps([asdict(proof) for proof in proofs], indent=2))
    return WELL if all(proof.holds for proof in proofs) else NOT_SO


async def _rotate(_args: argparse.Namespace, wanted: Settings) -> int:
    name = await terminal.rotate_key(wanted, process.utc_now)
    _print(f"New submissions use the key {name}; a bot that runs now, within a minute.")
    return WELL


async def _doctor(_args: argparse.Namespace, wanted: Settings) -> int:
    code = WELL
    async for finding in doctor.examine(wanted, say=_tell):
        _print(f"{'ok  ' if finding.well else 'FIX '}  {finding.part}: {finding.sentence}")
        code = code if finding.well else NOT_SO
    return code


def grade_text(grade: Grade) -> str:
    """A grade for a person at a terminal, who can tell the learner's lines from ours."""
    marks = {CheckStatus.PASSED: "pass", CheckStatus.FAILED: "FAIL", CheckStatus.NOT_RUN: "----"}
    lines = [f"{grade.verdict.value}{f': {one_line(grade.detail)}' if grade.detail else ''}"]
    lines += [f"  {one_line(line)}" for line in grade.traceback]
    for check in grade.checks:
        bonus = "" if check.core else " (bonus)"
        lines.append(f"{marks[check.status]}  {check.title}{bonus}")
        if check.message:
            lines.append(f"      {one_line(check.message)}")
        lines += [f"      {line}" for line in map(one_line, check.traceback)]
        lines += [f"      {line}" for line in printable(check.example).splitlines()]
    if grade.output.strip():  # indented, so that no line of it looks like one of ours
        lines += ["it printed:", *(f"  | {line}" for line in _lines_of(grade.output))]
    cpu = "" if grade.usage.cpu_s is None else f", {grade.usage.cpu_s:.2f} s of CPU time"
    lines.append(f"{grade.usage.start_s:.2f} s starting, {grade.usage.run_s:.2f} s running{cpu}")
    return "\n".join(lines)


def report_text(report: GateReport) -> str:
    """The gate's report for a person: what to fix, or what each wrong solution came to."""
    lines = [f"{report.slug}: {'passes the gate' if report.passed else 'does not pass the gate'}"]
    lines += [f"  FIX  {problem}" for problem in report.problems]
    for wrong in report.wrongs:
        seen = wrong.message or wrong.detail or ", ".join(wrong.failed)
        lines.append(f"  {wrong.name}: {wrong.verdict}. {seen}".rstrip())
    lines.append(
        f"  Wrong solutions: {len(report.wrongs)}, which earn {report.mean_partial:.2f} of the core"
        f" points on average. Mutants: {report.mutants}. Slowest right solution:"
        f" {report.right_cpu_s:.2f} s of CPU time."
    )
    return "\n".join(lines)


def _proof_text(proof: Proof) -> str:
    return f"holds   {proof.what}" if proof.holds else f"BROKEN  {proof.what}: {proof.seen}"


def _lines_of(text: str) -> list[str]:
    return printable(text).rstrip().split("\n")


def _print(text: str) -> None:
    sys.stdout.write(f"{printable(text)}\n")
    sys.stdout.flush()  # as it is found, also into a file or a pipe


def _tell(text: str) -> None:
    with contextlib.suppress(OSError):  # whoever read it may be gone, and the bot goes on
        sys.stderr.write(f"{printable(text)}\n")
