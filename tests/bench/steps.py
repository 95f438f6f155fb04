"""What each step of a submission, a release and a command costs the database.

Counts, not times: they are the same on every machine. A whole bot over a SQLite file, where a
cohort of fifty learners works on one challenge.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.chat.events import CommandInvoked
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.jobs import Queue
from bot.jobs import sender, worker
from tests.support.statements import Statements, counted
from tests.support.world import MENTOR, PRACTICE, RIGHT, FakeResponder, World, new_world

MEMBERS = 50
COMMANDS = (
    "leaderboard",
    "plan",
    "progress",
    "points",
    "stage",
    "milestones",
    "challenge list",
    "challenge stats",
    "challenge inbox",
)

Step = tuple[str, Statements]


async def measure(members: int = MEMBERS) -> list[Step]:
    """Every step's name and what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        async with new_world(Path(folder)) as world:
            people = [learner(number) for number in range(members)]
            await world.joined(*people)
            release, thread = await _release(world)
            await _try(world, people, thread)
            submission = await _submission(world, people[0], thread)
            commands = [await _command(world, name) for name in COMMANDS]
            return [*submission, *release, *commands, await _idle_minute(world)]


def learner(number: int) -> UserRef:
    """One of the cohort's members."""
    return UserRef("fake", "here", f"learner{number}")


async def _release(world: World) -> tuple[list[Step], ConversationRef]:
    with counted(world.store) as release:
        await world.services.challenges.tick()
    with counted(world.store) as delivery:
        await _deliver(world)
    steps = [("release", release), ("  deliver it", delivery)]
    return steps, await world.opened()


async def _try(world: World, people: list[UserRef], thread: ConversationRef) -> None:
    """Let everybody have points, so that a leaderboard has rows."""
    for person in people:
        await world.say(person, f"```python\n{RIGHT}# by {person.user}\n```", thread)


async def _submission(world: World, user: UserRef, thread: ConversationRef) -> list[Step]:
    """The way of one message, with what the sender does each time it is woken."""
    services, steps = world.services, list[Step]()

    @asynccontextmanager
    async def step(name: str) -> AsyncGenerator[None]:
        with counted(world.store) as seen:
            yield
        steps.append((name, seen))

    message = world.message(user, f"```python\n{RIGHT}# once more\n```", thread)
    with counted(world.store) as whole:
        async with step("accept a message"):
            await services.dispatcher.accept(message)
        async with step("queue its code"):
            await services.dispatcher.drain()
        async with step("  deliver 'received'"):
            await _deliver(world)
        async with step("claim"):
            claim = await services.grading.claim()
        async with step("  deliver 'running'"):
            await _deliver(world)
        if claim is None:
            raise AssertionError("nothing was queued")
        async with step("record"):
            await services.grading.grade(claim)
        async with step("  deliver the verdict"):
            await _deliver(world)
    return [*steps, ("message to verdict, all of these", whole)]


async def _deliver(world: World) -> None:
    """As the sender does: when it was announced, and again only where there may be more."""
    if not await world.jobs.wait(Queue.DELIVERY, at_most_s=0):
        return
    while not (await world.services.delivery.begin()).is_all:
        await world.services.delivery.drain()
    await world.services.delivery.drain()


async def _command(world: World, name: str) -> Step:
    mentor = name.startswith("challenge")
    event = CommandInvoked(
        key=world.key(),
        at=world.clock(),
        conversation=PRACTICE,
        user=MENTOR if mentor else learner(1),
        name=name,
        args={},
    )
    responder = FakeResponder()
    with counted(world.store) as seen:
        await world.services.dispatcher.accept(event, responder)
        await world.services.dispatcher.drain()
    if not responder.replies:
        raise AssertionError(f"/{name} was not answered")
    return f"/{name}", seen


async def _idle_minute(world: World) -> Step:
    """What the process repeats while nobody does anything."""
    services = world.services
    ticks: list[Callable[[], Awaitable[object]]] = [
        services.challenges.tick,
        services.leaderboard.tick,
        services.dispatcher.recover,
        services.seeds.refresh,
    ]
    with counted(world.store) as seen:
        for tick in ticks:
            await tick()
        for _ in range(int(60 / worker.POLL_S)):
            await services.grading.claim(is_announced=False)
        for _ in range(int(60 / sender.POLL_S)):
            await services.delivery.begin()
    return "idle minute", seen


def show(steps: list[Step]) -> None:
    """Print a table."""
    head = f"statements per step, {MEMBERS} members"
    sys.stdout.write(f"{head:44} statements  write transactions\n")
    for name, seen in steps:
        sys.stdout.write(f"{name:44} {seen.total:10} {seen.write_transactions:19}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    show(asyncio.run(measure()))
