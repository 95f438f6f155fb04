"""Which forbidden names an answer uses, and which only stand beside it."""

import sys
from collections.abc import Callable, Mapping
from types import FrameType

import pytest
import torch.nn.utils.clip_grad as home
from torch.nn.modules import activation

from bot.inside.solver.inspection import LEADS_AROUND, inspect_source

pytestmark = pytest.mark.torch

UTILS = "torch.nn.utils"
CLIP = "torch.nn.utils.clip_grad_norm_"
ATTENTION = "torch.nn.functional.scaled_dot_product_attention"
BODY = "\n\ndef clip(parameters):\n    return parameters\n"


def refused(source: str, *forbidden: str) -> list[object] | None:
    found = inspect_source(source, starter="x = 1", entry=("clip",), forbidden=forbidden)
    assert found["error"] is None
    return found["forbidden"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import torch\ndef clip(p): return torch.nn.utils.clip_grad_norm_(p, 1)", 2),
        ("import torch as t\n\ndef clip(p): return t.nn.utils.clip_grad_norm_(p, 1)", 3),
        ("from torch import nn\nf = nn.utils.clip_grad_norm_\ndef clip(p): return f(p, 1)", 2),
        ("from torch.nn import utils as u\ndef clip(p): u.clip_grad_norm_(p, 1)", 2),
        ("import torch.nn.utils as u\ndef clip(p): u.clip_grad_norm_(p, 1)", 2),
        ("from torch.nn.utils import clip_grad_norm_ as clip", 1),
        ("from torch.nn.utils import clip_grad_norm_ as c\nclip = c", 2),
        ("from torch.nn.utils import *\ndef clip(p): clip_grad_norm_(p, 1)", 2),
        ("def clip(p):\n    from torch.nn import utils\n    utils.clip_grad_norm_(p, 1)", 3),
        ("import torch\nnn = torch.nn\ndef clip(p): nn.utils.clip_grad_norm_(p, 1)", 3),
        ("import torch\nn, m = torch.nn, 1\ndef clip(p): n.utils.clip_grad_norm_(p, 1)", 3),
        ("import torch\ndef clip(p): (u := torch.nn.utils).clip_grad_norm_(p, 1)", 2),
        ("import torch\ndef clip(p): getattr(torch.nn, 'utils').clip_grad_norm_(p, 1)", 2),
        ("import torch\nget = getattr\ndef clip(p): get(torch.nn.utils, 'clip_grad_norm_')(p)", 3),
        ("u = __import__('torch.nn.utils', fromlist=['x'])\ndef clip(p): u.clip_grad_norm_(p)", 2),
        ("get = __import__\nu = get('torch')\ndef clip(p): u.nn.utils.clip_grad_norm_(p)", 3),
        (("import torch\nclass A:\n    u = torch.nn.utils\n    def f(self, p):\n"
         "        self.u.clip_grad_norm_(p)\ndef clip(p): A().f(p)"), 5),
        ("import torch\ndef clip(p): pass\nclip.f = torch.nn.utils.clip_grad_norm_", 3),
        ("import torch\ndef clip(p): pass\nsetattr(clip, 'f', torch.nn.utils.clip_grad_norm_)", 3),
        (("import torch\ndef clip(p): return helper(p)\ndef helper(p):\n"
         "    return torch.nn.utils.clip_grad_norm_(p, 1)"), 4),
        ("import torch\nif True:\n    def clip(p): torch.nn.utils.clip_grad_norm_(p, 1)", 3),
        (("try:\n    from torch.nn.utils import clip_grad_norm_\nexcept ImportError:\n    pass\n"
         "def clip(p): clip_grad_norm_(p, 1)"), 5),
        (("import torch\nlib = None\ndef start():\n    global lib\n    lib = torch.nn.utils\n"
         "def clip(p): lib.clip_grad_norm_(p)"), 6),
        (("import torch\nlib = torch.nn.utils if torch else None\n"
         "def clip(p): lib.clip_grad_norm_(p)"), 3),
        (("import torch\ndef clip(p):\n    def inner(): return torch.nn.utils.clip_grad_norm_(p)\n"
         "    return inner()"), 3),
    ],
)  # fmt: skip
def test_a_forbidden_name_is_found_under_every_plain_alias(source: str, line: int) -> None:
    assert refused(source, CLIP) == [line, CLIP]


@pytest.mark.parametrize(
    "beside",
    [
        "from torch.nn.utils import clip_grad_norm_",
        "from torch.nn.utils import *",
        "import torch\nprint(torch.nn.utils.clip_grad_norm_([], 1.0))",
        "import torch\nassert clip([]) == torch.nn.utils.clip_grad_norm_([], 1.0)",
        "import torch\ndef compare(p):\n    return clip(p) - torch.nn.utils.clip_grad_norm_(p, 1)",
        "import torch\nparameters = torch.nn.utils.clip_grad_norm_([], 1.0)",
        "import torch\nif __name__ == '__main__':\n    clip = torch.nn.utils.clip_grad_norm_",
        "import torch\nif '__main__' == __name__:\n    clip = torch.nn.utils.clip_grad_norm_",
        "import torch\ntry:\n    torch.nn.utils.clip_grad_norm_([], 1)\nfinally:\n    pass",
        "import gc, sys, inspect\nsys.settrace(None)\nprint(gc.get_objects())",
    ],
)
def test_what_stands_beside_the_answer_may_use_it(beside: str) -> None:
    assert refused(beside + BODY, UTILS) is None
    assert refused(BODY + beside, UTILS) is None


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ndef clip(p): torch.nn.utils.clip_grad_value_(p, 1)",
        "import torch.nn.utils\ndef clip(p): return p",
        "def clip(p): return 'torch.nn.utils.clip_grad_norm_'",
        "def clip_grad_norm_(p): pass\ndef clip(p): return clip_grad_norm_(p)",
        "import torch\ndef clip(utils): return utils.clip_grad_norm_(1)",
        "import torch\nfrom torch.nn import utils\ndef clip(utils): utils.clip_grad_norm_(1)",
        "import torch\ndef clip(p):\n    # torch.nn.utils.clip_grad_norm_ would do it\n    pass",
        "class A:\n    def clip_grad_norm_(self): pass\ndef clip(p): A().clip_grad_norm_()",
        "from .utils import clip_grad_norm_\ndef clip(p): clip_grad_norm_(p)",
    ],
)
def test_other_names_are_allowed(source: str) -> None:
    assert refused(source, CLIP) is None


@pytest.mark.parametrize("name", LEADS_AROUND)
def test_what_leads_around_every_exercise_is_forbidden_in_an_answer(name: str) -> None:
    package, _, function = name.partition(".")

    assert refused(f"import {package}\ndef clip(p):\n    return {name}.x", UTILS) == [3, name]
    if function:
        source = f"from {package} import {function}\ndef clip(p):\n    return {function}"
        assert refused(source, UTILS) == [3, name]


@pytest.mark.parametrize(
    "source",
    [
        "import sys\ndef clip(p): print(p, file=sys.stderr)",
        "import sys\ndef clip(p): return sys.maxsize, sys.float_info.eps",
        "import gc\ndef clip(p): gc.collect()",
        "from inspect import isfunction\ndef clip(p): return p() if isfunction(p) else p",
    ],
)
def test_what_honest_code_asks_of_them_is_allowed(source: str) -> None:
    assert refused(source) is None


def test_a_forbidden_package_forbids_what_is_in_it() -> None:
    source = "from torch.nn.utils.rnn import pad_sequence\ndef clip(p): pad_sequence(p)"

    assert refused(source, UTILS) == [2, UTILS]


def test_a_forbidden_method_is_found_on_whatever_object() -> None:
    name = "torch.Tensor.softmax"

    assert refused("def clip(x):\n    return (x + 1).softmax(-1)", name) == [2, name]
    assert refused("import torch\ndef clip(x): torch.Tensor.softmax(x)", name) == [2, name]
    assert refused("class clip:\n    def f(self):\n        return self.softmax()", name) is None
    assert refused("import torch\ndef clip(x): torch.softmax(x)", name) is None


def test_the_first_line_of_several_is_told() -> None:
    source = "import gc, sys\ndef clip(p):\n    gc.get_objects()\n    sys.settrace(None)"

    assert refused(source) == [3, "gc.get_objects"]


@pytest.mark.parametrize(
    "name",
    [
        "torch._C._nn.scaled_dot_product_attention",
        "torch.ops.aten.scaled_dot_product_attention",
        "torch.ops.aten.scaled_dot_product_attention.default",
        "torch.nn.modules.transformer.F.scaled_dot_product_attention",
        "torch.optim.optimizer.torch.nn.functional.scaled_dot_product_attention",
    ],
)
def test_a_library_has_other_doors_to_what_is_forbidden(name: str) -> None:
    assert refused(f"import torch\ndef clip(q):\n    return {name}(q)", ATTENTION) == [3, ATTENTION]


def test_what_another_module_hands_on_is_found() -> None:
    source = "from torch.handing import on\ndef clip(p):\n    return on(p)"
    handing = type(sys)("torch.handing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch.handing", handing)
        handing.__dict__["on"] = home.clip_grad_norm_
        assert refused(source, UTILS) == [3, UTILS]
        handing.__dict__["on"] = activation.MultiheadAttention
        assert refused(source, "torch.nn.MultiheadAttention") == [3, "torch.nn.MultiheadAttention"]


def test_a_package_may_hand_on_what_is_forbidden_further_in() -> None:
    source = "from torch import nn\ndef clip(p): return nn.Linear(2, 2), nn.Parameter(p)"

    assert refused(source, "torch.nn.modules") is None


def test_a_star_stands_for_what_is_used_of_it() -> None:
    source = "from torch.nn import *\ndef clip(p): return {}(2, 2)"

    assert refused(source.format("Linear"), "torch.nn.MultiheadAttention") is None
    assert refused(source.format("MultiheadAttention"), "torch.nn.MultiheadAttention") == [
        2,
        "torch.nn.MultiheadAttention",
    ]


def steps(source: str) -> int:
    """How many functions are called to inspect a source."""
    count = 0

    def called(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(called)
    try:
        refused(source, UTILS, ATTENTION)
    finally:
        sys.setprofile(None)
    return count


SHAPES: Mapping[str, Callable[[int], str]] = {
    "aliases": lambda n: (
        "import torch\na0 = torch.nn\n"
        + "".join(f"a{i + 1} = a{i}\n" for i in range(n))
        + f"def clip(p): return a{n}.utils"
    ),
    "meanings": lambda n: (
        "import torch\n" + "".join(f"a = torch.x{i}\n" for i in range(n)) + "a.b\n"
        "def clip(p): return a"
    ),
    "stars": lambda n: (
        "".join(f"from m{i} import *\n" for i in range(n))
        + f"def clip(p): return {', '.join(f'x{i}' for i in range(n))}"
    ),
    "chains": lambda n: f"def clip(p): return {', '.join(['p' + '.a' * 90] * (n // 10))}",
    "functions": lambda n: (
        "def clip(p): f0()\n" + "".join(f"def f{i}(): return f{i + 1}()\n" for i in range(n))
    ),
    "lambdas": lambda n: f"def clip(p): return {', '.join(['lambda: ' * 40 + 'p'] * (n // 10))}",
    "choices": lambda n: f"def clip(p): return [{', '.join(['(p or (p or (p or p))).a'] * n)}]",
    "rebound": lambda n: "def clip(p): return x\n" + "x = y\ny = x\n" * n,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_looking_takes_time_in_proportion_to_the_length(shape: str) -> None:
    source = SHAPES[shape]

    assert steps(source(100)) < 2.6 * steps(source(50))
