"""One source of several parts, every line named as its author sees it."""

import pytest

from bot.domain.parts import Parts
from bot.services.submissions.source.whole import Part, cell_part, joined, plain_python


def test_no_code_joins_to_nothing() -> None:
    assert joined(()) == ""
    assert joined((Part("block 1", " \n"), Part("block 2", "", "bash"))) == ""


def test_a_single_part_stays_as_it_is() -> None:
    assert joined((Part("block 1", "\n\nx = 1"),)) == "\n\nx = 1\n"


def test_each_of_several_parts_begins_with_its_name() -> None:
    source = joined((Part("block 1", "x = 1\n"), Part("block 3", "\ny = 2")))

    assert source == "# --- block 1 ---\nx = 1\n\n# --- block 3 ---\n\ny = 2\n"
    assert Parts.of(source).where(6) == "block 3, line 2"


def test_a_line_from_outside_is_no_mark() -> None:
    source = joined([Part("", plain_python("# --- cell 7 ---\nx = 1\n# --- line 900 ---\ny = 2"))])

    assert Parts.of(source).where(4) == "line 4"


# --- dialects ---------------------------------------------------------------------------------


def test_what_marimo_saves_becomes_plain_code_with_the_same_lines() -> None:
    text = (
        "import marimo\n\n__generated_with = '0.9'\napp = marimo.App(\n    width='medium',\n)\n\n"
        "with app.setup(hide_code=True):\n    import math\n\n\n"
        "@app.cell(hide_code=True)\ndef _(mo):\n    mo.md('''\n    text\n    ''')\n    return\n\n\n"
        "@app.cell\ndef _():\n    def clip(x):\n        return math.sqrt(x)\n    return (clip,)\n"
        "@app.function\ndef double(x):\n    return 2 * x\n\n\n"
        "if __name__ == '__main__':\n    app.run()\n"
    )
    plain = plain_python(text)
    names: dict[str, object] = {"mo": type("mo", (), {"md": staticmethod(str)})}
    exec(compile(plain, "submission.py", "exec"), names)  # noqa: S102  # our own words above

    assert plain.count("\n") == text.count("\n")
    assert {"clip", "double", "math"} <= names.keys()
    assert "\ndef clip(x):\n    return" in plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("!pip install einops\nx = 1\n", "# !pip install einops\nx = 1\n"),
        ("pip install einops\nx = 1\n", "# pip install einops\nx = 1\n"),
        (
            "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1\n",
            "# get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1\n",
        ),
        (
            "if x:\n    get_ipython().system('ls')\n",
            "if x:\n    pass  # get_ipython().system('ls')\n",
        ),
        (
            "get_ipython().run_cell_magic('time', '', 'x = 1\\ny = \"a\"\\n')\nz = 3\n",
            '# %%time \nx = 1\ny = "a"\n\nz = 3\n',
        ),
        (
            "get_ipython().run_cell_magic('bash', '', 'ls\\n')\nz = 3\n",
            "# get_ipython().run_cell_magic('bash', '', 'ls\\n')\nz = 3\n",
        ),
        (
            "# %%\nx = 1\n# %%\n%%bash\nls\n\n#%%\ny = 2\n",
            "# %%\nx = 1\n# %%\n# %%bash\n# ls\n\n#%%\ny = 2\n",
        ),
        (">>> def f(x):\n...     return x\n...\n>>> f(1)\n1\n", "def f(x):\n    return x\n\nf(1)"),
        (
            "In [1]: def f(x):\n   ...:     return x\n   ...: \n\nIn [2]: f(1)\nOut[2]: 1",
            "def f(x):\n    return x\n\n\nf(1)",
        ),
        ('Python 3.12.1 (main) on linux\nType "help" for more\n>>> x = 1\n', "\n\nx = 1"),
    ],
)
def test_every_dialect_becomes_python(text: str, plain: str) -> None:
    assert plain_python(text) == plain


def test_prompts_in_a_docstring_stay() -> None:
    text = 'def f(x):\n    """Doc.\n\n    >>> f(1)\n    1\n    """\n    return x\n'

    assert plain_python(text) == text


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("%%wandb\ndef f(x):\n    return x", ""),
        ("%%my_magic --fast\nx = 1", ""),
        ("%%time\n%%wandb\nx = 1", ""),
        ("%%writefile clip.py\nx = 1", ""),
        ("%%writefile config.yaml\nx: 1", "writefile"),
        ("%%time\n%%bash\nls", "bash"),
        ("%%mystery\nsome words of another language", "mystery"),
        ("%%!\nls", "!"),
    ],
)
def test_a_cell_magic_keeps_a_body_that_is_python(text: str, left_out: str) -> None:
    part = cell_part("cell 1", text, "")

    assert part.left_out == left_out
    assert bool(part.text) is not bool(left_out)
