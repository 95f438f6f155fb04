"""Mentors' sign-offs, and what they reach."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.chat.refs import UserRef
from bot.domain.exercise import MILESTONES, Day, MilestoneRule
from bot.domain.journey import StageStanding, StageState, current_stage, stages
from bot.domain.milestones import milestones
from bot.domain.signoff import Signed, Signoff, signable, that_stand, to_take_back
from tests.support.values import FIRST_MONDAY, an_exercise, an_outcome

RULES = {"A2": MilestoneRule(one_of=frozenset({"x"})), "A4": MilestoneRule(by_mentor="a docs fix")}
EXERCISES = {slug: an_exercise(slug, stage=6) for slug in "abc"}
SHOWN = [
    an_outcome("a"),
    an_outcome("b", day=Day.DEBUG, after_days=2),
    an_outcome("c", day=Day.MODULE, after_days=7),
]


def a_signoff(
    mentor: str = "maria",
    code: str = "6",
    *,
    kind: Signed = Signed.STAGE,
    membership: int | None = None,
    after_days: float = 0,
    withdrawn: bool = False,
) -> Signoff:
    """By somebody on the web chat, or on the platform before a slash."""
    platform, _, user = mentor.rpartition("/")
    at = FIRST_MONDAY + timedelta(days=after_days)
    return Signoff(
        member=1,
        kind=kind,
        code=code,
        mentor=UserRef(platform or "web", "local", user),
        mentor_member=membership,
        mentor_name=mentor,
        reason="Wrote it without help.",
        at=at,
        withdrawn_at=at if withdrawn else None,
    )


def stage_6(signoffs: Sequence[Signoff], *, shown: bool = True, days: float = 30) -> StageStanding:
    now = FIRST_MONDAY + timedelta(days=days)
    return stages(SHOWN if shown else (), EXERCISES, signoffs, now=now)[5]


def test_stage_6_wants_the_words_of_two_mentors() -> None:
    one, two = a_signoff("maria", after_days=8), a_signoff("otto", after_days=9)

    assert [stage_6(some).signoffs_missing for some in ([], [one], [one, two])] == [2, 1, 0]
    assert stage_6([one]).state is StageState.SIGNOFF
    assert stage_6([one, two]).state is StageState.REACHED
    assert stage_6([one, two]).reached_at == two.at
    assert current_stage([stage_6([one, two])]) == 6


def test_words_that_come_early_wait_for_the_exercises() -> None:
    early = [a_signoff("maria"), a_signoff("otto")]

    assert stage_6(early, shown=False).state is StageState.OPEN
    assert stage_6(early).reached_at == SHOWN[-1].at


@pytest.mark.parametrize(
    "second",
    [
        a_signoff("maria", after_days=1),
        a_signoff("slack/m", membership=7, after_days=1),  # herself, elsewhere
        a_signoff("otto", after_days=1, withdrawn=True),
        a_signoff("otto", code="5", after_days=1),
        a_signoff("otto", kind=Signed.MILESTONE, after_days=1),
    ],
)
def test_what_is_not_the_word_of_another_mentor_does_not_count(second: Signoff) -> None:
    first = a_signoff("maria", membership=7)

    assert stage_6([first, second]).signoffs == (first,)


def test_a_mentor_who_withdrew_can_sign_again() -> None:
    again = a_signoff("maria", after_days=2)

    assert that_stand([a_signoff("maria", withdrawn=True), again], Signed.STAGE, "6") == (again,)


def test_a_stage_that_was_just_signed_does_not_rest() -> None:
    late = [a_signoff("maria", after_days=100), a_signoff("otto", after_days=101)]

    assert stage_6(late, days=102).state is StageState.REACHED
    assert stage_6(late, days=170).state is StageState.RESTING


def test_a_milestone_that_is_left_to_mentors_needs_one_word_and_no_exercise() -> None:
    def reached(*signoffs: Signoff) -> list[str]:
        standings = milestones([], {}, RULES, signoffs)
        return [item.code for item in standings if item.reached]

    word = a_signoff(code="A4", kind=Signed.MILESTONE)
    assert reached() == []
    assert reached(word) == ["A4"]
    assert reached(replace(word, withdrawn_at=word.at)) == []
    assert reached(a_signoff(code="A4")) == []


def test_mentors_sign_what_wants_their_word() -> None:
    assert signable(Signed.STAGE, RULES) == ("5", "6")
    assert signable(Signed.MILESTONE, RULES) == ("A4",)
    assert set(signable(Signed.MILESTONE, dict.fromkeys(MILESTONES, MilestoneRule()))) == set()


def test_ones_own_is_taken_back_first_else_the_newest() -> None:
    maria, otto = a_signoff("maria"), a_signoff("otto", after_days=1)

    def found(mentor: str) -> Signoff | None:
        user = UserRef("web", "local", mentor)
        return to_take_back([maria, otto], Signed.STAGE, "6", by=user, by_member=None)

    assert found("maria") == maria
    assert found("someone else") == otto
    assert to_take_back([], Signed.STAGE, "6", by=otto.mentor, by_member=None) is None


some_signoffs = st.lists(
    st.builds(
        a_signoff,
        st.sampled_from(["maria", "otto", "ines", "slack/maria", "slack/otto"]),
        st.sampled_from(["5", "6"]),
        membership=st.sampled_from([None, 7, 8]),
        after_days=st.integers(0, 40),
        withdrawn=st.booleans(),
    ),
    max_size=8,
).map(lambda some: [replace(item, id=number) for number, item in enumerate(some, 1)])


@given(some_signoffs.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_order_in_which_words_are_told_does_not_matter(
    orders: tuple[list[Signoff], list[Signoff]],
) -> None:
    assert stage_6(orders[0]) == stage_6(orders[1])


@given(some_signoffs, st.integers(0, 60))
def test_nothing_but_a_withdrawal_takes_a_stage_away(signoffs: list[Signoff], days: int) -> None:
    """Neither time nor another word does; later outcomes are held in `test_journey`."""
    standing = [item for item in signoffs if item.withdrawn_at is None]
    for count in range(len(standing)):
        if stage_6(standing[:count]).reached:
            assert stage_6(standing[: count + 1], days=30 + days).reached


@given(some_signoffs)
def test_words_that_count_are_of_different_people(signoffs: list[Signoff]) -> None:
    counted = that_stand(signoffs, Signed.STAGE, "6")

    assert len({item.mentor for item in counted}) == len(counted)
    members = [item.mentor_member for item in counted if item.mentor_member is not None]
    assert len(set(members)) == len(members)
    assert not any(item.withdrawn_at for item in counted)
