"""Where each room stands in the picture: what is imported stands below what imports it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.picture.rooms import Arrows

BLOCKS = ("services", "")
"""Side by side: the rooms of this hall, and all others."""

ROW_OF_BLOCK = 4
"""More rooms than this go into further rows."""

SHARE = 2 / 3


@dataclass(frozen=True)
class Plan:
    """What stands where.

    Attributes:
        roof: Rooms that import nearly everything, or such a room; the highest first.
        base: Rooms that nearly everything imports.
        blocks: Rows of rooms for each block, the highest first.
    """

    roof: Sequence[str]
    base: Sequence[str]
    blocks: Sequence[Sequence[Sequence[str]]]


def plan(arrows: Arrows) -> Plan:
    """Place every room."""
    importers = {room: {one for one in arrows if room in arrows[one]} for room in arrows}
    many = SHARE * (len(arrows) - 1)
    base = [room for room in arrows if len(importers[room]) >= many]
    wide = [room for room in arrows if len(arrows[room]) >= many]
    roof = [room for room in arrows if room in wide or arrows[room] & set(wide)]
    roof.sort(key=lambda room: (room in wide, room))
    inner = {
        room: others - {*base, *roof}
        for room, others in arrows.items()
        if room not in {*base, *roof}
    }
    return Plan(roof, base, [_rows(inner, _block(inner, name)) for name in BLOCKS])


def _block(arrows: Arrows, name: str) -> Sequence[str]:
    halls = [hall for hall in BLOCKS if hall]
    return [
        room
        for room in arrows
        if room.partition(".")[0] == name or (not name and room.partition(".")[0] not in halls)
    ]


def _rows(arrows: Arrows, rooms: Sequence[str]) -> Sequence[Sequence[str]]:
    heights = {room: _height(arrows, room, set(rooms)) for room in rooms}
    rows: list[Sequence[str]] = []
    for height in sorted(set(heights.values()), reverse=True):
        level = [room for room in rooms if heights[room] == height]
        ordered = sorted(level, key=lambda room: (_middle(arrows, rows, room), room))
        rows.extend(_wrapped(ordered))
    return rows


def _height(arrows: Arrows, room: str, among: set[str], above: frozenset[str] = frozenset()) -> int:
    """How many rooms lie below in the longest chain of imports; a circle is cut where it closes."""
    below = (arrows[room] & among) - above - {room}
    return max((1 + _height(arrows, one, among, above | {room}) for one in below), default=0)


def _middle(arrows: Arrows, rows: Iterable[Sequence[str]], room: str) -> float:
    """The mean place of those that import a room, so that arrows are short."""
    places = [
        index / max(len(row), 1)
        for row in rows
        for index, one in enumerate(row)
        if room in arrows[one]
    ]
    return sum(places) / len(places) if places else 0.5


def _wrapped(level: Sequence[str]) -> Sequence[Sequence[str]]:
    count = -(-len(level) // ROW_OF_BLOCK)
    size = -(-len(level) // count)
    return [level[start : start + size] for start in range(0, len(level), size)]
