"""How many endpoints wait."""

import pytest

from bot.sandbox.containers.pool import fitting

GIB = 2**30


@pytest.mark.parametrize(
    ("wanted", "memory_bytes", "waiting"),
    [(2, 16 * GIB, 2), (64, GIB, 3), (0, 16 * GIB, 0), (2, GIB // 8, 0)],
)
def test_what_waits_takes_half_of_the_memory_at_most(
    wanted: int, memory_bytes: int, waiting: int
) -> None:
    assert fitting(wanted, memory_bytes) == waiting
