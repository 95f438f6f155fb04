"""What checks are written with: how it draws, compares and says what it saw."""

from math import inf, nan

import pytest
import torch
from torch import Tensor

from bot.kit import (
    CheckFailed,
    Remote,
    Rng,
    Solution,
    SolutionRaised,
    Stream,
    check,
    expect_close,
    expect_equal,
    expect_raises,
    expect_same,
    fail,
    render_value,
)
from bot.kit.check import take_declared
from bot.kit.solution import Connection
from bot.wire.values import Handle, Value

pytestmark = pytest.mark.torch

SEED = bytes(range(16))


# --- inputs -----------------------------------------------------------------------------------


def test_a_seed_and_a_check_give_the_same_inputs_again() -> None:
    first, again = Rng(SEED, "a").normal(3), Rng(SEED, "a").normal(3)

    assert torch.equal(first, again)


def test_each_check_and_each_seed_have_a_stream_of_their_own() -> None:
    drawn = [Rng(SEED, "a"), Rng(SEED, "b"), Rng(bytes(16), "a")]

    numbers = {rng.normal().item() for rng in drawn}

    assert len(numbers) == len(drawn)


def test_drawn_tensors_have_the_shape_dtype_and_range_asked_for() -> None:
    rng = Rng(SEED, "a")

    assert rng.normal(2, 3, dtype=torch.float64).dtype is torch.float64
    assert rng.normal(2, 0).shape == (2, 0)
    assert {int(i) for i in rng.integers(3, 5, (100,))} == {3, 4}
    uniform = rng.uniform(-2, -1, (100,))
    assert bool(((uniform >= -2) & (uniform < -1)).all())
    assert sorted(int(i) for i in rng.permutation(5)) == [0, 1, 2, 3, 4]
    assert rng.choice(["a"]) == "a"
    assert rng.integer(7, 8) == 7
    assert all(-2 <= rng.number(-2, -1) < -1 for _ in range(100))
    assert sorted(rng.shuffled(["a", "b", "c"])) == ["a", "b", "c"]


def test_each_order_of_magnitude_is_as_likely() -> None:
    rng = Rng(SEED, "a")

    drawn = [rng.magnitude(1e-6, 1e6) for _ in range(1000)]

    assert all(1e-6 <= number < 1e6 for number in drawn)
    assert 400 < sum(number < 1 for number in drawn) < 600


# --- comparing --------------------------------------------------------------------------------


def message_of(seen: Value, wanted: Tensor, **more: Value) -> str:
    """What a failed comparison says; empty when it holds."""
    try:
        expect_close(seen, wanted, "off", **more)
    except CheckFailed as failed:
        return str(failed)
    return ""


ONES = torch.ones(3)


@pytest.mark.parametrize(
    ("seen", "wanted", "says"),
    [
        (ONES, ONES, ""),
        (ONES + 1e-6, ONES, ""),
        (ONES + 1e-4, ONES, "off: element [0] is 1.0001, should be 1"),
        (torch.tensor([1.0, 2.0, 1.0]), ONES, "off: element [1] is 2, should be 1"),
        (torch.tensor(0.5), torch.tensor(0.25), "off: it is 0.5, should be 0.25"),
        (1.0, torch.tensor(1.0), "off: it is 1.0, should be a tensor"),
        (None, ONES, "off: it is None, should be a tensor"),
        ((ONES, None), ONES, "off: it is a tuple of 2, should be a tensor"),
        (ONES.int(), ONES, "off: its dtype is torch.int32, should be torch.float32"),
        (ONES.reshape(3, 1), ONES, "off: its shape is (3, 1), should be (3,)"),
        (ONES.double(), ONES, "off: its dtype is torch.float64, should be torch.float32"),
        (torch.tensor([nan]), torch.tensor([1.0]), "off: element [0] is nan, should be 1"),
        (torch.tensor([1.0]), torch.tensor([nan]), "off: element [0] is 1, should be nan"),
        (torch.tensor([nan, inf]), torch.tensor([nan, inf]), ""),
        (torch.tensor([-inf]), torch.tensor([inf]), "off: element [0] is -inf, should be inf"),
        (torch.tensor([3e38]), torch.tensor([inf]), "off: element [0] is 3e+38, should be inf"),
        (torch.tensor([2]), torch.tensor([1]), "off: element [0] is 2, should be 1"),
        (
            torch.tensor([1.0 + 2**-18]),
            torch.tensor([1.0]),
            "off: element [0] is 1.00000381, should be 1",
        ),
        (
            torch.tensor([1 + 1j]),
            torch.tensor([1 + 2j]),
            "off: element [0] is 1+1j, should be 1+2j",
        ),
        (torch.ones(0, 2), torch.ones(0, 2), ""),
    ],
    ids=range(20),
)
def test_a_comparison_names_the_first_difference(seen: Value, wanted: Tensor, says: str) -> None:
    assert message_of(seen, wanted) == says


def test_tolerance_follows_the_error_of_the_reference_in_the_same_dtype() -> None:
    exact = torch.tensor([1.0], dtype=torch.float64)
    coarse = torch.tensor([1.001], dtype=torch.float32)  # what float32 makes of it

    assert message_of(torch.tensor([1.01]), coarse, exact=exact) == ""
    assert message_of(torch.tensor([1.02]), coarse, exact=exact) != ""
    assert message_of(torch.tensor([1.01]), torch.tensor([1.0]), exact=exact) != ""


def test_an_overflow_in_the_answers_dtype_widens_no_tolerance() -> None:
    exact = torch.tensor([1e39, 1.0], dtype=torch.float64)
    wanted = exact.float()

    assert message_of(torch.tensor([inf, 1.0]), wanted, exact=exact) == ""
    assert message_of(torch.tensor([inf, 2.0]), wanted, exact=exact) != ""
    assert message_of(torch.tensor([1.0, 1.0]), wanted, exact=exact) != ""


@pytest.mark.parametrize(
    ("seen", "wanted", "same"),
    [
        (1, 1, True),
        (True, 1, False),
        (1.0, 1, False),
        (nan, nan, True),
        ([1, "a"], [1, "a"], True),
        ((1,), [1], False),
        (torch.tensor([nan, 1.0]), torch.tensor([nan, 1.0]), True),
        (torch.tensor([1.0000001]), torch.tensor([1.0]), False),
        (torch.tensor([True]), torch.tensor([True]), True),
        (torch.tensor([1]), torch.tensor([True]), False),
        (torch.tensor([0.0]), torch.tensor([-0.0]), False),
        ((torch.ones(2), 1), (torch.ones(2), 1), True),
        ((torch.ones(2), 1), (torch.zeros(2), 1), False),
    ],
    ids=range(13),
)
def test_equal_means_the_same_value_of_the_same_type(
    seen: Value, wanted: Value, *, same: bool
) -> None:
    if same:
        expect_equal(seen, wanted, "off")
    else:
        with pytest.raises(CheckFailed, match="off: "):
            expect_equal(seen, wanted, "off")


def test_a_failure_carries_its_example_as_python_text() -> None:
    with pytest.raises(CheckFailed) as caught:
        expect_equal(2, 1, "off", example={"x": torch.tensor([1.0, 0.123456]), "p": (2,)})

    assert caught.value.example == "{'x': torch.tensor([1.0, 0.12346]), 'p': (2,)}"


def test_a_long_example_is_cut() -> None:
    assert len(render_value(list(range(10_000)))) < 700


def test_a_check_is_declared_once_and_taken_once() -> None:
    take_declared()

    @check("one", "It does", core=True, points=2, hint=3)
    def one(_solution: Solution, _rng: Rng) -> None:
        fail("never")

    (made,) = take_declared()
    assert (made.name, made.title, made.core, made.points, made.hint) == (
        "one",
        "It does",
        True,
        2,
        3,
    )
    assert made.body is one
    assert take_declared() == []


def test_a_stream_counts_what_it_served_and_ends_at_its_limit() -> None:
    endless = Stream(iter(int, 1), limit=2)

    assert [endless.next() for _ in range(3)] == [(0,), (0,), ()]
    assert endless.pulled == 2


# --- remotes ----------------------------------------------------------------------------------


def never(_operation: str, _arguments: dict[str, Value]) -> Value:
    raise SolutionRaised("ValueError", "no", ["line 1"])


def test_expect_raises_holds_for_that_exception_alone() -> None:
    solution = Solution(never, lambda: None)

    expect_raises(lambda: solution.call("f"), "ValueError", "off")
    with pytest.raises(CheckFailed, match="off: it raised ValueError, should be TypeError"):
        expect_raises(lambda: solution.call("f"), "TypeError", "off")
    with pytest.raises(CheckFailed, match="off: it raised nothing, should be TypeError"):
        expect_raises(lambda: None, "TypeError", "off")


@pytest.mark.parametrize("answer", [None, 1, "ab", [1], [1, 2, 3], {1: 2}])
def test_an_answer_of_another_form_is_the_solutions_fault(answer: Value) -> None:
    thing = Remote(Connection(lambda _operation, _arguments: answer), Handle(1))
    solution = Solution(lambda _operation, _arguments: answer, lambda: None)

    for fetch in (
        thing.fetch_parameters,
        thing.fetch_grads,
        lambda: solution.fetch_all([thing, thing]),
    ):
        with pytest.raises(SolutionRaised, match="MalformedAnswer"):
            fetch()


def test_what_stayed_in_a_thrown_away_solver_cannot_be_used() -> None:
    def kept(_operation: str, arguments: dict[str, Value]) -> Value:
        return Handle(arguments["keep"], "Linear")

    solution = Solution(kept, lambda: None)
    remote = solution.call_there("Model")
    solution.restart()

    assert isinstance(remote, Remote)
    with pytest.raises(RuntimeError, match="thrown away"):
        remote.fetch()


# --- asking again -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "first", "agrees"),
    [
        (ONES + 1e-6, ONES, True),
        (ONES + 1e-4, ONES, False),
        (1e6 * ONES + 1.0, 1e6 * ONES, False),  # its own size allows nothing
        (torch.tensor([nan, 1.0, 1.0]), ONES, False),
        (torch.tensor([nan, 1.0, 1.0]), torch.tensor([nan, 1.0, 1.0]), True),
        (1.0, 1.0, True),
        (1.0, 2.0, False),
        (1.0, ONES, False),
        ((ONES, None), (ONES, None), True),
        ((ONES, None), (2 * ONES, None), False),
        ({"a": ONES}, {"a": ONES.double()}, False),
        ([ONES], [ONES, ONES], False),
        (torch.ones(2), torch.ones(2), True),  # of another shape than what is wanted
        (torch.ones(2), torch.ones(2) + 1e-6, False),
        (Remote(Connection(never), Handle(-1)), None, False),
    ],
    ids=range(15),
)
def test_two_answers_agree_within_the_rounding_of_what_is_right(
    seen: Value, first: Value, *, agrees: bool
) -> None:
    if agrees:
        expect_same(seen, first, "another answer", wanted=ONES)
    else:
        with pytest.raises(CheckFailed, match="another answer: "):
            expect_same(seen, first, "another answer", wanted=ONES)


def test_of_what_cannot_travel_two_answers_are_not_told_apart() -> None:
    connection = Connection(never)

    expect_same(Remote(connection, Handle(-1)), Remote(connection, Handle(-2)), "off", wanted=ONES)


# --- showing ----------------------------------------------------------------------------------


def test_no_more_is_written_out_than_is_render_value() -> None:
    endless = torch.empty(2**40, 0)
    mirrors = [[torch.zeros(2**20)] * 1000] * 1000

    assert render_value(endless, limit=20) == "torch.tensor([[], [] …"
    assert len(render_value(mirrors)) < 1000


def test_of_a_large_tensor_its_shape_is_shown_so_that_there_is_room_for_the_rest() -> None:
    value = {"x": torch.zeros(70, 70), "p": 3.0}

    assert render_value(value) == "{'x': <torch.float32 of shape (70, 70)>, 'p': 3.0}"


def test_a_value_is_shown_as_python() -> None:
    value = {"a": (1,), "b": [True, None], "c": torch.tensor([[1, 2]]), "d": torch.tensor(1e-7)}

    assert render_value(value) == (
        "{'a': (1,), 'b': [True, None], 'c': torch.tensor([[1, 2]], dtype=torch.int64),"
        " 'd': torch.tensor(1e-07)}"
    )
