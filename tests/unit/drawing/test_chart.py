"""The leaderboard's picture."""

import asyncio
import io
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.domain.board import Row, Standings
from bot.domain.errors import PlatformError
from bot.drawing import board

pytestmark = pytest.mark.filterwarnings("ignore:Glyph:UserWarning")

WIDTH = 1170
"""Three pixels for each of a phone's 390."""


def a_week(rows: Sequence[Row] = ()) -> Standings:
    return Standings(week=3, rows=tuple(rows), solved=7, possible=12)


def a_row(shown: str = "Quiet Tensor", points: float = 12.0, possible: float = 18.0) -> Row:
    return Row(rank=1, member=1, shown=shown, points=points, possible=possible, personal_best=True)


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png), formats=["PNG"]).convert("RGBA")


def filled_pixels(png: bytes) -> int:
    """How many pixels have exactly the bars' colour."""
    colour = tuple(bytes.fromhex("6bb8a8ff"))
    return sum(count for count, found in picture(png).getcolors(1 << 24) or [] if found == colour)


async def test_a_picture_is_drawn_by_another_process() -> None:
    png = await board.render(a_week([a_row()]))

    assert png == board.draw(a_week([a_row()]))


async def test_the_bot_does_not_carry_matplotlib() -> None:
    code = (
        "import sys, bot.drawing.board;"
        " sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    )

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)

    assert await process.wait() == 0


@pytest.mark.parametrize("count", [0, 1, 2, 20, 21, 60])
def test_any_number_of_rows_fits_a_phones_width(count: int) -> None:
    image = picture(board.draw(a_week([a_row()] * count)))

    assert image.width == WIDTH
    assert image.height <= picture(board.draw(a_week([a_row()] * 21))).height


def test_the_card_has_a_colour_of_its_own_and_clear_corners() -> None:
    image = picture(board.draw(a_week([a_row()])))

    assert image.getchannel("A").getpixel((0, 0)) == 0
    assert image.getpixel((image.width // 2, 4)) == (0x23, 0x28, 0x33, 255)


def test_a_bar_is_as_long_as_its_points() -> None:
    full, half, none = (
        filled_pixels(board.draw(a_week([a_row(points=points)]))) for points in (18.0, 9.0, 0.0)
    )

    assert half == pytest.approx(full / 2, rel=0.02)
    assert 0 < none < full / 20


def test_more_points_than_possible_stay_on_the_card() -> None:
    over = board.draw(a_week([a_row(points=18, possible=12), a_row()]))

    assert picture(over).width == WIDTH
    assert board.draw(a_week([a_row(points=0, possible=0)]))


def test_a_long_name_is_cut_before_the_points() -> None:
    assert board.draw(a_week([a_row("W" * 30)])) == board.draw(a_week([a_row("W" * 3000)]))


@pytest.mark.parametrize(
    "name",
    ["$x^2$ $", "\\frac", "a\nb\0c", "\ud800", "", "\u200b", "李小龍 🎉", "עברית", "a\u0301" * 50],
)
def test_no_name_breaks_the_picture(name: str) -> None:
    assert picture(board.draw(a_week([a_row(name)]))).width == WIDTH


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=25, deadline=None)
def test_any_unicode_can_be_drawn(name: str) -> None:
    assert board.draw(a_week([a_row(name)]))


async def test_pictures_wait_for_each_other() -> None:
    first, second = await asyncio.gather(
        board.render(a_week([a_row("\ud800 and $1")])), board.render(a_week())
    )

    assert picture(first).height > 0
    assert picture(second).height > 0


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
async def test_a_process_that_does_not_answer_is_our_fault(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)

    with pytest.raises(PlatformError, match="the chart's process"):
        await board.render(a_week())


async def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "_TIMEOUT_S", 0.01)

    with pytest.raises(PlatformError, match="not drawn within"):
        await board.render(a_week())


async def test_a_cancelled_picture_leaves_no_process_behind() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import time; time.sleep(60)", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    drawing = asyncio.create_task(board._answer(process, b""))  # pyright: ignore[reportPrivateUsage]
    await asyncio.sleep(0)  # it has begun

    drawing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await drawing
    assert process.returncode is not None
