"""What the worked example of a task says of itself, and whether it is true."""

import contextlib
import io

import pytest

from bot.catalogue.examples import claims_of, example_of, example_problems, showing

TASK = """
```python
def double(x) -> Tensor
```

**Example**

```python
x = torch.ones(2)  # two of them
double(x)  # tensor([2., 2.])
```
"""


def shown(example: str, **names: object) -> str:
    """What it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(showing(example), names)  # noqa: S102  # our own
    return printed.getvalue()


def problems(example: str, **names: object) -> list[str]:
    """What is not true of it."""
    return list(example_problems(claims_of(example), shown(example, **names)))


def test_example_is_the_code_below_its_label() -> None:
    assert example_of(TASK).startswith("x = torch.ones(2)")
    assert example_of("```python\ndef double(x)\n```\n") == ""


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ("f(2)  # 4", [("f(2)", "4")]),
        ("f(\n    2,\n)\n# [4, 5]", [("f(2)", "[4, 5]")]),
        ("f(2)\n# a [1, 2]\n# b [3]\nf(3)  # 9", [("f(2)", "[1, 2] [3]"), ("f(3)", "9")]),
        ("f(2)  # about 0.5", [("f(2)", "0.5")]),
        ("f(2)  # [1.0], as before; the second made it 1.5", [("f(2)", "[1.0]")]),
        ("step()  # p: [0.5]", [("p", "[0.5]")]),
        ("x = f(2)  # 4", []),
        ("f(2)  # nearly always 4", []),
        ("f(2)  # [1, 2] or [2, 1]", []),
        ("f(2)", []),
    ],
)
def test_comments_say_what_expressions_give(example: str, said: list[tuple[str, str]]) -> None:
    assert [(claim.code, claim.says) for claim in claims_of(example)] == said


@pytest.mark.parametrize(
    ("says", "gives"),
    [
        ("tensor([[2., 3.]])", "tensor([[2., 3.]], grad_fn=<MulBackward0>)"),
        ("tensor([2.])", "tensor([2.], device='cuda:0')"),
        ("[[1.0]]", "Parameter containing:\ntensor([[1.]], requires_grad=True)"),
        ("(2, 4)", "torch.Size([2, 4])"),
        ("0.0829", "0.08287"),
        ("torch.float64", "torch.float64"),
        ('("CrossEntropyLoss", {}, "int64", (8,))', "('CrossEntropyLoss', {}, 'int64', (8,))"),
        ("[None, True, inf]", "[None, True, inf]"),
        ("nan", "nan"),
    ],
)
def test_same_values_may_be_written_differently(says: str, gives: str) -> None:
    assert list(example_problems(claims_of(f"f()  # {says}"), f"example> {gives}")) == []


@pytest.mark.parametrize(
    ("says", "gives"),
    [
        ("tensor([2., 3.])", "tensor([2., 2.])"),
        ("[2, 3]", "[2]"),
        ("0.0829", "0.0840"),
        ("4", "5"),
        ("torch.float64", "torch.float32"),
        ("True", "None"),
        ("nan", "1.0"),
        ('"int64"', "'int32'"),
    ],
)
def test_other_values_are_told(says: str, gives: str) -> None:
    told = list(example_problems(claims_of(f"f()  # {says}"), f"example> {gives}"))
    assert told == [f"README.md says “{says}” of `f()`; the reference gives “{gives}”."]


def test_expression_is_worked_out_once_and_a_name_after_it() -> None:
    calls: list[int] = []

    def f() -> int:
        calls.append(1)
        return len(calls)

    assert problems("f()  # 1\nf()  # calls: [1, 1]", f=f, calls=calls) == []
    assert len(calls) == 2


def test_example_that_stops_half_way_is_told() -> None:
    claims = claims_of("f(1)  # 1\nf(2)  # 2")
    assert list(example_problems(claims, "example> 1")) == [
        "The example of README.md does not run to its end with reference.py."
    ]
