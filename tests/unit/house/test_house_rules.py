"""What no linter holds about the source itself."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
HOSTILE = ROOT / "tests" / "integration" / "sandbox" / "hostile"
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if HOSTILE not in path.parents)
EVERYWHERE = {"bot", "structlog", "typing_extensions"}


def imported_packages(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Import():
                yield from (alias.name.partition(".")[0] for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
            case _:
                pass


def test_every_init_file_is_empty() -> None:
    assert [path for path in SOURCES if path.name == "__init__.py" and path.read_text()] == []


def test_domain_imports_nothing_but_the_standard_library_and_itself() -> None:
    allowed = sys.stdlib_module_names | {"bot"}

    foreign = {
        package
        for source in (ROOT / "bot" / "domain").rglob("*.py")
        for package in imported_packages(source)
        if package not in allowed
    }

    assert foreign == set()


def test_every_library_that_is_imported_has_its_home_declared() -> None:
    """The contract "Each library has one home" holds only what it lists."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    declared = {
        module
        for contract in contracts["contracts"]
        if contract["name"] == "Each library has one home"
        for module in contract["forbidden_modules"]
    }

    imported = {package for source in SOURCES for package in imported_packages(source)}

    assert imported - sys.stdlib_module_names - EVERYWHERE <= declared


def calls(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                yield name
            case _:
                pass


def test_tests_are_skipped_by_require_alone() -> None:
    """Any other skip would stay a skip on a machine where the part is required."""
    skipping = [
        source.name
        for source in TESTS
        if source.name != "parts.py" and {"skip", "skipif", "importorskip"} & set(calls(source))
    ]

    assert skipping == []


@pytest.mark.parametrize("name", ["run", "setup", "test", "lint", "format", "bench", "clean"])
def test_make_help_names_every_task(name: str) -> None:
    tasks = [line for line in (ROOT / "Makefile").read_text().splitlines() if "## " in line]

    assert any(task.startswith(f"{name}:") for task in tasks)
