"""What mentors read about answers and members, and what members are told of their decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.domain.chat.message import Buttons, ButtonStyle, Message
from bot.domain.correction import Decision
from bot.domain.grading import Verdict
from bot.domain.regrade import Change, Difference, Regrade
from bot.domain.submission import Submission
from bot.domain.text import quoted, sentence
from bot.services.mentoring.verbs import KEEP_BETTER, LEAVE_GRADES, STOP_REGRADE
from bot.services.progress.messages import VERDICTS
from bot.services.submissions.messages import graded, points_text

NAMES_TOLD = 20
"""Of each list: what a phone shows without much scrolling."""

MENTORS_ALONE = "Only mentors of the cohort can decide that."
DECIDED_ALREADY = "That is decided already. `/challenge regrade` runs the answers again."
NEWER_REGRADE = "The answers were run again since. Decide on the newer result."
GONE_FROM_CATALOGUE = "Its exercise is no longer in the catalogue, so there is nothing to run."
RUNS_ALREADY = "A challenge of this cohort is being run again already. Give the command once more."
NOTHING_TO_REGRADE = "No answer to that challenge is graded, or none whose code is still kept."
BEING_KEPT = Message.of("The better grades of that challenge are being kept just now.")

_NOTHING_BETTER = "Nothing would be raised, so nothing changes."


# --- overrides and excuses --------------------------------------------------------------------

_DECIDED = {
    Decision.PASS: "**{name}**'s answer to **{title}** is solved now.{more}",
    Decision.FAIL: (
        "**{name}**'s answer to **{title}** is not solved any more. The points that they were told"
        " of stay: nobody loses those."
    ),
    Decision.VOID: (
        "**{name}**'s answer to **{title}** does not count as a try any more. The points that they"
        " were told of stay."
    ),
}
_TOLD = {
    Decision.PASS: (
        "A mentor looked at your answer to **{title}** and passed it: it is solved now.{more}"
    ),
    Decision.FAIL: (
        "A mentor looked at your answer to **{title}**: it does not count as solved. The points"
        " that you have stay yours."
    ),
    Decision.VOID: (
        "A mentor looked at your answer to **{title}**: it does not count as a try. The points that"
        " you have stay yours."
    ),
}
LOOKED_AT = {
    Decision.PASS: "A mentor looked at it and passed it.",
    Decision.FAIL: "A mentor looked at it.",
    Decision.VOID: "A mentor looked at it: it does not count as a try.",
}
"""In the feedback, which others may read: the reason is for its author alone."""

DECISIONS = f"The decision must be {', '.join(f'`{word}`' for word in Decision)}."
FAR_DAY = "That day is more than a year away."


def decided(name: str, title: str, decision: Decision, points: float) -> Message:
    """To the mentor who decided on an answer."""
    words = _DECIDED[decision].format(name=sentence(name), title=title, more=_more(points))
    return Message.of(f"{words} They are told, with your reason.")


def told_decision(title: str, decision: Decision, points: float, reason: str) -> Message:
    """To an answer's author."""
    words = _TOLD[decision].format(title=title, more=_more(points))
    return Message.of(words, f"Why: {sentence(reason)}")


def excused(name: str, on: date) -> Message:
    """To the mentor who excused a member."""
    return Message.of(
        f"**{sentence(name)}** is excused on {_date(on)}, and told so with your reason. What they"
        " answer all the same counts."
    )


def told_excuse(on: date, reason: str) -> Message:
    """To the member."""
    return Message.of(
        f"A mentor excused you on {_date(on)}: you need not answer that day's challenge, and it"
        " costs you nothing. If you answer it all the same, it counts.",
        f"Why: {sentence(reason)}",
    )


def unknown_submission(typed: str) -> str:
    """To a mentor who named an answer of another cohort, or none."""
    return (
        f"There is no graded answer {quoted(typed)} in this cohort. The newest are offered as you"
        " type `/challenge override`."
    )


def _date(on: date) -> str:
    return f"{on:%A}, {on.day} {on:%B %Y}"


# --- regrades ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What running a challenge's answers again came to.

    Attributes:
        counts: How many answers of each kind.
        raised, lowered: The first of those, at most `NAMES_TOLD`.
    """

    title: str
    counts: Mapping[Change | None, int]
    raised: Sequence[Difference] = field(default=())
    lowered: Sequence[Difference] = field(default=())


def regrade_begun(title: str, answers: int) -> Message:
    """To a mentor whose regrade begins."""
    return Message.of(
        f"**{title}**: {_answers(answers)} {_are(answers)} run again, behind whatever members send."
        " I tell you here what would change; nothing changes before you say so."
    )


def regrade_running(title: str, regrade: Regrade, counts: Mapping[Change | None, int]) -> Message:
    """To a mentor who asks while a challenge of the cohort is regraded."""
    total = sum(counts.values())
    done = total - counts.get(None, 0)
    return Message.of(
        f"**{title}** is being run again: {done} of {_answers(total)} so far. One challenge of a"
        " cohort at a time; who asked for it is told the result.",
        Buttons((STOP_REGRADE.button(regrade.id, "Stop it"),)),
    )


def regrade_stopped() -> Message:
    """To the mentor who stopped it."""
    return Message.of("Stopped. All grades stay as they are.")


def regrade_report(regrade: Regrade, outcomes: Outcomes) -> Message:
    """To the mentor who asked: what would change, and the question whether to keep it."""
    counts = outcomes.counts
    raised = counts.get(Change.RAISED, 0)
    head = (
        f"**{outcomes.title}**, run again with the exercise as it is in the catalogue:"
        f" **{raised} raised**, {counts.get(Change.LOWERED, 0)} lowered,"
        f" {counts.get(Change.SAME, 0)} the same{_not_run(counts)}."
    )
    if not raised:
        return Message.of(head, *_listed(_LOWERED, outcomes.lowered, counts), _NOTHING_BETTER)
    return Message.of(
        head,
        *_listed(_RAISED, outcomes.raised, counts),
        *_listed(_LOWERED, outcomes.lowered, counts),
        "Keep what is raised? The authors are told. Nobody's grade is lowered, and answers to come"
        " are graded by the exercise as it is now.",
        Buttons(
            (
                KEEP_BETTER.button(regrade.id, f"Raise {_answers(raised)}", ButtonStyle.PRIMARY),
                LEAVE_GRADES.button(regrade.id, "No, leave it"),
            )
        ),
    )


def keeping(raised: int) -> Message:
    """To the mentor who said yes."""
    whose = "its author is" if raised == 1 else "their authors are"
    return Message.of(f"{_answers(raised)} {_are(raised)} raised, and {whose} told.")


def raised(title: str, submission: Submission, points: float) -> Message:
    """To a member: a check was mended, and their best answer is worth more."""
    grade = graded(submission)
    now = (
        "it is solved now"
        if grade.verdict is Verdict.SOLVED
        else f"{grade.passed} of {len(grade.checks)} checks hold now"
    )
    return Message.of(
        f"A check of **{title}** was mended, and your answer was run again: {now}.{_more(points)}"
    )


_RAISED = "Would be raised", Change.RAISED
_LOWERED = "Lower now, for your eyes alone; they keep what they have", Change.LOWERED


def _listed(
    what: tuple[str, Change], items: Sequence[Difference], counts: Mapping[Change | None, int]
) -> list[str]:
    label, change = what
    if not items:
        return []
    lines = [
        f"- {sentence(item.name)}: {VERDICTS[item.before]} → {VERDICTS[item.after]}"
        for item in items
    ]
    others = counts.get(change, 0) - len(items)
    return ["\n".join([f"{label}:", *lines, *([f"- and {others} more"] if others > 0 else [])])]


def _not_run(counts: Mapping[Change | None, int]) -> str:
    failed = counts.get(Change.NOT_RUN, 0)
    return f", {failed} could not be run, through a fault of ours" if failed else ""


def _more(points: float) -> str:
    return f" +{points_text(points)}." if points else ""


def _answers(number: int) -> str:
    return f"{number} answer{'' if number == 1 else 's'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
