"""What the author reads behind Details."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.chat.message import AnswerState, Code, Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.exercise import Day
from bot.domain.grading import CheckResult, CheckStatus, Grade, Usage, Verdict
from bot.domain.submission import Submission, SubmissionState
from bot.services.submissions import messages
from tests.support.values import FIRST_MONDAY
from tests.support.world import exercise, text_of

TRACE = ('  File "answer.py", line 3, in clip', "NameError: name 'torhc' is not defined")


def check(number: int, traceback: tuple[str, ...] = (), message: str = "it raised") -> CheckResult:
    return CheckResult(
        name=f"check-{number}",
        title=f"Check {number}",
        core=number < 9,
        points=1,
        status=CheckStatus.FAILED,
        message=message,
        traceback=traceback,
    )


def details(checks: Sequence[CheckResult]) -> Message:
    grade = Grade(
        verdict=Verdict.CRASHED, checks=tuple(checks), usage=Usage(start_s=0.1, run_s=0.2)
    )
    submission = Submission(
        id="s1",
        event="e1",
        answer="answer:1",
        challenge=1,
        member=1,
        source="x = 1",
        received_at=FIRST_MONDAY,
        started_at=FIRST_MONDAY,
        conversation=ConversationRef("fake", "here", "practice"),
        late=False,
        private=False,
        seed_key="k",
        state=SubmissionState.GRADED,
        grade=grade,
    )
    return messages.details(submission, exercise("clip", Day.IMPLEMENT), points=0.0)


def test_details_begin_with_what_to_do_and_end_with_the_times() -> None:
    lines = text_of(details([check(1)])).splitlines()
    assert lines[0] == "**Clip**"
    assert lines[1].startswith("Start with this one: **Check 1**")
    assert "s running" in lines[-1]
    assert "s running" not in "\n".join(lines[:-1])


def test_the_input_that_fails_is_folded_behind_the_advice() -> None:
    blocks = details([replace(check(1), example="f(1)")]).blocks
    example = next(block for block in blocks if isinstance(block, Code))
    assert (example.source, example.folded) == ("f(1)", "The input that it fails for")
    assert blocks[-1] == AnswerState("answer:1", "s1")


def test_checks_that_broke_over_the_same_thing_are_named_in_one_line() -> None:
    said = text_of(details([check(number, TRACE) for number in range(1, 11)]))
    [line] = [line for line in said.splitlines() if "The same" in line]
    assert line.startswith("❌ The same: **Check 2** · **Check 3**")
    assert line.endswith("**Check 9** (bonus) · **Check 10** (bonus)")
    assert said.count("NameError") == 1


def test_checks_that_failed_over_different_things_are_told_apart() -> None:
    other = (*TRACE[:-1], "ValueError: no")
    some = [check(1, TRACE), check(2, other), check(3, TRACE), check(4), check(5)]
    said = text_of(details(some))
    assert "The same" not in said
    assert said.count("it raised") == 5
