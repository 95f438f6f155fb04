"""The services, wired to each other over whatever stands behind their ports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.challenge import Challenge
from bot.domain.chat.port import ChatPort
from bot.domain.clock import Clock
from bot.domain.errors import CatalogueError
from bot.domain.exercise import Catalogue
from bot.domain.grading import Grader, Seeds
from bot.domain.store import Store
from bot.services.actions import Actions
from bot.services.challenges.service import Challenges
from bot.services.cohorts.founding import Founding
from bot.services.cohorts.joining import Joining
from bot.services.commands import Commands
from bot.services.progress.leaderboard import Draw, Leaderboard
from bot.services.progress.service import Progress
from bot.services.router import Core
from bot.services.submissions.grading import Grading
from bot.services.submissions.intake import Intake
from bot.services.talk.delivery import Delivery
from bot.services.talk.dispatch import Dispatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the composition root starts, ticks and stops."""

    dispatcher: Dispatcher
    delivery: Delivery
    grading: Grading
    challenges: Challenges
    leaderboard: Leaderboard


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the services stand on.

    Attributes:
        chats: Adapters by platform.
        new_id: Draws a submission id that was never used.
        queued: Called after a submission was queued.
        draw: Makes the leaderboard's picture.
        owner: Names this process in leases.
        rules: What new cohorts begin with, by the names in `rules.NAMES`.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    catalogue: Catalogue
    grader: Grader
    seeds: Seeds
    clock: Clock
    new_id: Callable[[], str]
    queued: Callable[[], None]
    draw: Draw
    owner: str
    rules: Mapping[str, Any]


def assemble(ports: Ports) -> Services:
    """Wire the services."""
    store, chats, catalogue, clock = ports.store, ports.chats, ports.catalogue, ports.clock
    challenges = Challenges(
        store=store, catalogue=catalogue, clock=clock, devices=ports.grader.devices
    )
    leaderboard = Leaderboard(store=store, clock=clock, draw=ports.draw)
    joining = Joining(store=store, catalogue=catalogue, clock=clock)
    intake = Intake(
        store=store,
        chats=chats,
        catalogue=catalogue,
        seeds=ports.seeds,
        clock=clock,
        new_id=ports.new_id,
        queued=ports.queued,
    )
    commands = Commands(
        store=store,
        catalogue=catalogue,
        clock=clock,
        challenges=challenges,
        founding=Founding(store=store, chats=chats, clock=clock, rules=ports.rules),
        joining=joining,
        progress=Progress(store=store, catalogue=catalogue, clock=clock),
        leaderboard=leaderboard,
    )
    actions = Actions(store=store, catalogue=catalogue, clock=clock, joining=joining, intake=intake)
    core = Core(store=store, commands=commands, actions=actions, intake=intake)

    def title_of(challenge: Challenge) -> str:
        try:
            return catalogue.get(challenge.exercise).title
        except CatalogueError:
            return challenge.exercise

    return Services(
        dispatcher=Dispatcher(
            store=store, handle=core.handle, suggestions=commands.suggest, clock=clock
        ),
        delivery=Delivery(
            store=store,
            chats=chats,
            clock=clock,
            title_of=title_of,
            on_posted=challenges.introduce,
        ),
        grading=Grading(
            store=store,
            catalogue=catalogue,
            grader=ports.grader,
            seeds=ports.seeds,
            clock=clock,
            owner=ports.owner,
        ),
        challenges=challenges,
        leaderboard=leaderboard,
    )
