"""What is an answer, whatever door it comes through, and what is conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.submissions.source import reading
from bot.services.submissions.source.reading import Shape

CODE = "import torch\n\n\ndef clip(x):\n    return x * 2"
DOCUMENTED = 'def clip(x):\n    """Twice.\n    """\n    return x * 2'
CLIP = ["clip"]


def indented(text: str, blanks: str = "    ") -> str:
    return "\n".join(f"{blanks}{line}" if line else "" for line in text.split("\n"))


def prompts(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join((f">>> {first}", *(f"... {line}".rstrip() for line in rest)))


@pytest.mark.parametrize(
    "message",
    [
        CODE,
        f"```py\n{CODE}\n```",
        f"'''\n{CODE}\n'''",
        f'Mine:\n"""python\n{CODE}\n"""\nthanks',
        f"'''\n{DOCUMENTED}\n'''",
        f"\u00b4\u00b4\u00b4\n{CODE}\n\u00b4\u00b4\u00b4",
        f"\u2018\u2018\u2018\n{CODE}\n\u2019\u2019\u2019",
        f"`{CODE}`",
        f"Here: \n``{CODE}``",
        f"``\n{CODE}\n``",
        f"`python\n{CODE}\n`",
        f"`python\n{CODE}`",
        f"\n{CODE}\n",
        "\n".join(f"`{line}`" for line in CODE.split("\n")),
        indented(CODE),
        f"Here it is:\n\n{indented(CODE)}\n\nWhat do you say?",
        indented(CODE).lstrip(),
        indented(CODE, "\t"),
        prompts(CODE),
        f"My shell:\n{prompts(CODE)}\n>>> clip(1)\n2",
        f"```\n{prompts(CODE)}\n```",
        f"```pycon\n{prompts(CODE)}\n```",
        f"```py\n{CODE}\n```\nIt prints\n```\ntensor(2.)\n```",
        f"```\nTraceback (most recent call last):\nNameError: x\n```\nfixed\n```\n{CODE}\n```",
        f"```text\n{CODE}\n```",
    ],
    ids=range(25),
)
def test_the_answer_is_found(message: str) -> None:
    source = reading.of_message(message, CLIP)
    names: dict[str, object] = {}
    exec(compile(source.replace("import torch", ""), "submission.py", "exec"), names)  # noqa: S102  # our own words above

    clip = names["clip"]
    assert callable(clip)
    assert clip(2) == 4


def test_output_beside_tagged_code_is_left_out_and_helpers_are_not() -> None:
    message = "```\ndef helper(): ...\n```\n```py\ndef clip(x): ...\n```\n```\ntensor(1.)\n```"
    source = reading.of_message(message, CLIP)

    assert "helper" in source
    assert "tensor" not in source


@pytest.mark.parametrize(
    "message",
    [
        "Is `def clip(x)` meant to take tensors?",
        "> ```py\n> def clip(x): ...\n> ```\nWhy twice?",
        'I did\n```\nTraceback (most recent call last):\n  File "a.py", line 1, in clip\n```',
        "```\n$ pip install torch\nRequirement already satisfied\n```",
        "```\n(venv) ana@box:~$ python a.py\n```",
        "```bash\ndef\n```",
        "```\n  File \"submission.py\", line 3\n    def clip(x)\nSyntaxError: expected ':'\n```",
        "```\nValueError: no\n```",
        "```\ntensor([1., 2.])\n```",
        "```\nloss = 0.31 acc = 0.9\n```",
        "from what I see it is clip that returns twice",
        "",
    ],
)
def test_conversation_is_left_alone(message: str) -> None:
    assert reading.of_message(message, CLIP) == ""
    assert reading.shape_of(message, CLIP) is Shape.CONVERSATION


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        (f"Here it is:\n{CODE}", Shape.UNFENCED),
        (f"{CODE}\n\nWhat do you think of it?", Shape.UNFENCED),
        ("```py\nx.sum()\n```", Shape.INCOMPLETE),
        ("```\ndef clipp(x): ...\n```", Shape.INCOMPLETE),
        ("import torch\n\ndef clipp(x):\n    return x", Shape.INCOMPLETE),
        ("class A:\n    def clip(self): ...", Shape.INCOMPLETE),
        ("```py\nclass A:\n    def clip(self): ...\n```", Shape.INCOMPLETE),
    ],
)
def test_a_near_miss_is_told_from_conversation(message: str, shape: Shape) -> None:
    assert reading.of_message(message, CLIP) == ""
    assert reading.shape_of(message, CLIP) is shape


@pytest.mark.parametrize(
    "typed",
    [CODE, f"```py\n{CODE}\n```", f"Here:\n```\n{CODE}\n```", prompts(CODE), indented(CODE)],
    ids=range(5),
)
def test_form_file_and_message_read_the_same(typed: str) -> None:
    assert reading.of_form(typed, CLIP).strip() == CODE
    for name in ("clip.py", "message.txt", "notes.md"):
        assert reading.of_file(typed.encode(), name, CLIP).strip() == CODE


def test_a_fence_in_a_docstring_is_no_door() -> None:
    fence = "    ```python\n    def clip(x): ...\n    ```\n"
    code = f'def clip(x):\n    """Doc.\n\n{fence}    """\n    return x\n'

    assert reading.of_form(code, CLIP) == code
    assert reading.of_file(code.encode(), "clip.py", CLIP) == code
    assert reading.of_message(f"```py\n{code}```", CLIP) == code


@given(st.text("`~> \n\rpy-1.'\"x\u201c\u00a0%#:=", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    reading.of_message(text, ["x"])
    reading.shape_of(text, ["x"])
    reading.of_form(text, ["x"])
