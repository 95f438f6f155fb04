"""Which rooms `bot/` has, and which of them imports which, read from the code itself."""

from collections.abc import Mapping
from pathlib import Path

import grimp

Arrows = Mapping[str, frozenset[str]]
"""For each room, the rooms that it imports."""

HALLS = frozenset({"chat", "services"})
"""Folders whose own folders are rooms."""


def room_of(module: str) -> str:
    """The room of a module by its dotted name: a folder of `bot/`, or of a hall in it.

    A module that lies flat in a hall belongs to the hall, and one flat in `bot/` is a room of its
    own; `__main__` only starts the command line.
    """
    parts = module.split(".")[1:]
    if parts == ["__main__"]:
        return "cli"
    depth = 2 if parts[0] in HALLS and len(parts) > 2 else 1
    return ".".join(parts[:depth])


def read_arrows(source: Path) -> Arrows:
    """Every room of the package at `source` and what it imports of the others."""
    package = source.name
    graph = grimp.build_graph(package, cache_dir=None)
    names = [name for name in sorted(graph.modules) if _holds_code(source, name)]
    arrows: dict[str, set[str]] = {room_of(name): set() for name in names}
    for name in names:
        imported = graph.find_modules_directly_imported_by(name) - {package}
        arrows[room_of(name)] |= {room_of(other) for other in imported} - {room_of(name)}
    return {room: frozenset(others) for room, others in sorted(arrows.items())}


def _holds_code(source: Path, module: str) -> bool:
    """Whether a module is one to draw: the empty `__init__.py` of a package is none."""
    path = source.joinpath(*module.split(".")[1:])
    file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    return module != source.name and bool(file.read_text())
