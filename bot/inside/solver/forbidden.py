"""Which forbidden names an answer uses, found without running it. Standard library only.

It follows assignments, imports and re-exports for as long as they are plain. That teaches, and is
no boundary: a name that is put together at run time is not found.
"""

import ast
import builtins
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType

from bot.inside.solver.answer import Answer, Scope, bound_by, scoped

METHODS_OF = "torch.Tensor."
"""A forbidden name under this stands for the method on whatever object: nobody knows types here."""

BACK_DOORS = ("torch.ops.", "torch._")
"""What lies under these has the name that it has in public."""

PASSES = 3
"""An alias of an alias that stands below its use needs one more; nobody writes three."""

MAX_PARTS = 12
MAX_MEANINGS = 8
"""Of one name: what is longer, or means more, is no plain alias, and would take time to follow."""

IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module"})
_ROWS = (ast.Tuple, ast.List)
GETTER = "builtins.getattr"


@dataclass
class Meanings:
    """What the names of an answer stand for, as dotted names: ``nn`` for ``torch.nn``."""

    answer: Answer
    forbidden: Sequence[str]
    _module: Scope = field(init=False)
    _attributes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _objects: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        names = (name for part in self.answer.statements for name in bound_by(part))
        self._module = Scope(bound=frozenset(names))
        found = ((_Found.under(name).value, name) for name in self.forbidden)
        self._objects = {id(value): name for value, name in found if value is not None}

    def used(self) -> tuple[int, str] | None:
        """Line and name of the first forbidden name that the answer uses."""
        nodes = [part for each in self.answer.statements for part in scoped(each, self._module)]
        for _ in range(PASSES):
            for node, scope in nodes:
                self._learn(node, scope)
        return min(self._uses(nodes), default=None)

    # --- what is forbidden --------------------------------------------------------------------

    def _uses(self, nodes: Sequence[tuple[ast.AST, Scope]]) -> Iterator[tuple[int, str]]:
        for node, scope in nodes:
            if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
                yield from self._forbidden_at(node.lineno, self._meant(node, scope))
                if isinstance(node, ast.Attribute):
                    yield from self._methods(node, scope)
            elif isinstance(node, ast.Call):
                yield from self._forbidden_at(node.lineno, self._meant(node, scope))
            else:
                yield from self._entries(node, scope)

    def _entries(self, node: ast.AST, scope: Scope) -> Iterator[tuple[int, str]]:
        """An entry point that is itself another name of something."""
        if scope is self._module and isinstance(node, (ast.Import, ast.ImportFrom)):
            for name in set(bound_by(node)).intersection(self.answer.entry):
                yield from self._forbidden_at(node.lineno, scope.meanings.get(name, set()))

    def _forbidden_at(self, line: int, meanings: set[str]) -> Iterator[tuple[int, str]]:
        for meaning in meanings:
            found = self._forbidden(meaning)
            if found:
                yield line, found

    def _forbidden(self, meaning: str) -> str:
        found = _Found.under(meaning)
        for name in self.forbidden:
            if _within(meaning, name) or _within(found.name, name) or found.is_re_exported(name):
                return name
            if meaning.startswith(BACK_DOORS) and _last(name) in meaning.split("."):
                return name
        return self._objects.get(id(found.value), "")

    def _methods(self, node: ast.Attribute, scope: Scope) -> Iterator[tuple[int, str]]:
        """A forbidden method, on whatever object but the learner's own."""
        own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        name = METHODS_OF + node.attr
        if name in self.forbidden and not own and not self._meant(node.value, scope):
            yield node.lineno, name

    # --- what names stand for -----------------------------------------------------------------

    def _learn(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                for name, meaning in _imported(node):
                    _add(scope.owner(name).meanings, name, {meaning})
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, value, scope)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, value, scope)
            case _:
                pass

    def _bind(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        if isinstance(target, _ROWS) and isinstance(value, _ROWS):
            for each, part in zip(target.elts, value.elts, strict=False):
                self._bind(each, part, scope)
            return
        meanings = self._meant(value, scope)
        match target:
            case ast.Name(id=name):
                _add(scope.owner(name).meanings, name, meanings)
                if scope.is_class:
                    _add(self._attributes, name, meanings)
            case ast.Attribute(attr=name):
                _add(self._attributes, name, meanings)
            case _:
                pass

    def _meant(self, node: ast.expr, scope: Scope, parts: int = MAX_PARTS) -> set[str]:
        """Dotted names that an expression stands for; none for what is no plain alias."""
        if not parts:
            return set()
        match node:
            case ast.Name(id=name):
                return self._named(name, scope)
            case ast.Attribute(value=value, attr=name):
                return self._attribute(value, name, scope, parts)
            case ast.Call(func=function, args=arguments):
                return self._called(function, arguments, scope, parts)
            case ast.IfExp(body=one, orelse=other):
                return self._meant(one, scope, parts - 1) | self._meant(other, scope, parts - 1)
            case ast.BoolOp(values=[one, other]):
                return self._meant(one, scope, parts - 1) | self._meant(other, scope, parts - 1)
            case ast.NamedExpr(value=value):
                return self._meant(value, scope, parts - 1)
            case _:
                return set()

    def _named(self, name: str, scope: Scope) -> set[str]:
        owner = scope.owner(name)
        if name in owner.bound:
            return owner.meanings.get(name, set())
        stars = self.answer.stars[:MAX_MEANINGS]
        starred = {f"{star}.{name}" for star in stars if _exports(star, name)}
        return starred or ({f"builtins.{name}"} if hasattr(builtins, name) else set())

    def _attribute(self, value: ast.expr, name: str, scope: Scope, parts: int) -> set[str]:
        owners = self._meant(value, scope, parts - 1)
        return _joined(owners, name) or self._attributes.get(name, set())

    def _called(
        self, function: ast.expr, arguments: Sequence[ast.expr], scope: Scope, parts: int
    ) -> set[str]:
        """What ``getattr(torch.nn, "utils")`` and ``__import__("torch.nn")`` give."""
        called = self._meant(function, scope, parts - 1)
        match arguments:
            case [value, ast.Constant(value=str(name)), *_] if GETTER in called:
                return _joined(self._meant(value, scope, parts - 1), name)
            case [ast.Constant(value=str(name)), *_] if called & IMPORTERS:
                return {name, name.partition(".")[0]}
            case _:
                return set()


@dataclass(frozen=True, slots=True)
class _Found:
    """What really lies under a dotted name, as far as it has been imported.

    Attributes:
        name: The dotted name, by way of the modules' own names.
        value: The object; None where there is none, or nobody knows it.
    """

    name: str
    value: object
    module: str

    @staticmethod
    def under(dotted: str) -> "_Found":
        """Follow a dotted name through the modules that are there; nothing is imported."""
        name, value, module = "", None, ""
        for part in dotted.split("."):
            module, joined = name, f"{name}.{part}" if name else part
            held = vars(value).get(part) if isinstance(value, ModuleType) else None
            value = held if held is not None else sys.modules.get(joined)
            name = value.__name__ if isinstance(value, ModuleType) else joined
        return _Found(name, value, module)

    def is_re_exported(self, forbidden: str) -> bool:
        """Whether it was written in a forbidden module, and another one hands it on.

        A package is the front door of the modules in it: ``torch.nn.Linear`` may be used where
        ``torch.nn.modules`` may not.
        """
        home = getattr(self.value, "__module__", None) if self.value is not None else None
        return isinstance(home, str) and _within(home, forbidden) and not _within(home, self.module)


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _add(meanings: dict[str, set[str]], name: str, more: set[str]) -> None:
    known = meanings.setdefault(name, set())
    for meaning in sorted(more)[: MAX_MEANINGS - len(known)]:
        known.add(meaning)


def _joined(owners: set[str], name: str) -> set[str]:
    return {f"{owner}.{name}" for owner in owners if owner.count(".") < MAX_PARTS}


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    for alias in node.names:
        first = alias.name.split(".")[0]
        if isinstance(node, ast.Import):
            yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif node.module and not node.level:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _exports(module: str, name: str) -> bool:
    """Whether ``from module import *`` gives a name; yes where the module is not known."""
    found = sys.modules.get(module)
    if found is None:
        return not hasattr(builtins, name)
    public = vars(found).get("__all__")
    return name in public if public is not None else name in vars(found) and name[0] != "_"
