"""What a grade is worth."""

import pytest

from bot.domain.grading import CheckResult, CheckStatus, Grade, Usage, Verdict

USAGE = Usage(start_s=0.0, run_s=0.0)


def graded(verdict: Verdict, *checks: tuple[int, bool], core: bool = True) -> Grade:
    results = tuple(
        CheckResult(
            name=f"check-{number}",
            title="It does something",
            core=core,
            points=points,
            status=CheckStatus.PASSED if passed else CheckStatus.FAILED,
        )
        for number, (points, passed) in enumerate(checks)
    )
    return Grade(verdict=verdict, checks=results, usage=USAGE)


def test_solved_is_worth_everything() -> None:
    assert graded(Verdict.SOLVED, (1, True), (0, True)).core_share == 1.0


@pytest.mark.parametrize("essential", [0, 1, 3])
def test_one_essential_fault_keeps_an_answer_below_four_fifths(essential: int) -> None:
    parts = [(1, True)] * 20

    assert 0 < graded(Verdict.PARTLY, *parts, (essential, False)).core_share < 0.8


def test_a_check_without_points_adds_nothing() -> None:
    assert graded(Verdict.WRONG, (0, True), (2, False)).core_share == 0.0


def test_parts_are_worth_their_share_of_the_points() -> None:
    assert graded(Verdict.PARTLY, (3, True), (1, False)).core_share == pytest.approx(0.75 * 0.75)


def test_a_process_that_died_after_its_last_check_has_not_solved_it() -> None:
    assert graded(Verdict.CRASHED, (1, True)).core_share == pytest.approx(0.75)


def test_a_bonus_is_worth_nothing_by_itself() -> None:
    assert graded(Verdict.WRONG, (1, True), core=False).core_share == 0.0
