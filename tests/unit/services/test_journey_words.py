"""Where somebody stands, in words."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.exercise import STAGES
from bot.domain.journey import StageCondition, StageStanding, StageState
from bot.domain.next_step import NextStep
from bot.domain.self_view import PAGES, Answers
from bot.services.progress import journey_messages, self_view_messages
from bot.services.progress.journey_messages import Names
from tests.support.values import FIRST_MONDAY, an_exercise
from tests.support.world import text_of

NAMES = Names(str.title, ZoneInfo("Asia/Tokyo"))
NIGHT = FIRST_MONDAY + timedelta(hours=10)
"""In Tokyo the next day has begun."""

OPEN = [
    StageStanding(
        stage=number,
        state=StageState.OPEN,
        value=None,
        exercises=0,
        missing=(StageCondition.EXERCISES,),
    )
    for number in range(1, len(STAGES) + 1)
]
REACHED = replace(
    OPEN[3], state=StageState.REACHED, missing=(), exercises=3, shown_at=NIGHT, reached_at=NIGHT
)


def line(standing: StageStanding) -> str:
    """What the list of stages says of one."""
    standings = [*OPEN[: standing.stage - 1], standing, *OPEN[standing.stage :]]
    said = text_of(journey_messages.stages(standings, None, [], NAMES))
    return next(line for line in said.splitlines() if f"**{standing.stage} " in line)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (OPEN[3], "- ⬜ **4 Code Editor**: open"),
        (
            replace(OPEN[3], exercises=1),
            "- 🟡 **4 Code Editor**: needs 2 more exercises of this stage",
        ),
        (REACHED, "- ✅ **4 Code Editor**: reached 24 Nov 👈 you are here"),
        (
            replace(REACHED, state=StageState.RESTING),
            (
                "- ✅ **4 Code Editor**: reached 24 Nov; resting, for nothing of it came up for 60"
                " days 👈 you are here"
            ),
        ),
        (
            replace(REACHED, stage=5, state=StageState.SIGNOFF, reached_at=None),
            "- 🟡 **5 Code Writer**: your exercises are there; needs a mentor's sign-off",
        ),
    ],
)
def test_every_state_of_a_stage_has_words(standing: StageStanding, words: str) -> None:
    assert line(standing) == words


def test_the_last_stage_has_words_of_its_own() -> None:
    last = replace(REACHED, stage=6)
    said = text_of(journey_messages.stages([*OPEN[:5], last], None, [], NAMES))

    assert "You are here: stage 6, AI Partner" in said
    assert journey_messages.LAST_STAGE in said


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (NextStep(stage=OPEN[0], exercises=(), is_open=False), "3 more exercises of this stage."),
        (
            NextStep(stage=OPEN[0], exercises=(an_exercise("mask"),), is_open=True),
            "*Mask* (function), which is open now.",
        ),
        (
            NextStep(stage=OPEN[0], exercises=tuple(map(an_exercise, "abcd")), is_open=False),
            "*A* (function) or *B* (function) or *C* (function), when it is posted.",
        ),
        (
            NextStep(stage=OPEN[0], exercises=(an_exercise("a"),), is_open=False, not_before=NIGHT),
            "from 24 Nov on, *A* (function), when it is posted.",
        ),
    ],
)
def test_a_next_step_says_what_and_when(step: NextStep, words: str) -> None:
    said = text_of(journey_messages.stages(OPEN, step, [], NAMES))

    assert f"**Next step** to stage 1: {words}" in said


def every(answer: int, *stages: int) -> Answers:
    return {item: answer for page in PAGES if page.stage in stages for item in page.items}


@pytest.mark.parametrize(
    ("answers", "reached", "words"),
    [
        ({}, 0, "How do you see yourself?"),
        (every(1, 1), 0, "no stage fits yet"),
        (every(2, 2), 2, "Your exercises show the same."),
        (every(2, 2), 3, "Your exercises show more than that"),
        (every(2, 4), 2, "Your exercises show stage 2 so far"),
        (every(2, 4), 0, "Your exercises show none of the stages so far"),
    ],
)
def test_the_self_view_stands_beside_the_evidence(
    answers: Answers, reached: int, words: str
) -> None:
    text, _ = self_view_messages.beside_evidence(answers, reached=reached)

    assert words in getattr(text, "markdown", "")
