"""What a learner reads about a submission. Pure: records in, messages out."""

from collections.abc import Sequence

from bot.domain.challenge import Challenge
from bot.domain.chat.message import (
    AnswerState,
    Block,
    Button,
    Buttons,
    ButtonStyle,
    Code,
    Message,
    Text,
)
from bot.domain.chat.refs import UserRef
from bot.domain.cohort import Cohort
from bot.domain.exercise import Exercise, Solution
from bot.domain.grading import CheckResult, CheckStatus, Grade, Verdict
from bot.domain.member import Member
from bot.domain.submission import Submission
from bot.domain.text import sentence
from bot.services.submissions import checks, remarks
from bot.services.submissions.verbs import DISPUTE, SHOW_DETAILS, SHOW_HINT, SHOW_SOLUTION

HEADLINES = {
    Verdict.SOLVED: "✅ **Solved.**",
    Verdict.PARTLY: "🟡 **Partly there.**",
    Verdict.WRONG: "🔴 **Not yet.**",
    Verdict.UNATTEMPTED: "⚪ **That is the starter as it was given.**",
    Verdict.NOT_ALLOWED: "⚪ **It uses something that you have to do without here.**",
    Verdict.SYNTAX_ERROR: "🔴 **It does not parse yet.**",
    Verdict.CRASHED: "🔴 **It crashed.**",
    Verdict.TIMED_OUT: "🔴 **It ran out of time.**",
    Verdict.STALLED: "🔴 **It did not finish.**",
    Verdict.OUT_OF_MEMORY: "🔴 **It ran out of memory.**",
    Verdict.TOO_MUCH_OUTPUT: "🔴 **It printed too much.**",
    Verdict.SANDBOX_FAULT: "⚪ **We could not grade this, and it is our fault.**",
}

OUTPUT_SHOWN_CHARS = 600
"""Of captured output; more would push the checks out of sight."""

HINT_LEVELS = ("the concept", "where to look", "almost the answer")

HINT_ELSEWHERE = "Ask for a hint inside the challenge's thread."
OTHERS_SUBMISSION = "Only the author of a submission can see its details."
NOT_GRADED = Message.of("It is not graded yet. The details follow with the verdict.")
DISPUTED = Message.of("Thank you. The mentors have your case, with your code and the checks.")


POSITIONS_TOLD = (1, 3, 10)
"""Who comes to one of these places in line hears of it: more often is not worth an edit."""


def waiting(queue_position: int, *, problem: str = "") -> Message:
    """Received and in line; `problem` says why the line does not move."""
    if problem:
        return Message.of(
            f"Received, and safe with us. Grading is paused: {sentence(problem)}"
            " It starts again by itself; you need not resend."
        )
    next_one, soon, later = POSITIONS_TOLD
    if queue_position <= next_one:
        return Message.of("Received. You are next.")
    if queue_position <= soon:
        return Message.of("Received. One or two answers are before yours.")
    if queue_position <= later:
        return Message.of(f"Received. Fewer than {later} answers are before yours.")
    return Message.of(f"Received. {later} or more answers are before yours.")


def running() -> Message:
    """The sandbox is at work."""
    return Message.of("Running your code in the sandbox …")


def withdrawn() -> Message:
    """Its message was deleted while it waited."""
    return Message.of("Withdrawn: the message was deleted before its turn. It is not graded.")


def verdict(
    submission: Submission,
    exercise: Exercise,
    *,
    name: str,
    points: float,
    details: bool,
    author: UserRef | None = None,
) -> Message:
    """The feedback in the thread: verdict, checks that hold, points, try, one next step.

    Args:
        submission: Graded.
        exercise: The version it was graded against.
        name: The author, as the thread knows them.
        points: What this submission earned.
        details: Whether the thread sees each check.
        author: The author, as the platform knows them.
    """
    grade = graded(submission)
    head = f"{HEADLINES[grade.verdict]} {sentence(name)}"
    blocks = [Text(f"{head} · {_facts(submission, grade, points)}")]
    if grade.detail:
        blocks.append(Text(sentence(grade.detail)))
    blocks.append(Text(next_step(grade, exercise)))
    parts = [*blocks, *(checks.told(grade) if details else ())]
    solved = grade.verdict is Verdict.SOLVED
    state = AnswerState(submission.answer, submission.id, author, solved=solved)
    return Message.of(*parts, Buttons(_buttons(submission, grade)), state)


def deleted_while_running(submission: Submission) -> Message:
    """Its message was deleted while its code ran: that goes on, and counts."""
    return Message.of(
        "The message was deleted while its code was running: it is graded, and what it earns"
        " counts.",
        AnswerState(submission.answer, submission.id),
    )


def deleted(submission: Submission, name: str) -> Message:
    """In place of the feedback on an answer that was deleted, which would puzzle a reader."""
    return Message.of(
        f"{HEADLINES[graded(submission).verdict]} {sentence(name)} · this answer was deleted; what"
        " it earned stays.",
        Buttons((SHOW_DETAILS.button(submission.id, "Details"),)),
        AnswerState(submission.answer, submission.id),
    )


def fault() -> Message:
    """We could not grade it."""
    return Message.of(f"{HEADLINES[Verdict.SANDBOX_FAULT]} {_STEPS[Verdict.SANDBOX_FAULT]}")


def fault_for_mentors(submission: Submission) -> Message:
    """To the mentors: an answer could not be graded, and its author cannot help it."""
    return Message.of(
        "A submission could not be graded, tried again and again, through no fault of its author."
        f" Its number is `{submission.id}`; the log says more."
    )


def details(submission: Submission, exercise: Exercise, *, points: float) -> Message:
    """Everything that was seen, for the author alone."""
    grade = graded(submission)
    tried = f" · try {submission.try_number}" if submission.try_number else ""
    head = f"**{exercise.title}**{tried}\n{next_step(grade, exercise)}"
    parts: list[Block] = [Text(head)]
    if grade.detail:
        parts.append(Text(sentence(grade.detail)))
    if grade.traceback:
        parts.append(Code("\n".join(grade.traceback), "pytb"))
    parts.extend(checks.told(grade))
    if grade.output.strip():
        parts.append(Text("It printed:"))
        parts.append(Code(_shortened(grade.output), "text"))
    said = f"{points_text(points)} from this submission · " if tried else ""
    said += _times(submission)
    parts.append(Text(f"{said}{remarks.left_out(submission.source, before=' · ')}"))
    if any(check.status is CheckStatus.FAILED for check in grade.checks):
        parts.append(Buttons((DISPUTE.button(submission.id, "A check seems wrong"),)))
    return Message.of(*parts, AnswerState(submission.answer, submission.id))


def hint(exercise: Exercise, challenge: Challenge, level: int) -> Message:
    """A hint of one level, from 1, with a button for the next."""
    words = (
        f"**Hint {level} of {len(exercise.hints)}: {HINT_LEVELS[level - 1]}**",
        exercise.hints[level - 1],
    )
    if level == len(exercise.hints):
        return Message.of(*words)
    more = SHOW_HINT.button(challenge.id, f"Hint {level + 1}: {HINT_LEVELS[level]}")
    return Message.of(*words, Buttons((more,)))


NO_SOLUTION = "There is no right answer to show: the exercise is not in the catalogue any more."


def solution_to_come(challenge: Challenge) -> str:
    """To somebody who could still answer."""
    return (
        "Right answers are shown to you once you have solved it yourself, and to everybody when no"
        f" answer is graded any more: after {challenge.late_until:%A %d %B, %H:%M} UTC. A hint may"
        " help until then: `/hint` in the thread."
    )


def solution(
    challenge: Challenge,
    title: str,
    solutions: Sequence[Solution],
    place: int,
    *,
    docs: Sequence[str],
) -> Message:
    """One right answer, with a button for the next.

    Args:
        challenge: Which challenge.
        title: Of its exercise.
        solutions: All that are known, at least one.
        place: Of the one to show, from 0; it goes round.
        docs: Links to what it rests on, Markdown.
    """
    number, count = place % len(solutions), len(solutions)
    shown, following = solutions[number], (number + 1) % count
    blocks: list[Block] = [
        Text(f"**{title}: right answer {number + 1} of {count}**\n{_COMPARE}"),
        Code(shown.source.strip() + "\n"),
    ]
    if docs:
        blocks.append(Text(f"In PyTorch's documentation: {', '.join(docs)}"))
    if count > 1:
        label = "The first again" if following == 0 else "Another way"
        blocks.append(Buttons((SHOW_SOLUTION.button((challenge.id, following), label),)))
    return Message.of(*blocks)


_COMPARE = (
    "Lay it beside yours. What does one of them do that the other does not? Which would you rather"
    " explain to somebody?"
)


def dispute(
    submission: Submission, member: Member, cohort: Cohort, exercise: str, words: str
) -> Message:
    """To the mentors: what a learner says of a check, with the code."""
    failed = [
        f"- {check.title}: {sentence(check.message)}"
        for check in (submission.grade.checks if submission.grade else ())
        if check.status is CheckStatus.FAILED
    ]
    return Message.of(
        f"**A check seems wrong** · {sentence(member.name)} · `{exercise}` · {cohort.name}"
        f" · submission `{submission.id}`",
        Code(words or "(no words)", "text"),  # as typed: nothing of it becomes a link or a name
        "\n".join(failed) or "No check failed.",
        Code(submission.source) if submission.source else Text("Its code was forgotten by now."),
        f"To decide on this answer: `/challenge override {submission.id}`. Once the check is"
        f" mended, `/challenge regrade {submission.challenge}` runs all answers again.",
    )


def next_step(grade: Grade, exercise: Exercise) -> str:
    """One thing to do now."""
    if grade.verdict is Verdict.SOLVED:
        missed = first_failed(grade)
        if missed and not missed.core:
            return f"One bonus check is left, if you like: {missed.title}."
        holds = "" if missed else "Every check holds. "
        return f"{holds}Could you explain each line to somebody else?"
    return _STEPS.get(grade.verdict) or _step_from_checks(grade, exercise)


def first_failed(grade: Grade) -> CheckResult | None:
    """The failed check to look at first: core before bonus, in the exercise's order."""
    failed = [check for check in grade.checks if check.status is CheckStatus.FAILED]
    return min(failed, key=lambda check: not check.core, default=None)


def graded(submission: Submission) -> Grade:
    """The grade of a submission that has one."""
    if submission.grade is None:
        raise AssertionError(f"submission {submission.id} has no grade")
    return submission.grade


_STEPS = {
    Verdict.UNATTEMPTED: "Change it and send it again: this does not count as a try.",
    Verdict.SYNTAX_ERROR: "Fix that line and send it again: this does not count as a try.",
    Verdict.NOT_ALLOWED: "Do without it, and send it again: this does not count as a try.",
    Verdict.TIMED_OUT: "Look for a loop that does not end, or work that is done once per element.",
    Verdict.STALLED: "Look for a sleep, a lock, or a read from something that never answers.",
    Verdict.OUT_OF_MEMORY: "Look for the largest tensor you build: what shape has it?",
    Verdict.TOO_MUCH_OUTPUT: "Take the prints out of the loops, then send it again.",
    Verdict.SANDBOX_FAULT: "It does not count as a try. The mentors know; please send it again.",
}


def _step_from_checks(grade: Grade, exercise: Exercise) -> str:
    missed = first_failed(grade)
    if grade.checks and grade.passed == len(grade.checks):
        return "Every check holds: ask a mentor what they still miss."
    if missed is None:
        return f"Does it define `{'`, `'.join(exercise.entry)}` and load on its own?"
    if grade.detail and missed.traceback:  # one cause of all
        return "Mend that line and send it again."
    return f"Start with this one: **{missed.title}**. Hint {missed.hint} is about it."


def _facts(submission: Submission, grade: Grade, points: float) -> str:
    facts: list[str] = []
    # Where it crashed nothing could be checked: “0 of 10” would say that all of it is wrong.
    if grade.checks and (grade.passed or grade.verdict is Verdict.WRONG):
        facts.append(f"{grade.passed} of {len(grade.checks)} checks hold")
    if submission.try_number:
        facts.append(f"try {submission.try_number}")
    if points:
        facts.append(f"+{points_text(points)}")
    if submission.late:
        facts.append("late")
    return " · ".join(facts) or "not a try"


def points_text(points: float) -> str:
    """Points as everybody sees them."""
    return f"{round(points, 2):g} point{'' if points == 1 else 's'}"


def _times(submission: Submission) -> str:
    grade = graded(submission)
    words: list[str] = []
    if submission.started_at is not None:
        queued_s = (submission.started_at - submission.received_at).total_seconds()
        words.append(f"{max(0.0, queued_s):.1f} s in line")
    words.append(f"{grade.usage.start_s:.1f} s starting")
    words.append(f"{grade.usage.run_s:.1f} s running")
    if grade.usage.cpu_s is not None:
        words.append(f"{grade.usage.cpu_s:.1f} s of CPU time")
    if grade.usage.peak_memory_bytes is not None:
        words.append(f"{grade.usage.peak_memory_bytes / 2**20:.0f} MB at most")
    return ", ".join(words)


def _shortened(output: str) -> str:
    if len(output) <= OUTPUT_SHOWN_CHARS:
        return output
    return f"{output[:OUTPUT_SHOWN_CHARS]}\n… {len(output) - OUTPUT_SHOWN_CHARS} more characters"


def _buttons(submission: Submission, grade: Grade) -> tuple[Button, ...]:
    buttons = [SHOW_DETAILS.button(submission.id, "Details", ButtonStyle.PRIMARY)]
    if grade.verdict is Verdict.SOLVED:
        buttons.append(SHOW_SOLUTION.button((submission.challenge, 0), "Compare"))
    else:
        buttons.append(SHOW_HINT.button(submission.challenge, "Hint"))
    return tuple(buttons)
