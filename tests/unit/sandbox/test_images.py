"""What goes into the images; building them is for the tests with an engine."""

import ast
import asyncio
import re
import subprocess
import tomllib
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.sandbox.containers.images import OLD, SOLVER, Recipe, Tags, copied, outdated, section
from tests.support.gradings import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def modules(stage: str) -> set[str]:
    """The modules of ours that a stage copies."""
    sources = [name for name in copied(section(DOCKERFILE, stage)) if name.startswith("bot/")]
    folders = [ROOT / source for source in sources if (ROOT / source).is_dir()]
    inside = {
        path.relative_to(ROOT).as_posix() for folder in folders for path in folder.rglob("*.py")
    }
    return inside | {source for source in sources if source.endswith(".py")}


def imported(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot."):
            path = str(node.module).replace(".", "/")
            package = (ROOT / path).is_dir()
            yield f"{path}/__init__.py" if package else f"{path}.py"


@pytest.mark.parametrize(("stage", "below"), [("solver", ""), ("judge", "solver")])
def test_image_holds_every_module_that_its_modules_import(stage: str, below: str) -> None:
    held = modules(stage)
    if below:
        held |= modules(below)

    assert {name for module in held for name in imported(module)} <= held


def test_solver_holds_no_check_no_judge_and_no_secret() -> None:
    rooms = {Path(name).parent.as_posix() for name in modules("solver")}

    assert rooms == {"bot", "bot/inside", "bot/inside/common", "bot/inside/solver", "bot/wire"}
    assert "exercises" not in set(copied(section(DOCKERFILE, "solver")))


def test_solver_has_the_packages_that_the_torch_extra_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert set(re.findall(r"'([a-z]+[=<>][^']+)'", section(DOCKERFILE, "solver"))) == set(
        project["optional-dependencies"]["torch"]
    )


@pytest.mark.parametrize(
    ("index", "wheels", "asked"),
    [
        ("", False, []),
        ("https://example.org/cu130", False, ["--index-url", "https://example.org/cu130"]),
        ("https://example.org/cu130", True, ["--no-index", "--find-links"]),
    ],
)
def test_torch_comes_from_the_wheels_or_the_index_or_where_pip_looks(
    tmp_path: Path, *, index: str, wheels: bool, asked: list[str]
) -> None:
    """The very lines of the Dockerfile, with a pip that only repeats what it was asked."""
    (command,) = re.findall(
        r"^RUN (if ls .*?numpy.*?)$", section(DOCKERFILE, "solver"), re.MULTILINE | re.DOTALL
    )
    (tmp_path / "pip").write_text('#!/bin/sh\nfor word; do echo "$word"; done\n')
    (tmp_path / "pip").chmod(0o755)
    if wheels:
        (tmp_path / "torch.whl").touch()
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "TORCH_INDEX": index}

    said = subprocess.run(  # noqa: S603  # our own file
        ["/bin/sh", "-c", command.replace("/opt/wheels", str(tmp_path))],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    usual = {"install", "--no-cache-dir", "--disable-pip-version-check", str(tmp_path)}
    packages = {"torch==2.13.0", "numpy>=2.1,<3"}
    assert [word for word in said if word not in usual | packages] == asked
    assert packages <= set(said)


def test_section_keeps_the_arguments_and_one_stage_alone() -> None:
    text = "# A comment\nARG BASE=a\n\nFROM ${BASE} AS one\nRUN 1\n\nFROM b AS two\nRUN 2\n"

    assert section(text, "two") == "ARG BASE=a\nFROM b AS two\nRUN 2\n"


@dataclass
class Shelf:
    """An engine that holds every image it is asked for; see `Engine`."""

    asked: list[str]

    async def has_image(self, name: str) -> bool:
        """Yes, whatever the name."""
        self.asked.append(name)
        return True


def tags(**changed: Path | str) -> Tags:
    recipe = Recipe(root=ROOT, **changed)  # pyright: ignore[reportArgumentType]
    return asyncio.run(recipe.ensure(Shelf([]), lambda _line: None))  # pyright: ignore[reportArgumentType]


def test_exercises_are_no_part_of_the_images() -> None:
    """What changes every week must not rebuild what takes minutes."""
    sources = {name for stage in ("solver", "judge") for name in copied(section(DOCKERFILE, stage))}

    assert not any(name.startswith(("exercises", "bot/sandbox")) for name in sources)


def test_another_base_or_other_wheels_are_another_solver(tmp_path: Path) -> None:
    (tmp_path / "torch-0-any.whl").write_bytes(b"0")

    names = {
        tags(base="one:1").solver,
        tags(base="two:1").solver,
        tags(base="one:1", wheels=tmp_path).solver,
        tags(base="one:1", torch_index="https://example.org/cu130").solver,
        tags(base="one:1", wheels=tmp_path, torch_index="https://example.org").solver,
    }

    assert len(names) == 4  # where there are wheels, nothing is taken from an index


async def test_index_of_torch_and_proxies_reach_the_build_unless_there_are_wheels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, built = "https://example.org/cu130", list[Mapping[str, str]]()
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "localhost")

    async def build(
        context: object, *, tag: str, arguments: Mapping[str, str], network: bool
    ) -> AsyncGenerator[str]:
        del context, network
        if tag.startswith(SOLVER):
            built.append(arguments)
        yield "Step 1"

    async def has_image(name: str) -> bool:
        return name == "one:1"

    engine = SimpleNamespace(build=build, has_image=has_image)
    for wheels in (None, tmp_path / "not-there-yet", tmp_path):
        recipe = Recipe(root=ROOT, base="one:1", wheels=wheels, torch_index=index)
        await recipe.ensure(engine, lambda _line: None)  # pyright: ignore[reportArgumentType]

    assert [arguments["TORCH_INDEX"] for arguments in built] == [index, index, ""]
    assert [arguments.get("HTTPS_PROXY") for arguments in built] == ["http://proxy:3128"] * 2 + [
        None
    ]
    assert [arguments.get("NO_PROXY") for arguments in built] == ["localhost"] * 2 + [None]
    assert "ARG TORCH_INDEX" in section(DOCKERFILE, "solver")


def test_only_what_is_old_and_not_ours_is_outdated() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    old, young = now - OLD - timedelta(seconds=1), now - OLD
    made_at = {"judge:ours": old, "solver:ours": old, "judge:young": young, "judge:old": old}

    assert outdated(made_at, Tags(solver="solver:ours", judge="judge:ours"), now) == ["judge:old"]
