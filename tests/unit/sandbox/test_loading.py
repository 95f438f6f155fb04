"""How a submission's top level is run: what stands beside the answer does not decide about it."""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from bot.inside.common.pipe import Pipe
from bot.inside.solver import loading as room
from bot.inside.solver.loading import Loading
from bot.inside.solver.raising import Raised
from bot.inside.solver.solver import Solver
from bot.wire.raised import KEYBOARD, NOT_IN_SANDBOX, STOPPED
from bot.wire.values import Value, decode

pytestmark = pytest.mark.torch

ANSWER = "def f(x=1):\n    return x\n"
ABSENT = frozenset(
    {"einops", "pandas", "jaxtyping", "seaborn", "tqdm", "wandb", "marimo", "google", "IPython"}
    | {"tensorboard"}
)


class Nowhere:
    """Finds nothing, and keeps others from looking."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse as Python does."""
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.fixture(autouse=True)
def _absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed here, these are not."""
    for name in [*sys.modules]:
        if name.partition(".")[0] in ABSENT:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Nowhere, *sys.meta_path])


def load(source: str, entry: Sequence[str] = ("f",)) -> Loading:
    loading = Loading(ModuleType("submission"))
    loading.load(source, entry)
    return loading


def made(source: str, name: str = "f") -> Callable[..., object]:
    return vars(load(source, (name,)).module)[name]


def refused(source: str, entry: Sequence[str] = ("f",)) -> Raised:
    with pytest.raises(Raised) as caught:
        load(source, entry)
    return caught.value


def raised(loading: Loading, *arguments: object) -> Raised:
    """What the judge is told when the answer is called."""
    try:
        vars(loading.module)["f"](*arguments)
    except BaseException as error:  # noqa: BLE001  # as the solver does
        return loading.describe(error)
    raise AssertionError("it raised nothing")


# --- what fails beside the answer -------------------------------------------------------------


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ("assert f(5) == 6, 'I typed six'\n", "Line {} raised AssertionError: I typed six."),
        ("open('checkpoint.pt')\n", "Line {} raised FileNotFoundError"),
        ("raise KeyboardInterrupt\n", "Line {} raised KeyboardInterrupt."),
        ("size = float(input('size? '))\n", "Line {}: nobody can type here."),
        ("class Odd(1): pass\n", "Line {} raised TypeError"),
        ("with open('checkpoint.pt') as file:\n    f(1)\n", "Line {} raised FileNotFoundError"),
        ("exit()\n", "Line {} raised SystemExit"),
    ],
)
def test_what_raises_beside_the_answer_is_passed_over_and_noted(
    beside: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(ANSWER + beside)(3) == 3
    assert said.format(3) in capsys.readouterr().out


def test_an_earlier_draft_that_fails_does_not_hide_the_answer() -> None:
    assert made(f"def f():\n    return total\n\nf()\n\n{ANSWER}")(4) == 4


def test_the_program_ends_where_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    made(f"{ANSWER}raise SystemExit(0)\nprint('later')\n")

    assert "later" not in capsys.readouterr().out


def test_not_many_words_are_made_of_many_failures(capsys: pytest.CaptureFixture[str]) -> None:
    made(ANSWER + "x.y\n" * 100 + f"raise ValueError('{'long ' * 1000}')\n")

    printed = capsys.readouterr().out
    assert printed.count("\n") == room.MAX_NOTES
    assert len(printed) < room.MAX_NOTES * (room.MAX_NOTE_CHARS + 40)


def test_a_note_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    made(f"{ANSWER}raise ValueError('one\\n\\n# two')\n")

    assert capsys.readouterr().out.count("\n") == 1


def test_without_the_answer_the_first_failure_is_told() -> None:
    error = refused("\nx = 1 / 0\ny = x\n")

    assert (error.kind, error.message) == ("ZeroDivisionError", "division by zero")
    assert error.lines == ["line 2, in <module>: x = 1 / 0"]


def test_the_failure_that_kept_the_answer_from_being_there_comes_first() -> None:
    error = refused("x = 1 / 0\n@later\ndef f(): pass\n")

    assert (error.kind, error.line) == ("NameError", 2)


def test_an_answer_that_is_nowhere_is_no_exception() -> None:
    assert "f" not in vars(load("x = 1\n").module)


@pytest.mark.parametrize("guard", ["__name__ == '__main__'", "'__main__' == __name__"])
def test_the_main_program_is_not_run(guard: str) -> None:
    assert made(f"{ANSWER}if {guard}:\n    f = None\n")(2) == 2


def test_line_numbers_and_sources_are_those_of_the_file() -> None:
    loading = load(f"x = 1\n\n\n{ANSWER}\n\ndef g():\n    return 1 / 0\n")

    assert inspect.getsource(vars(loading.module)["f"]) == ANSWER
    with pytest.raises(ZeroDivisionError) as caught:
        vars(loading.module)["g"]()
    assert loading.describe(caught.value).lines == ["line 9, in g: return 1 / 0"]


def test_statements_share_what_a_module_shares() -> None:
    source = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Size:\n    width: NotThere = 2\n"
        "count = 0\ndef f():\n    global count\n    count += 1\n    return count, Size().width\n"
        "f()\n"
    )

    assert made(source)() == (2, 2)


def test_a_future_of_a_later_cell_counts_for_the_whole_file() -> None:
    assert made("def f(x: NotThere = 1): return x\nfrom __future__ import annotations\n")() == 1


# --- names that were lost ---------------------------------------------------------------------


def test_a_name_that_was_lost_while_loading_is_told_with_its_cause() -> None:
    loading = load("scale = 1 / 0\ntwice = 2 * scale\ndef f(): return twice\n")

    assert raised(loading).message == (
        "name 'twice' is not defined, because while loading line 1 raised ZeroDivisionError:"
        " division by zero"
    )


def test_a_name_that_was_never_there_is_told_as_it_is() -> None:
    error = raised(load("def f(): return totl\n"))

    assert (error.kind, error.message) == ("NameError", "name 'totl' is not defined")
    assert error.lines == ["line 1, in f: def f(): return totl"]


def test_a_name_that_was_found_again_is_not_lost() -> None:
    loading = load("x = 1 / 0\nx = 1\ndel x\ndef f(): return x\n")

    assert raised(loading).message == "name 'x' is not defined"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("size = float(input())\ndef f(): return size\n", [KEYBOARD]),
        ("def f(): return input()\n", [KEYBOARD]),
        ("import pandas as pd\nn = len(pd.read_csv('x'))\ndef f(): return n\n", ["pandas"]),
        ("from my_tools import *\ndef f(): return helper()\n", ["my_tools"]),
    ],
)
def test_what_the_sandbox_lacks_is_told_as_the_cause(source: str, names: Sequence[str]) -> None:
    error = raised(load(source))

    assert (error.kind, error.names) == (NOT_IN_SANDBOX, tuple(names))


def test_an_exception_that_learner_code_made_up_is_told_as_it_is() -> None:
    error = raised(load("def f():\n    e = NameError('mine')\n    e.name = [e]\n    raise e\n"))

    assert (error.kind, error.message) == ("NameError", "mine")


class Rude(Exception):  # noqa: N818  # as learners name them
    def __str__(self) -> str:
        raise KeyboardInterrupt


def test_an_exception_that_cannot_be_told_is_survived() -> None:
    assert Raised.of(Rude()).told == "It raised Rude"


# --- time -------------------------------------------------------------------------------------


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LOADING_S", 0.05)
    monkeypatch.setattr(room, "AGAIN_S", 0.05)


@pytest.mark.usefixtures("_hurry")
@pytest.mark.parametrize(
    "training",
    [
        "while True: pass\n",
        "for _ in range(10**12): abs(1)\n",
        "def g():\n    while True:\n        try: g.x\n        except Exception: pass\ng()\n",
        "import torch\nwhile True: torch.ones(8).sum()\n",
    ],
)
def test_training_beside_the_answer_is_stopped(
    training: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before the answer and after it, one after the other."""
    assert made(training + ANSWER + training)(6) == 6
    assert capsys.readouterr().out.count("was stopped: it used more than 0.05 seconds") == 2


@pytest.mark.usefixtures("_hurry")
def test_a_library_is_imported_whole_however_long_that_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
    (tmp_path / "slow_library.py").write_text(f"{slow}whole = 6\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    assert made("import slow_library\ndef f(x): return slow_library.whole\n")(1) == 6
    assert "stopped" not in capsys.readouterr().out


@pytest.mark.usefixtures("_hurry")
def test_code_of_the_answer_that_runs_in_an_import_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    finder = "class Finder:\n    def find_spec(self, *names):\n        while True: pass\n"

    error = refused(f"import sys\n{finder}sys.meta_path.insert(0, Finder())\nimport x\n")

    assert error.kind == STOPPED


@pytest.mark.usefixtures("_hurry")
def test_a_file_that_never_comes_to_the_answer_is_told_where_it_was_stopped() -> None:
    error = refused("x = 1\nwhile True:\n    x += 1\n")

    assert error.kind == STOPPED
    assert error.line in {2, 3}


@pytest.mark.usefixtures("_hurry")
def test_time_is_limited_while_loading_alone() -> None:
    import time  # noqa: PLC0415  # the submission has its own

    f = cast("Callable[[], float]", made("import time\ndef f(): return time.process_time()\n"))
    end = time.process_time() + 0.3
    while f() < end:
        pass


# --- packages that are not there --------------------------------------------------------------


@pytest.mark.parametrize(
    "beside",
    [
        "import seaborn as sns\nsns.set(style='dark')\nsns.utils.x = 1\n",
        "import pandas as pd, einops\nframe = pd.read_csv('x.csv')\nframe['a'] = 1\n",
        "from google.colab import drive\ndrive.mount('/content/drive')\n",
        "import einops.layers.torch as layers\nfrom einops.layers.torch import Rearrange as R\n",
        "from pandas import *\nimport my_package.my_module\nfrom . import helper\n",
        "from .utils import *\nfrom ..tools import clip\n",
        "import torch.utils.tensorboard\nfrom torch.utils.tensorboard import SummaryWriter\n",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('ls')\n",
        "display(f(1))\nfrom IPython.display import clear_output\nclear_output(wait=True)\n",
        "import wandb\nwith wandb.init(project='x') as run:\n    run.log({'a': 1})\n",
        "breakpoint()\n",
    ],
)
def test_an_absent_package_beside_the_answer_changes_nothing(
    beside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made(ANSWER + beside)(7) == 7
    assert made(beside.replace("f(1)", "1") + ANSWER)(8) == 8
    assert "passed over" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "source",
    [
        (
            "from jaxtyping import Float\nimport torch\n"
            "def f(x: Float[torch.Tensor, 'a b'] | None = None) -> Float['a']: return 1\n"
        ),
        (
            "from jaxtyping import Float, jaxtyped\nfrom typing import Optional\n"
            "@jaxtyped(typechecker=None)\ndef f(x: Optional[Float['a b']] = None): return 1\n"
        ),
        "import jaxtyping as j\ndef f():\n    def g(x: j.Float['a']): return 1\n    return g(0)\n",
        "import einops\n@einops.jit\ndef f(): return 1\n",
        (
            "import marimo\napp = marimo.App()\nwith app.setup:\n    import torch\n"
            "@app.function\ndef f(): return int(torch.ones(1))\n"
        ),
        (
            "from tqdm.auto import tqdm, trange\n"
            "def f(): return sum(tqdm([0, 1], desc='x')) + sum(trange(1, leave=False))\n"
        ),
        (
            "import tqdm\ndef f():\n    with tqdm.tqdm(total=1) as bar:\n        bar.update(1)\n"
            "        bar.set_postfix(loss=1)\n    return len(tqdm.tqdm([1]))\n"
        ),
        (
            "import wandb, seaborn as sns\n"
            "def f():\n    wandb.log({'a': 1})\n    sns.lineplot([1]).set(x=1)\n    return 1\n"
        ),
        "u = __import__('torch.nn', fromlist=['x'])\ndef f(): return int(u.Linear is not None)\n",
        "import einops\ndef f(): return 1 if isinstance(1, einops.Tensor) is False else 0\n",
    ],
)
def test_an_answer_may_name_what_is_absent(source: str) -> None:
    assert made(source)() == 1


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import einops\ndef f():\n    return einops.rearrange(1, 'a')\n", ["line 3, in f"]),
        ("from einops import rearrange as r\ndef f():\n    return 2 * r(1)\n", ["line 3, in f"]),
        ("import einops\ne = einops.reduce(1)\ndef f():\n    return 2 * e\n", ["line 4, in f"]),
        ("import einops\ne = einops.x\ndef f():\n    for _ in e: pass\n", ["line 4, in f"]),
        ("import einops as e\nclass A(e.Module): pass\ndef f(): A(1)\n", ["line 3, in f"]),
        ("import torch, einops\ndef f(): torch.sum(einops.x)\n", ["line 2, in f"]),
        ("import torch, einops\ndef f(): torch.ones(1) @ einops.x\n", ["line 2, in f"]),
        ("def f():\n    import einops\n    einops.rearrange(1)\n", ["line 3, in f"]),
    ],
)
def test_an_answer_that_needs_what_is_absent_is_told_so(source: str, lines: Sequence[str]) -> None:
    error = raised(load(source))

    assert (error.kind, error.names) == (NOT_IN_SANDBOX, ("einops",))
    assert [line.partition(":")[0] for line in error.lines] == lines


def test_all_that_is_missing_is_named_at_once() -> None:
    source = "import pandas, wandb, jaxtyping, einops\ndef f(): einops.rearrange(1)\n"

    assert raised(load(source)).names == ("einops", "pandas", "jaxtyping")


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import einops\nexcept ImportError:\n    einops = None\ndef f(): return einops\n",
        (
            "try:\n    from einops import (\n        rearrange\n    )\n    there = 1\n"
            "except Exception:\n    there = None\ndef f(): return there\n"
        ),
    ],
)
def test_a_file_that_is_ready_for_its_absence_finds_it_absent(source: str) -> None:
    assert made(source)() is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import torch.nn.functionl as F", "No module named 'torch.nn.functionl'"),
        ("from torch.nn import Liner", "cannot import name 'Liner'"),
        ("from math import nothing", "cannot import name 'nothing'"),
    ],
)
def test_a_misspelt_name_of_what_is_there_is_told_as_python_does(line: str, message: str) -> None:
    error = raised(load(f"{line}\ndef f(): return {line.rsplit(maxsplit=1)[-1]}\n"))

    assert message in error.message
    assert "line 1 raised" in error.message


def test_stand_ins_are_for_the_submission_alone() -> None:
    load(f"import einops\n{ANSWER}")

    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("einops")


# --- by way of the solver ---------------------------------------------------------------------


def answers(source: str, *calls: tuple[str, Mapping[str, Value]]) -> dict[str, Value]:
    solver = Solver(Pipe(-1, -1))
    loading = ("load", {"source": source, "entry": ["f"]})
    asked = [[name, dict(arguments)] for name, arguments in (loading, *calls)]
    return decode(solver.answer({"id": 1, "calls": asked}))


CALL: tuple[str, Mapping[str, Value]] = (
    "call",
    {"target": None, "path": "f", "args": [], "kwargs": {}},
)


@pytest.mark.parametrize(
    "source",
    [
        "from einops import rearrange as f\n",
        "import einops\ndef f(): return einops.pack\n",
        "import einops\ndef f(): return [einops.pack]\n",
    ],
)
def test_a_stand_in_is_no_value(source: str) -> None:
    answer = answers(source, CALL)["raised"]

    assert (answer["type"], answer["names"]) == (NOT_IN_SANDBOX, ["einops"])


def test_a_solver_tells_what_kept_the_answer_from_being_there() -> None:
    assert answers("x = 1 / 0\n")["raised"] == {
        "type": "ZeroDivisionError",
        "message": "division by zero",
        "lines": ["line 1, in <module>: x = 1 / 0"],
    }
