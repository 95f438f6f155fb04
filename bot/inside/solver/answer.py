"""Which statements of a file are the answer: those that its entry points need.

What stands beside them is not: a comparison with the library, a demonstration, another cell.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BLOCKS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match),
    *(ast.Try, ast.TryStar, ast.ExceptHandler),
)
_BODIES = ("body", "handlers", "orelse", "finalbody")


@dataclass
class Scope:
    """Names of a module, a function or a class, and what they stand for as far as that is known.

    Attributes:
        parent: Where names are looked up that are not bound here; None for the module.
        meanings: Dotted names that each name stands for.
        is_class: Functions inside do not see its names.
    """

    parent: "Scope | None" = None
    bound: frozenset[str] = frozenset()
    meanings: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    is_class: bool = False

    def owner(self, name: str) -> "Scope":
        """The scope that binds a name; the module for what is bound nowhere."""
        scope = self
        while name not in scope.bound and scope.parent is not None:
            scope = scope.parent
        return scope

    def inner(self, node: Function | ast.ClassDef) -> "Scope":
        """The scope of a function or class that stands in this one."""
        is_class = isinstance(node, ast.ClassDef)
        outer = self.parent if self.is_class and not is_class and self.parent else self
        return Scope(outer, frozenset(_bound_inside(node)), is_class=is_class)


@dataclass
class Answer:
    """The part of a file that its entry points need, in the order of the file.

    Attributes:
        entry: The names of the entry points.
        statements: Of the top level; a block's own head stands apart from what it holds.
        stars: Modules of which everything is imported, wherever that stands.
    """

    entry: tuple[str, ...]
    statements: list[ast.AST]
    stars: list[str]

    @staticmethod
    def of(tree: ast.Module, entry: Sequence[str]) -> "Answer":
        """Follow names from the entry points on, through all that binds or changes them."""
        statements = list(_unfolded(tree.body))
        makers = _makers(statements)
        needed, waiting, seen = set[int](), list(entry), set(entry)
        while waiting:
            for number in makers.get(waiting.pop(), ()):
                if number not in needed:
                    needed.add(number)
                    fresh = set(_needs(statements[number])) - seen
                    seen |= fresh
                    waiting.extend(fresh)
        stars = [module for statement in statements for module in _stars(statement)]
        return Answer(tuple(entry), [statements[number] for number in sorted(needed)], stars)


def bound_by(node: ast.AST) -> Iterator[str]:
    """Names that a statement binds where it stands, without those inside of functions."""
    for part in _outside_functions(node):
        match part:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield part.name
            case ast.Import() | ast.ImportFrom():
                yield from ((alias.asname or alias.name).split(".")[0] for alias in part.names)
            case ast.Name(ctx=ast.Store()):
                yield part.id
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name
            case _:
                pass


def is_main_guard(node: ast.AST) -> bool:
    """Whether it is ``if __name__ == "__main__":``, which is not run here."""
    match node:
        case ast.If(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right])):
            sides = (left, right)
            named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
            return named and any(
                isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
            )
        case _:
            return False


# --- statements of the top level --------------------------------------------------------------


def _unfolded(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Statements with those in blocks; a block's head comes before what it holds."""
    waiting = list(body)[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _BLOCKS):
            yield from _head(node)
            waiting.extend(reversed(_held(node)))
        else:
            yield node


def _head(node: ast.AST) -> Iterator[ast.AST]:
    """A block's own expressions, each as a statement."""
    match node:
        case ast.For() | ast.AsyncFor():
            yield ast.copy_location(ast.Assign([node.target], node.iter), node)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                target = [] if item.optional_vars is None else [item.optional_vars]
                yield ast.copy_location(ast.Assign(target, item.context_expr), node)
        case _:
            pass


def _held(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Match):
        return [statement for case in node.cases for statement in case.body]
    bodies = ("orelse",) if is_main_guard(node) else _BODIES
    return [statement for name in bodies for statement in getattr(node, name, ())]


def _makers(statements: Sequence[ast.AST]) -> dict[str, list[int]]:
    """Numbers of the statements that bind a name, or change what it stands for."""
    makers: dict[str, list[int]] = {}
    for number, statement in enumerate(statements):
        for name in {*bound_by(statement), *_changed(statement), *_global(statement)}:
            makers.setdefault(name, []).append(number)
    return makers


def _changed(statement: ast.AST) -> Iterator[str]:
    """``f.x = …``, ``f[x] = …`` and ``setattr(f, …)`` change `f`."""
    match statement:
        case ast.Assign(targets=targets):
            yield from map(_root, targets)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield _root(target)
        case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"), args=[changed, *_])):
            yield _root(changed)
        case _:
            pass


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _global(statement: ast.AST) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Global):
            yield from node.names


def _stars(statement: ast.AST) -> Iterator[str]:
    match statement:
        case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")]):
            yield module
        case _:
            pass


# --- names and their scopes -------------------------------------------------------------------


def _needs(statement: ast.AST) -> Iterator[str]:
    """Names of the module that a statement, or a function in it, reads."""
    module = Scope()
    for node, scope in scoped(statement, module):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if scope.owner(name) is module:
                yield name
            case _:
                pass


def scoped(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    """Every node under one, before those under it, in order, each with the scope it stands in."""
    waiting = [(node, scope)]
    while waiting:
        part, where = waiting.pop()
        yield part, where
        waiting.extend(reversed(list(_children(part, where))))


def _children(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield from ((child, scope) for child in ast.iter_child_nodes(node))
        return
    inside = scope.inner(node)
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    held = set(map(id, body))
    for child in ast.iter_child_nodes(node):
        yield child, inside if id(child) in held else scope


def _bound_inside(node: Function | ast.ClassDef) -> Iterator[str]:
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    names = {name for statement in body for name in bound_by(statement)}
    declared = {
        name
        for statement in body
        for part in _outside_functions(statement)
        if isinstance(part, (ast.Global, ast.Nonlocal))
        for name in part.names
    }
    if not isinstance(node, ast.ClassDef):
        names.update(argument.arg for argument in parameters(node))
    yield from names - declared


def parameters(node: Function) -> list[ast.arg]:
    """A function's parameters, in order."""
    given = node.args
    special = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *special]


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and the nodes under it, without what stands in functions and classes there."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, (*FUNCTIONS, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(part))
