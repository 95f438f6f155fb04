"""Facts about progress, in words."""

from dataclasses import replace

import pytest

from bot.domain.board import Row, Standings
from bot.domain.chat.message import Image
from bot.domain.exercise import Day
from bot.domain.grading import Verdict
from bot.domain.journey import StageCondition, StageStanding, StageState
from bot.domain.milestones import MilestoneCondition, MilestoneGap
from bot.domain.progression import PlanItem, PlanReason
from bot.domain.streak import StreakWeek, streak
from bot.services.progress import journey_messages, messages
from bot.services.submissions.messages import HEADLINES
from tests.support.world import text_of

STAGE = StageStanding(stage=4, state=StageState.OPEN, value=0.3, exercises=2, missing=())


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (StageCondition.EXERCISES, "1 more exercise of this stage"),
        (StageCondition.VALUE, "80% over the last five (30% so far)"),
        (StageCondition.DEBUG_DAY, "one of them a bug"),
        (StageCondition.OTHER_DAY, "one of them a function or module"),
        (StageCondition.SPREAD, "spread over 7 days"),
    ],
)
def test_an_open_stage_says_what_is_missing(condition: StageCondition, words: str) -> None:
    assert journey_messages.stage_gaps(replace(STAGE, missing=(condition,))) == words


def test_several_exercises_may_be_missing() -> None:
    none = replace(STAGE, exercises=0, value=None, missing=(StageCondition.EXERCISES,))
    assert journey_messages.stage_gaps(none) == "3 more exercises of this stage"


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (MilestoneGap(condition=MilestoneCondition.TWO_EXERCISES), "two different exercises"),
        (MilestoneGap(condition=MilestoneCondition.ONE_MORE_EXERCISE), "one more exercise"),
        (
            MilestoneGap(condition=MilestoneCondition.SPREAD),
            "another exercise, 7 days after the first",
        ),
        (MilestoneGap(condition=MilestoneCondition.WITHOUT_HINTS), "one of the two without hints"),
        (
            MilestoneGap(condition=MilestoneCondition.ONE_OF, exercises=("adamw", "lora")),
            "one of Adamw, Lora",
        ),
        (
            MilestoneGap(condition=MilestoneCondition.ALL_OF, exercises=("ddp", "ddp-debug")),
            "Ddp and Ddp-Debug",
        ),
        (
            MilestoneGap(condition=MilestoneCondition.ALL_OF, exercises=("ddp-debug",)),
            "Ddp-Debug",
        ),
        (
            MilestoneGap(condition=MilestoneCondition.BY_MENTOR, by_mentor="a docs fix"),
            "a mentor's word on a docs fix",
        ),
    ],
)
def test_an_open_milestone_says_what_is_missing(gap: MilestoneGap, words: str) -> None:
    assert journey_messages.milestone_gap(gap, str.title) == words


def test_a_reset_is_never_read_as_a_zero() -> None:
    weeks = [StreakWeek(eligible=3, done=done) for done in (3, 2, 0, 1, 0)]

    assert journey_messages.streak_text(streak(weeks)) == "active weeks 3 · best run 2"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (PlanReason.PINNED, "Function: A mentor chose it for this day."),
        (
            PlanReason.THEME_LONGEST_AGO,
            (
                "Function: It belongs to this week's theme, Loss functions, and is the one that"
                " your cohort has not met for longest."
            ),
        ),
        (
            PlanReason.OTHER_NEW,
            (
                "Function: It goes beyond this week's theme, Loss functions, and is new to your"
                " cohort."
            ),
        ),
    ],
)
def test_a_plan_says_why(reason: PlanReason, words: str) -> None:
    item = PlanItem(member=1, week=2, day=Day.IMPLEMENT, exercise="a", reason=reason)

    assert words in text_of(messages.plan(2, [item], [], [], messages.Names(str, {}))).splitlines()


@pytest.mark.parametrize("reason", [PlanReason.ALREADY_RELEASED, PlanReason.NOT_CHOSEN_YET])
def test_where_there_is_no_reason_a_plan_gives_none(reason: PlanReason) -> None:
    item = PlanItem(member=1, week=2, day=Day.IMPLEMENT, exercise="a", reason=reason)

    assert "Function:" not in text_of(messages.plan(2, [item], [], [], messages.Names(str, {})))


def test_every_verdict_has_words() -> None:
    assert set(messages.VERDICTS) == set(HEADLINES) == set(Verdict)


def test_boards_picture_is_told_in_words_that_discord_takes() -> None:
    rows = tuple(
        Row(rank=n, member=n, shown="x" * 40, points=99.75, possible=100, personal_best=True)
        for n in range(1, 31)
    )
    said = messages.board(Standings(week=2, rows=rows, solved=3, possible=90), b"png")
    alt = next(block.alt for block in said.blocks if isinstance(block, Image))
    assert f"week 2: 1. {'x' * 40}, 99.75 points; 2. " in alt
    assert alt.endswith("; and 20 more.")
    assert len(alt) <= 1024
