"""Answers that do nothing, made from a starter: what they pass is worth nothing."""

import ast
from collections.abc import Iterator, Mapping, Sequence

BODIES: Mapping[str, str] = {
    "raises an exception": "raise NotImplementedError",
    "returns nothing": "return None",
    "returns 1": "return 1",
    "returns 0.0": "return 0.0",
    "returns tensor(0.0)": "return __import__('torch').tensor(0.0)",
    "returns its first argument": "return {first}",
}
"""What each function of the answer does instead, by how it is called in a sentence."""

_BARE = "def {name}(first=None, *rest, **named): pass"
_PRINTS = "\nprint('nothing has changed')\n"

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def trivial_answers(starter: str, entry: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What each answer does, as the end of a sentence, and its source.

    The starter's functions and classes keep their signatures and get other bodies; a class keeps
    its `__init__`. The last answer is the starter with a line that does nothing to it.

    Args:
        starter: What a learner is given.
        entry: The names that an answer has to define.
    """
    for what, body in BODIES.items():
        yield what, _with_bodies(starter, entry, body)
    yield "is the starter", starter + _PRINTS


def _with_bodies(starter: str, entry: Sequence[str], body: str) -> str:
    tree = ast.parse(starter)
    bound = {node.name for node in tree.body if isinstance(node, ast.ClassDef | _Function)}
    for name in entry:
        if name not in bound:
            tree.body += ast.parse(_BARE.format(name=name)).body
    for function in _functions(tree, entry):
        function.body = ast.parse(body.format(first=_first(function))).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _functions(tree: ast.Module, entry: Sequence[str]) -> Iterator[_Function]:
    """The entry's functions, and the methods of its classes but for `__init__`."""
    for node in tree.body:
        if isinstance(node, _Function) and node.name in entry:
            yield node
        elif isinstance(node, ast.ClassDef) and node.name in entry:
            methods = (part for part in node.body if isinstance(part, _Function))
            yield from (method for method in methods if method.name != "__init__")


def _first(function: _Function) -> str:
    """The name of what it is given first, `self` aside."""
    names = [argument.arg for argument in function.args.args if argument.arg != "self"]
    return names[0] if names else "None"
