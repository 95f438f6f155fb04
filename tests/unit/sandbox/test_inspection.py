"""What a source says of itself before any of it has run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inside.solver.inspection import inspect_source

STARTER = '''"""Clip gradients."""
import torch


def clip(parameters, max_norm):
    """Clip them.

    Args: parameters, max_norm.
    """
    raise NotImplementedError  # write this


class Scaler:
    """Scales."""
'''
CLIP = "torch.nn.utils.clip_grad_norm_"


def unattempted(source: str) -> bool:
    return inspect_source(source, starter=STARTER, forbidden=())["unattempted"]


def refused(source: str, *forbidden: str) -> list[object] | None:
    found = inspect_source(source, starter=STARTER, forbidden=forbidden)
    assert found["error"] is None
    return found["forbidden"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("  # write this", ""),
        ("\n\n\n", "\n"),
        ('"""Clip them.', '"""My own words.'),
        ('    """Scales."""\n', '    """Other."""\n'),
        ("    ", "  "),
        ("import torch", "# done?\nimport torch"),
    ],
)
def test_comments_docstrings_and_white_space_are_no_attempt(old: str, new: str) -> None:
    assert unattempted(STARTER.replace(old, new) if old else STARTER)


@pytest.mark.parametrize(
    "source", [STARTER.replace("raise NotImplementedError", "return 0"), STARTER + "x = 1\n", ""]
)
def test_any_other_code_is_an_attempt(source: str) -> None:
    assert not unattempted(source)


@pytest.mark.parametrize(
    ("source", "line"), [("x = (1\n", 1), ("def f():\nreturn 1\n", 2), ("\n\n  x = 1\n", 3)]
)
def test_a_syntax_error_is_said_with_its_line(source: str, line: int) -> None:
    error = inspect_source(source, starter=STARTER, forbidden=())["error"]

    assert error[0] == line
    assert error[1]


@pytest.mark.parametrize(
    "source",
    ["x\0y", "(" * 5000, "-" * 100_000 + "1", "+".join(["a"] * 50_000), "a" + ".b" * 20_000],
    ids=["null", "parentheses", "minus", "sum", "attributes"],
)
def test_source_that_breaks_the_parser_is_a_syntax_error(source: str) -> None:
    assert inspect_source(source, starter=STARTER, forbidden=())["error"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (f"import torch\n{CLIP}(1)", 2),
        ("import torch as t\n\nt.nn.utils.clip_grad_norm_(1)", 3),
        ("from torch import nn\nf = nn.utils.clip_grad_norm_", 2),
        ("from torch.nn import utils as u\nu.clip_grad_norm_(1)", 2),
        ("import torch.nn.utils as u\nu.clip_grad_norm_(1)", 2),
        ("from torch.nn.utils import clip_grad_norm_", 1),
        ("from torch.nn.utils import clip_grad_norm_ as c\nc(1)", 1),
        ("from torch.nn.utils import *\nclip_grad_norm_(1)", 1),
        ("def f():\n    from torch.nn import utils\n    utils.clip_grad_norm_(1)", 3),
    ],
)
def test_a_forbidden_name_is_found_under_every_alias(source: str, line: int) -> None:
    assert refused(source, CLIP) == [line, CLIP]


@pytest.mark.parametrize("name", ["sys", "gc", "inspect", "ctypes", "importlib", "subprocess"])
def test_some_modules_are_forbidden_in_every_exercise(name: str) -> None:
    assert refused(f"import {name}") == [1, name]
    assert refused(f"import torch\nfrom {name} import *") == [2, name]
    assert refused(f"__import__('{name}')") == [1, name]


def test_a_forbidden_package_forbids_what_is_in_it() -> None:
    assert refused("from torch.nn.utils.rnn import pad_sequence", "torch.nn.utils") == [
        1,
        "torch.nn.utils",
    ]


def test_a_forbidden_method_is_found_on_whatever_object() -> None:
    name = "torch.Tensor.softmax"

    assert refused("def f(x):\n    return (x + 1).softmax(-1)", name) == [2, name]
    assert refused("import torch\ntorch.Tensor.softmax(1)", name) == [2, name]
    assert refused("class A:\n    def f(self):\n        return self.softmax()", name) is None
    assert refused("import torch\ntorch.softmax(1)", name) is None


@pytest.mark.parametrize(
    "source",
    [
        "system = 1\nsystem.exit",
        "class sys:\n    x = 1",
        "import torch\ntorch.nn.utils.clip_grad_value_(1)",
        "import torch.nn.utils",
        "x = 'import sys'",
        "def clip_grad_norm_():\n    pass\n\nclip_grad_norm_()",
    ],
)
def test_other_names_are_allowed(source: str) -> None:
    assert refused(source, CLIP) is None


def test_the_first_line_of_several_is_told() -> None:
    assert refused("x = 1\nimport gc\nimport sys") == [2, "gc"]


def test_names_bound_at_top_level_are_told() -> None:
    source = (
        "import torch.nn as nn, os.path\na, (b, *c) = 1, (2, 3)\ndef f(): d = 1\nclass G: e = 1"
    )

    names = inspect_source(source, starter=STARTER, forbidden=())["names"]

    assert names == ["G", "a", "b", "c", "f", "nn", "os"]


@given(st.text(max_size=200))
def test_every_text_is_told_about(source: str) -> None:
    found = inspect_source(source, starter=STARTER, forbidden=(CLIP,))

    assert found.keys() == {"error", "unattempted", "forbidden", "names"}
