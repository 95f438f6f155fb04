"""The leaderboard's picture.

It is drawn in a process of its own (``python -m bot.drawing.board``: standings as JSON on stdin,
PNG on stdout): Matplotlib and NumPy would otherwise stay in the bot's memory for one picture a
week.
"""

import asyncio
import io
import json
import sys
import warnings
from asyncio.subprocess import PIPE
from bisect import bisect
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bot.domain.board import Row, Standings
from bot.domain.cohort import theme_of
from bot.domain.errors import PlatformError
from bot.domain.text import one_line, shown_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

ROWS_SHOWN = 20

_TIMEOUT_S = 60.0
"""The first picture on a machine also builds Matplotlib's font cache, which takes ten seconds."""

_turn = asyncio.Lock()
"""One picture at a time: each takes a second of a core and 100 MB."""


async def render(standings: Standings) -> bytes:
    """A week as a PNG picture, drawn by another process.

    Raises:
        PlatformError: It could not be drawn.
    """
    async with _turn:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.drawing.board", stdin=PIPE, stdout=PIPE, stderr=PIPE
            )
        except OSError as error:
            raise PlatformError(f"the chart's process did not start: {error}") from error
        return await _answer(process, json.dumps(asdict(standings)).encode())


async def _answer(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            png, complaint = await process.communicate(request)
    except TimeoutError as error:
        raise PlatformError(f"the chart was not drawn within {_TIMEOUT_S:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        reason = one_line(complaint.decode(errors="replace").strip().rpartition("\n")[2])
        raise PlatformError(f"the chart's process failed: {reason}")
    return png


# --- in the other process ---------------------------------------------------------------------

# One unit is one point, and about one pixel of a phone's width.
_WIDTH = 390.0
_MARGIN = 22.0
_LEFT = 54.0  # of names and bars; ranks stand before it
_RIGHT = _WIDTH - _MARGIN
_HEAD = 88.0
_ROW = 44.0
_BAR = 7.0
_MORE = 20.0
_FOOT = 12.0
_PIXELS_PER_POINT = 3

# A card of its own colour is readable on a light page and on a dark one.
_CARD = "#232833"
_TRACK = "#39404f"
_FILL = "#6bb8a8"
_BRIGHT = "#eef1f6"
_MUTED = "#a3acbd"
_ACCENT = "#e8bd74"

_FAMILIES = ("DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Emoji")
"""Tried in this order for each character. Matplotlib brings the first; machines may have more."""


class _Style(NamedTuple):
    size: float
    colour: str
    weight: str = "normal"


_TOTAL = _Style(19, _BRIGHT, "bold")
_NAME = _Style(13.5, _BRIGHT)
_PLAIN = _Style(12.5, _MUTED)
_SMALL = _Style(11.5, _MUTED)
_PRAISE = _Style(10, _ACCENT)


# Matplotlib is imported inside the functions below, since the bot imports this module too.


def draw(standings: Standings) -> bytes:
    """A week as a PNG picture, drawn here and now."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    rows = standings.rows[:ROWS_SHOWN]
    left_out = len(standings.rows) - len(rows)
    height = _HEAD + _ROW * max(1, len(rows)) + (_MORE if left_out else 0.0) + _FOOT
    figure = Figure((_WIDTH / 72, height / 72), dpi=72 * _PIXELS_PER_POINT, facecolor="none")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot(position=(0, 0, 1, 1))
    axes.set(xlim=(0, _WIDTH), ylim=(height, 0))  # y grows downwards, as text does
    axes.set_axis_off()

    _bar(axes, (0, 0), (_WIDTH, height), colour=_CARD, radius=16)
    _draw_head(axes, standings)
    _draw_rows(axes, rows)
    if left_out:
        _write(axes, (_LEFT, height - _FOOT - 4), f"and {left_out} more", _PLAIN)
    if not rows:
        _write(axes, (_MARGIN, _HEAD + 16), "No points in this week yet.", _PLAIN)

    picture = io.BytesIO()
    canvas.print_png(picture)  # pyright: ignore[reportUnknownMemberType]  # untyped there
    return picture.getvalue()


def _draw_head(axes: "Axes", standings: Standings) -> None:
    _, theme = theme_of(standings.week)
    _write(axes, (_MARGIN, 34), f"Week {standings.week} · {theme}", _PLAIN)
    total = f"We solved {standings.solved} of {standings.possible}"
    _write(axes, (_MARGIN, 63), total, _TOTAL)


def _draw_rows(axes: "Axes", rows: Sequence[Row]) -> None:
    most = max((max(row.possible, row.points, 1.0) for row in rows), default=1.0)
    for number, row in enumerate(rows):
        _draw_row(axes, row, top=_HEAD + number * _ROW, unit=(_RIGHT - _LEFT) / most)


def _draw_row(axes: "Axes", row: Row, *, top: float, unit: float) -> None:
    """Rank, name and points over a bar whose full length is what the member could have had."""
    line = top + 14
    _write(axes, (_LEFT - 12, line), str(row.rank), _PLAIN, right=True)
    end = _left_of(_write(axes, (_RIGHT, line), f" of {row.possible:g}", _SMALL, right=True))
    end = _left_of(_write(axes, (end, line), f"{row.points:g}", _NAME, right=True))
    if row.personal_best:
        end = _left_of(_write(axes, (end - 8, line), "personal best", _PRAISE, right=True))
    _write_name(axes, line, row.shown, room=end - 10 - _LEFT)
    for value, colour in ((max(row.possible, row.points), _TRACK), (row.points, _FILL)):
        size = (max(_BAR, value * unit), _BAR)
        _bar(axes, (_LEFT, top + 24), size, colour=colour, radius=_BAR / 2)


def _write_name(axes: "Axes", line: float, name: str, *, room: float) -> None:
    """Write a name, shortened to the room there is."""
    words = shown_name(name)
    text = _write(axes, (_LEFT, line), words, _NAME)
    if _width_of(text) <= room:
        return

    def width_when_cut(length: int) -> float:
        text.set_text(f"{words[:length].rstrip()}…")
        return _width_of(text)

    width_when_cut(bisect(range(1, len(words)), room, key=width_when_cut))


def _write(
    axes: "Axes", at: tuple[float, float], words: str, style: _Style, *, right: bool = False
) -> "Text":
    from matplotlib.text import Text  # noqa: PLC0415

    text = Text(
        *at,
        words,
        fontsize=style.size,
        color=style.colour,
        fontweight=style.weight,
        fontfamily=_families(),
        horizontalalignment="right" if right else "left",
        parse_math=False,  # a name may hold dollar signs
    )
    axes.add_artist(text)
    return text


def _bar(
    axes: "Axes",
    at: tuple[float, float],
    size: tuple[float, float],
    *,
    colour: str,
    radius: float,
) -> None:
    from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415

    shape = f"round,pad=0,rounding_size={radius}"
    axes.add_patch(FancyBboxPatch(at, *size, shape, facecolor=colour, linewidth=0))


def _width_of(text: "Text") -> float:
    return text.get_window_extent().width / _PIXELS_PER_POINT


def _left_of(text: "Text") -> float:
    return text.get_window_extent().x0 / _PIXELS_PER_POINT


@cache
def _families() -> list[str]:
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    there = {font.name for font in fontManager.ttflist}
    return [family for family in _FAMILIES if family in there]


def _read(request: bytes) -> Standings:
    fields = cast("dict[str, Any]", json.loads(request))
    rows = tuple(Row(**row) for row in fields.pop("rows"))
    return Standings(rows=rows, **fields)


def main() -> None:
    """Draw the standings on stdin to stdout."""
    # An unknown letter is drawn as a box; nobody reads the warnings about it.
    warnings.filterwarnings("ignore", message="Glyph .* missing from")
    sys.stdout.buffer.write(draw(_read(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
