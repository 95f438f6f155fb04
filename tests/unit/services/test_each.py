"""One of many that fails keeps no other waiting."""

from collections.abc import Mapping
from functools import partial

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import CatalogueError, StoreError
from bot.services.talk.each import do_each


async def done_of(troubles: Mapping[int, Exception]) -> tuple[list[int], Exception | None]:
    done: list[int] = []

    async def act(item: int) -> None:
        if item in troubles:
            raise troubles[item]
        done.append(item)

    try:
        await do_each((f"item:{item}", partial(act, item)) for item in range(5))
    except Exception as error:  # noqa: BLE001  # looked at by the test
        return done, error
    return done, None


@pytest.mark.parametrize(
    "error", [CatalogueError("It is malformed."), StoreError("It is locked."), KeyError("x")]
)
async def test_all_others_are_done_and_the_caller_knows(error: Exception) -> None:
    with capture_logs() as logs:
        assert await done_of({1: error}) == ([0, 2, 3, 4], error)
    assert [(line["event"], line["about"]) for line in logs] == [("act_failed", "item:1")]


async def test_a_database_that_is_away_is_not_asked_for_each() -> None:
    troubles = {item: StoreError(f"{item}") for item in (1, 2, 3)}

    assert await done_of(troubles) == ([0], troubles[2])


async def test_all_well() -> None:
    assert await done_of({}) == ([0, 1, 2, 3, 4], None)
