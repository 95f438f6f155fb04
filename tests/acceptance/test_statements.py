"""What each step costs the database, whatever the number of members: counts that may only fall."""

import asyncio

import pytest

from tests.bench.steps import Step, measure

MOST = {
    "message to verdict, all of these": (35, 5),
    "release": (16, 1),  # 5 of them for all cohorts together
    "/leaderboard": (12, 2),
    "/plan": (12, 2),
    "/progress": (12, 2),
    "/points": (12, 2),
    "/stage": (13, 2),
    "/milestones": (10, 2),
    "/challenge list": (12, 2),
    "/challenge stats": (10, 2),
    "/challenge inbox": (12, 2),
    "idle minute": (100, 0),
}
"""Statements, and transactions that write; two of a command's are its event's own."""


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return asyncio.run(measure(50))


def test_no_step_costs_more_than_it_may(steps: list[Step]) -> None:
    costs = dict(steps)
    for name, (statements, write_transactions) in MOST.items():
        costs[name].check(write_transactions=write_transactions, statements=statements)


def test_a_release_is_one_transaction_of_few_statements(steps: list[Step]) -> None:
    release = dict(steps)["release"]
    assert release.write_transactions == 1
    assert release.in_writes <= 12, str(release)


def test_statements_do_not_grow_with_members(steps: list[Step]) -> None:
    with_few = asyncio.run(measure(3))
    assert {name: seen.total for name, seen in steps} == {
        name: seen.total for name, seen in with_few
    }
