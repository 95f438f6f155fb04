"""Small faults made mechanically in a right solution: checks that let one through miss something.

One place is changed at a time, as a slip of the keyboard or of thought would: a comparison, an
operator, a number, a guard, an option, a statement, the first or last of a loop.
"""

import ast
import copy
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

from bot.domain.errors import CatalogueError

FILE = "mutants.toml"
"""In an exercise's folder: changed lines that are right all the same, and why."""

_SWAPS: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.FloorDiv: ast.Div,
}
_GUARDS = frozenset(
    {"abs", "clamp", "clamp_min", "clone", "contiguous", "detach", "double", "eval", "float"}
    | {"long", "square", "sqrt", "train"}
)
"""Methods that an answer may forget: what they are called on stands for what they give."""

Change: TypeAlias = Callable[[ast.AST], Iterator[ast.AST]]
"""What may stand in a node's place."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A solution with one change.

    Attributes:
        line: The changed statement's first line; what is gone, or never true any more,
            begins with ``no ``.
        source: The whole solution.
    """

    line: str
    source: str


def mutants_of(source: str) -> Iterator[Mutant]:
    """Every mutant of a solution, each once."""
    tree = ast.parse(source)
    _Unshared().visit(tree)
    seen = {ast.unparse(tree)}
    for number, node in enumerate(ast.walk(tree)):
        for change in _CHANGES:
            for place, _ in enumerate(change(node)):
                changed = _with_change(tree, number, change, place)
                if changed.source not in seen and not changed.line.isidentifier():
                    seen.add(changed.source)
                    yield changed


def excused(folder: Path) -> Mapping[str, str]:
    """Lines that an exercise excuses, each with its reason; none without a file.

    Raises:
        CatalogueError: The file is malformed.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path} is no TOML: {error}.") from error
    if not all(isinstance(reason, str) and reason for reason in found.values()):
        raise CatalogueError(f"{path} needs a reason in quotes for each line.")
    return cast("dict[str, str]", found)


def _with_change(tree: ast.Module, number: int, change: Change, place: int) -> Mutant:
    """The solution with the node of this number changed in one way."""
    changed = copy.deepcopy(tree)
    nodes = list(ast.walk(changed))
    old = nodes[number]
    new = list(change(old))[place]
    statement = _statement_around(nodes, old)
    is_gone = isinstance(new, ast.Pass | ast.If)
    gone = f"no {_first_line(statement)}" if is_gone else ""
    _Replacing(old, new).visit(changed)
    now = new if statement is old else statement
    source = ast.unparse(ast.fix_missing_locations(changed))
    return Mutant(gone or _first_line(now), source)


def _first_line(statement: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(statement)).partition("\n")[0]


def _statement_around(nodes: list[ast.AST], inner: ast.AST) -> ast.AST:
    """The innermost statement that holds a node."""
    holding = [
        node for node in nodes if isinstance(node, ast.stmt) and inner in list(ast.walk(node))
    ]
    return holding[-1] if holding else inner


class _Unshared(ast.NodeTransformer):
    """Gives each place an operator of its own: a parsed tree has one node for all of a kind."""

    def visit(self, node: ast.AST) -> ast.AST:
        is_operator = isinstance(node, ast.operator | ast.cmpop | ast.boolop | ast.unaryop)
        return type(node)() if is_operator else self.generic_visit(node)


@dataclass
class _Replacing(ast.NodeTransformer):
    old: ast.AST
    new: ast.AST

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


# --- the changes ------------------------------------------------------------------------------


def _swapped(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.operator | ast.cmpop | ast.boolop) and type(node) in _SWAPS:
        yield _SWAPS[type(node)]()


def _without_sign(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _another_number(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(value=not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(value=node.value + 1)


def _unguarded(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If):
        yield ast.If(test=ast.Constant(value=False), body=node.body, orelse=node.orelse)
    called = node.func if isinstance(node, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr in _GUARDS:
        yield called.value


def _without_option(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call):
        for place in range(len(node.keywords)):
            keywords = node.keywords[:place] + node.keywords[place + 1 :]
            yield ast.Call(func=node.func, args=node.args, keywords=keywords)


def _without_statement(node: ast.AST) -> Iterator[ast.AST]:
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Expr | ast.AugAssign) and not is_docstring:
        yield ast.Pass()


def _without_first_or_last(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.For):
        for part in ("[1:]", "[:-1]"):
            shorter = ast.parse(f"list(_){part}", mode="eval").body
            cast("ast.Call", cast("ast.Subscript", shorter).value).args = [node.iter]
            yield ast.For(target=node.target, iter=shorter, body=node.body, orelse=node.orelse)


_CHANGES: tuple[Change, ...] = (
    _swapped,
    _without_sign,
    _another_number,
    _unguarded,
    _without_option,
    _without_statement,
    _without_first_or_last,
)
