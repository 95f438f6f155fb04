"""What a source binds, told without parsing it."""

import pytest

from bot.services.submissions.source import definitions


@pytest.mark.parametrize(
    "source",
    [
        "def clip(x):\n    pass",
        "async  def clip(x): ...",
        "class clip(nn.Module):\n    pass",
        "class clip: ...",
        "clip = lambda x: x",
        "clip: Callable = f",
        "clip=f",
        "import torch\n\n@torch.no_grad()\ndef clip(x):\n    return x",
        "def clip(x:\n    return (",
        'x = """never closed\ndef clip(x):\n',
        "x = 'never closed\ndef clip(x):\n",
        "x = (\ndef clip(x):\n",
        "# don't\ndef clip(x): pass",
    ],
)
def test_a_top_level_binding_defines_its_name_even_beside_a_syntax_error(source: str) -> None:
    assert definitions.defines(source, ["clip"])


@pytest.mark.parametrize(
    "source",
    [
        "",
        "clip(x)",
        "clip == 3",
        "clip: Callable",
        "clip += 1",
        "clipped = 3",
        "def clip_all(): ...",
        "if x:\n    def clip(): ...",
        "class A:\n    def clip(self): ...",
        '"""\ndef clip(x):\n"""',
        "TEXT = '''\nclip = 3\n'''",
        "# def clip(x):",
        "Traceback (most recent call last):\n  in clip",
    ],
)
def test_anything_else_does_not_define_it(source: str) -> None:
    assert not definitions.defines(source, ["clip"])


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("# my answer\nimport torch\n\ndef clip(x):\n    return x\n", False),
        ("# my answer\nclass Clip:\n    pass\n", False),
        ("# pip install torch\nRequirement already satisfied: torch\n", True),
        ("$ python clip.py\nTrue\n", True),
        ('Traceback (most recent call last):\n  File "a", line 1, in clip\n', True),
    ],
)
def test_a_comment_before_code_is_no_prompt_of_a_shell(text: str, *, output: bool) -> None:
    assert definitions.is_output(text) is output


def test_every_entry_has_to_be_defined() -> None:
    source = "def a(): ...\nB = 3\n"

    assert definitions.defines(source, ["a", "B"])
    assert not definitions.defines(source, ["a", "B", "c"])
