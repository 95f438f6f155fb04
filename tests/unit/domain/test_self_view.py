"""How members see themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.exercise import STAGES
from bot.domain.self_view import PAGES, Answers, next_page, self_stage

ITEMS = [item for page in PAGES for item in page.items]
LABEL_CHARS = 45  # of a field in Discord's forms

every_answer = st.fixed_dictionaries({item: st.integers(0, 2) for item in ITEMS})


def answers(**points: int) -> Answers:
    """The same answer to every line of some pages, by their keys."""
    return {
        item: points[f"p_{page.key}"]
        for page in PAGES
        for item in page.items
        if f"p_{page.key}" in points
    }


def test_there_are_four_lines_for_each_stage_and_four_questions() -> None:
    assert [page.title for page in PAGES if page.key != "can"] == list(STAGES)
    assert [len(page.lines) for page in PAGES] == [4] * (len(STAGES) + 1)
    assert len(set(ITEMS)) == len(ITEMS)


def test_every_line_fits_on_a_form() -> None:
    assert max(len(line) for page in PAGES for line in page.lines) <= LABEL_CHARS


@pytest.mark.parametrize(
    ("given_answers", "stage"),
    [
        ({}, None),
        (answers(p_1=2), 1),
        (answers(p_1=2, p_2=1), 1),
        (answers(p_3=2), None),  # its four questions are not answered
        (answers(p_3=2, p_can=1), 3),
        (answers(p_1=0, p_2=0, p_4=2), 4),  # nobody has to keep the habits of lower stages
        ({**answers(p_2=2), "2.1": 0}, 2),
        ({**answers(p_2=2), "2.1": 0, "2.2": 1}, None),
    ],
)
def test_the_highest_stage_that_mostly_fits_is_the_one(
    given_answers: Answers, stage: int | None
) -> None:
    assert self_stage(given_answers) == stage


def test_pages_come_in_turn_until_all_are_answered() -> None:
    first, second, *_, last = PAGES
    assert next_page({}) is first
    assert next_page(answers(p_1=0), after=first) is second
    assert next_page(answers(p_6=0), after=last) is first
    assert next_page(dict.fromkeys(ITEMS, 1), after=second) is first


@given(every_answer, st.sampled_from(ITEMS))
def test_a_better_answer_never_lowers_the_stage(known: dict[str, int], item: str) -> None:
    better = {**known, item: 2}

    assert (self_stage(better) or 0) >= (self_stage(known) or 0)
