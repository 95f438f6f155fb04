"""Which small faults are made in a right solution."""

import pytest

from bot.catalogue.mutants import mutants_of


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("y = a < b", ["y = a <= b"]),
        ("y = a * b and c", ["y = a * b or c", "y = a / b and c"]),
        ("y = a + b + c", ["y = a + b - c", "y = a - b + c"]),
        ("y = -a", ["y = a"]),
        ("y = f(True, 2)", ["y = f(False, 2)", "y = f(True, 3)"]),
        ("y = x.abs()", ["y = x"]),
        ("y = x.sum(dim=d)", ["y = x.sum()"]),
        ("if a:\n    y = b", ["no if a:"]),
        ("y += b", ["no y += b", "y -= b"]),
        ("f(x)", ["no f(x)"]),
        ("for a in b:\n    pass", ["for a in list(b)[1:]:", "for a in list(b)[:-1]:"]),
    ],
)
def test_one_place_is_changed_at_a_time(source: str, lines: list[str]) -> None:
    assert sorted(mutant.line for mutant in mutants_of(source)) == sorted(lines)


@pytest.mark.parametrize("source", ['"""What it does."""', 'x = "text"', "x = None"])
def test_words_are_left_alone(source: str) -> None:
    assert list(mutants_of(source)) == []


def test_each_mutant_is_a_whole_solution_with_that_change() -> None:
    source = "def f(x):\n    if x > 1:\n        return x\n    return 2 * x\n"

    found = {mutant.line: mutant.source for mutant in mutants_of(source)}

    assert found["if x >= 1:"] == source.replace("x > 1", "x >= 1").rstrip()
    assert found["no if x > 1:"] == source.replace("x > 1", "False").rstrip()
    assert len(set(found.values())) == len(found)
    assert source.rstrip() not in found.values()
