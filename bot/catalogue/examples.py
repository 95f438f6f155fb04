"""The worked example of a task, run with the reference: what its comments say must be true.

A comment beside an expression, or below it, says what the expression gives: ``f(2)  # 4``. One that
names something says what that holds by then: ``step()  # p: [0.5]``. What a comment goes on to say
after the values is for people, and so is one that begins with none.
"""

import ast
import io
import math
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

SHOWN = "example>"
"""Begins each value that is printed."""

PRELUDE = "\nimport torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"
"""The names that a task may use without saying where they are from."""

_EXAMPLE = re.compile(r"\*\*Example.*?^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"^(?P<name>\w+): (?=[\[(\d-])")
_LABEL = re.compile(r"^\w+ +(?=[\[(\d-])")
_NUMBER = r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf|nan)"
_DTYPE = r"torch\.(?:u?int|b?float|bool|complex)\w*"
_WORD = rf"\b(?:True|False|None|{_DTYPE})\b|'[^']*'|\"[^\"]*\""
_TOKEN = re.compile(f"{_NUMBER}|{_WORD}")
_VALUES = re.compile(rf"(?:tensor\(|{_NUMBER}|{_WORD}|[\[\](){{}}:,\s])*")
_ABOUT_TENSORS = re.compile(
    r", (?:requires_grad=True|grad_fn=<[^>]*>|dtype=torch\.\w+|device='[\w:]+')|, size=\(.*?\)"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a comment of the example says.

    Attributes:
        code: The expression that it is about.
        says: The values that it says, as text.
    """

    code: str
    says: str


def example_of(task: str) -> str:
    """The code of a task's worked example; empty where it has none."""
    found = _EXAMPLE.search(task)
    return found[1] if found else ""


def claims_of(example: str) -> Sequence[Claim]:
    """What the comments of an example say of its expressions, in their order."""
    return [claim for _, claim in _statements(example) if claim is not None]


def showing(example: str) -> str:
    """The same example, printing each value of which something is said."""
    lines = [PRELUDE]
    for statement, claim in _statements(example):
        code = ast.unparse(statement)
        if claim is None or claim.code != code:  # else it is printed, and not worked out twice
            lines.append(code)
        if claim is not None:
            lines.append(f"print({SHOWN!r}, repr({claim.code}))")
    return "\n".join(lines) + "\n"


def example_problems(claims: Sequence[Claim], printed: str) -> Iterator[str]:
    """What the comments say that is not so.

    Args:
        claims: What they say.
        printed: What the example printed with the reference.
    """
    shown = printed.split(SHOWN)[1:]
    if len(shown) < len(claims):
        yield "The example of README.md does not run to its end with reference.py."
        return
    for claim, value in zip(claims, shown, strict=False):
        seen = _ABOUT_TENSORS.sub("", value).strip()
        if not _agree(_TOKEN.findall(claim.says), _TOKEN.findall(seen)):
            gives = " ".join(seen.split())
            yield f"README.md says “{claim.says}” of `{claim.code}`; the reference gives “{gives}”."


Comments: TypeAlias = Mapping[int, tuple[int, str]]
"""Each comment with its column, by the number of its line."""


def _comments(example: str) -> Comments:
    tokens = tokenize.generate_tokens(io.StringIO(example).readline)
    return {
        token.start[0]: (token.start[1], token.string.removeprefix("#").strip())
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _statements(example: str) -> Iterator[tuple[ast.stmt, Claim | None]]:
    comments = _comments(example)
    for statement in ast.parse(example).body:
        yield statement, _claim(statement, comments) if isinstance(statement, ast.Expr) else None


def _claim(statement: ast.Expr, comments: Comments) -> Claim | None:
    end = statement.end_lineno or statement.lineno
    said = [comments[end][1]] if end in comments else list(_below(end, comments))
    named = _NAMED.match(said[0]) if said else None
    says = " ".join(_LABEL.sub("", _NAMED.sub("", line)) for line in said)
    values = _VALUES.match(says)
    if not values or not _TOKEN.search(values[0]) or says[values.end() :].startswith("or "):
        return None
    return Claim(named["name"] if named else ast.unparse(statement), values[0].strip(" ,:"))


def _below(line: int, comments: Comments) -> Iterator[str]:
    """The comments that have the next lines to themselves."""
    while (line := line + 1) in comments and comments[line][0] == 0:
        yield comments[line][1]


def _agree(said: Sequence[str], seen: Sequence[str]) -> bool:
    return len(said) == len(seen) and all(map(_same, said, seen))


def _same(said: str, seen: str) -> bool:
    try:
        expected, found = float(said), float(seen)
    except ValueError:
        return said.strip("'\"") == seen.strip("'\"")
    if "." not in said:
        return expected == found or (math.isnan(expected) and math.isnan(found))
    digits = len(said.partition(".")[2])
    return math.isclose(expected, found, rel_tol=0.0, abs_tol=0.51 * 10.0**-digits)
