"""The plan of the rooms as an SVG, the same bytes for the same code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.picture.layout import Plan, plan
from tests.picture.rooms import Arrows

BOX, COLUMN, ROW, BAR, MARGIN = (136, 38), 158, 92, 34, 24

STYLE = """
text { font: 13px system-ui, sans-serif; text-anchor: middle; fill: #1c2733 }
.title, .count { font-size: 12px; fill: #5b6875 }
rect.room { fill: #fff; stroke: #41566b; stroke-width: 1.2 }
rect.bar { fill: #e8eef5; stroke: #41566b; stroke-width: 1.2 }
rect.block { fill: #f5f7fa; stroke: none }
path { fill: none; stroke: #41566b; stroke-width: 1.3; marker-end: url(#to) }
path.plain { stroke: #b9c4cf; stroke-width: 1; marker-end: url(#to-plain) }
path.up { stroke: #c0392b; stroke-width: 2 }
"""

MARKERS = "".join(
    f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    f' orient="auto"><path d="M0,1 L7,4 L0,7 Z" style="fill:{color};stroke:none"/></marker>'
    for name, color in (("to", "#41566b"), ("to-plain", "#b9c4cf"))
)


@dataclass(frozen=True)
class Area:
    """Where something stands.

    Attributes:
        x: Its middle.
        y: Its upper edge.
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


def draw(arrows: Arrows) -> str:
    """The picture of all rooms and arrows."""
    placed = plan(arrows)
    areas, blocks, size = _areas(placed)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1]:g}">',
        f"<style>{STYLE}</style>",
        f"<defs>{MARKERS}</defs>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        *(_block(title, area) for title, area in blocks.items()),
        *_arrows(arrows, placed, areas),
        *(_room(room, area, placed) for room, area in sorted(areas.items())),
        _caption(arrows, size),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _areas(placed: Plan) -> tuple[dict[str, Area], dict[str, Area], tuple[float, float]]:
    """Rooms, the blocks behind them, and the size of the whole."""
    columns = [max((len(row) for row in block), default=1) for block in placed.blocks]
    height = max(len(block) for block in placed.blocks) * ROW
    width = sum(columns) * COLUMN + (len(columns) - 1) * MARGIN
    top = MARGIN + len(placed.roof) * (BAR + MARGIN) + MARGIN / 2
    areas = dict(_bars(placed.roof, width, MARGIN))
    areas.update(_bars(placed.base, width, top + height + 1.5 * MARGIN))
    blocks, left = dict[str, Area](), float(MARGIN)
    for title, block, count in zip(
        ("services", "everything else"), placed.blocks, columns, strict=True
    ):
        middle = left + count * COLUMN / 2
        blocks[title] = Area(middle, top, count * COLUMN, height)
        areas.update(_rooms(block, middle, top + (height - len(block) * ROW) / 2))
        left += count * COLUMN + MARGIN
    bottom = top + height + 1.5 * MARGIN + len(placed.base) * (BAR + MARGIN)
    return areas, blocks, (width + 2 * MARGIN, bottom + MARGIN)


def _bars(rooms: Sequence[str], width: float, y: float) -> Iterator[tuple[str, Area]]:
    for index, room in enumerate(rooms):
        yield room, Area(MARGIN + width / 2, y + index * (BAR + MARGIN), width, BAR)


def _rooms(block: Sequence[Sequence[str]], middle: float, y: float) -> Iterator[tuple[str, Area]]:
    for level, row in enumerate(block):
        for index, room in enumerate(row):
            x = middle + (index - (len(row) - 1) / 2) * COLUMN
            yield room, Area(x, y + level * ROW + (ROW - BOX[1]) / 2, *BOX)


def _arrows(arrows: Arrows, placed: Plan, areas: Mapping[str, Area]) -> Iterator[str]:
    bars = {*placed.roof, *placed.base}
    pairs = [(one, other) for one in sorted(arrows) for other in sorted(arrows[one])]
    for one, other in pairs:
        if one in bars or other in bars:
            yield _plain(one, other, placed, areas)
    for one, other in pairs:
        if one not in bars and other not in bars:
            yield _curve(areas[one], areas[other], _port(pairs, areas, bars, one, other))


def _plain(one: str, other: str, placed: Plan, areas: Mapping[str, Area]) -> str:
    """An arrow from or to a bar: straight down, behind the rooms in between."""
    bars = {*placed.roof, *placed.base}
    upper, lower = areas[one], areas[other]
    if one in bars and other in bars:
        x = upper.x + (placed.roof.index(one) if one in placed.roof else 0) * COLUMN / 2
    else:
        inner = lower if one in bars else upper
        x = inner.x + (-1 if one in bars else 1) * (BOX[0] / 2 - 8 - inner.y % 50)
    return _path("plain", f"M{x:g},{upper.bottom:g} L{x:g},{lower.y:g}")


def _port(
    pairs: Sequence[tuple[str, str]],
    areas: Mapping[str, Area],
    bars: set[str],
    one: str,
    other: str,
) -> float:
    """How far from its target's middle an arrow ends: those from the left at the left."""
    sources = [a for a, b in pairs if b == other and a not in bars]
    sources.sort(key=lambda room: (areas[room].x, room))
    return (sources.index(one) - (len(sources) - 1) / 2) * min(14, BOX[0] / (len(sources) + 1))


def _curve(upper: Area, lower: Area, port: float) -> str:
    end = lower.x + port
    if lower.y > upper.y:
        bend = (lower.y - upper.bottom) / 2
        points = (
            f"{upper.x:g},{upper.bottom + bend:g} {end:g},{lower.y - bend:g} {end:g},{lower.y:g}"
        )
        return _path("", f"M{upper.x:g},{upper.bottom:g} C{points}")
    side = 1 if lower.x > upper.x else -1
    start, stop = upper.x + side * upper.width / 2, lower.x - side * lower.width / 2
    level, end_y = upper.y + upper.height / 2, lower.y + lower.height / 2
    style = "" if lower.y == upper.y else "up"
    return _path(style, f"M{start:g},{level:g} L{stop:g},{end_y:g}")


def _path(style: str, points: str) -> str:
    return f'<path class="{style}" d="{points}"/>' if style else f'<path d="{points}"/>'


def _room(room: str, area: Area, placed: Plan) -> str:
    style = "bar" if room in {*placed.roof, *placed.base} else "room"
    name = room.removeprefix("services.")  # its block says so
    return _rect(style, area) + _text("", area.x, area.y + area.height / 2 + 4.5, name)


def _block(title: str, area: Area) -> str:
    return _rect("block", area) + _text("title", area.x, area.y + 15, title)


def _caption(arrows: Arrows, size: tuple[float, float]) -> str:
    count = sum(map(len, arrows.values()))
    words = f"{len(arrows)} rooms, {count} arrows: who imports whom"
    return _text("count", size[0] / 2, size[1] - 12, words)


def _rect(style: str, area: Area) -> str:
    return (
        f'<rect class="{style}" x="{area.x - area.width / 2:g}" y="{area.y:g}"'
        f' width="{area.width:g}" height="{area.height:g}" rx="5"/>'
    )


def _text(style: str, x: float, y: float, words: str) -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{x:g}" y="{y:g}">{words}</text>'
