"""The picture of the rooms in docs/architecture.md is what the code says now."""

import sys
from pathlib import Path

import pytest

from tests.picture.__main__ import PICTURE, ROOT
from tests.picture.drawing import draw
from tests.picture.layout import plan
from tests.picture.rooms import Arrows, read_arrows, room_of


def arrows(**imports: str) -> Arrows:
    return {room: frozenset(others.split()) for room, others in imports.items()}


def test_picture_is_what_make_picture_draws_now() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(read_arrows(ROOT / "bot")), (
        "the rooms or their imports have changed: run `make picture` and look at it"
    )


@pytest.mark.parametrize(
    ("module", "room"),
    [
        ("bot.__main__", "cli"),
        ("bot.cli", "cli"),
        ("bot.app.settings", "app"),
        ("bot.services.router", "services"),
        ("bot.services.talk.reply", "services.talk"),
        ("bot.chat.web.text.markup", "chat.web"),
        ("bot.domain.chat.refs", "domain"),
    ],
)
def test_room_is_a_folder_or_a_folder_of_a_hall(module: str, room: str) -> None:
    assert room_of(module) == room


def test_empty_package_is_no_room_and_every_import_between_rooms_is_an_arrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = tmp_path / "little_house"
    for folder in ("", "services", "services/talk", "domain"):
        (house / folder).mkdir(exist_ok=True)
        (house / folder / "__init__.py").touch()
    (house / "domain" / "words.py").write_text("import os\n")
    (house / "services" / "talk" / "reply.py").write_text("from little_house.domain import words\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    assert read_arrows(house) == arrows(**{"domain": "", "services.talk": "domain"})


def test_what_is_imported_stands_below() -> None:
    chain = arrows(d="", c="d", b="c", a="b", e="", f="")

    assert plan(chain).blocks[1] == [["a"], ["b"], ["c"], ["d", "e", "f"]]


def test_circle_is_drawn_all_the_same() -> None:
    rows = plan(arrows(a="b", b="a", c="", d="", e="")).blocks[1]

    assert sorted(room for row in rows for room in row) == ["a", "b", "c", "d", "e"]
