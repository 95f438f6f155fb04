"""Joining a cohort: the honour pledge, and how one stands on the board."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.chat.events import Event
from bot.domain.chat.message import Button, Buttons, ButtonStyle, ChannelLink, Message
from bot.domain.clock import Clock
from bot.domain.cohort import BoardMode, Cohort, Member, Role
from bot.domain.exercise import Catalogue
from bot.domain.store import Store
from bot.services.challenges import planning

MARKUP = "`*[]<>|~"
NAME_CHARS = 40

BOARD_WORDS = {
    BoardMode.NAMED: "with your name",
    BoardMode.ALIAS: "under your alias",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Takes people into cohorts."""

    store: Store
    catalogue: Catalogue
    clock: Clock

    async def join(self, cohort: Cohort, event: Event) -> Message:
        """Make the person behind an event a member; joining twice changes nothing."""
        now = self.clock()
        role = Role.MENTOR if cohort.steered_by(event.info) else Role.LEARNER
        async with self.store.write() as tx:
            member, new = await tx.members.join(
                cohort=cohort.id,
                user=event.user,
                name=shown_name(event.info.name),
                role=role,
                at=now,
            )
            await planning.ensure_week(tx, member, cohort.week_at(now))
            links = await planning.open_links(tx, self.catalogue, cohort.id, now)
        return welcome(member, links) if new else already(member)

    async def set_board(self, member: Member, mode: BoardMode) -> Message:
        """How the leaderboard shows a member."""
        async with self.store.write() as tx:
            await tx.members.set_board(member.id, mode)
        if mode is BoardMode.HIDDEN:
            return Message.of("The leaderboard leaves you out from now on.")
        shown = f" (**{member.alias}**)" if mode is BoardMode.ALIAS else ""
        return Message.of(f"The leaderboard now shows you {BOARD_WORDS[mode]}{shown}.")

    async def set_reminders(self, member: Member, *, on: bool) -> Message:
        """Whether a member is reminded."""
        async with self.store.write() as tx:
            await tx.members.set_reminders(member.id, on=on)
        return Message.of(
            "I will remind you before a challenge closes, if you have not answered it."
            if on
            else "No more reminders. `/reminders on` brings them back."
        )


def shown_name(name: str) -> str:
    """A name as the bot may say it: no markup, no link, nothing that turns the text around."""
    tame = name.replace("://", " ")  # no address that a platform makes a link of
    kept = (char for char in tame if char not in MARKUP and char.isprintable())
    return " ".join("".join(kept).split())[:NAME_CHARS] or "Somebody"


def pledge(cohort: Cohort) -> Message:
    """Asked before joining."""
    return Message.of(
        f"**{cohort.name}** practises by hand: Monday a function, Wednesday a bug, Friday a"
        " module.",
        "The pledge: *While a challenge is open I write my answer myself. No assistant writes,"
        " completes or explains code for me in the zone. Documentation and people are fine.*",
        "Nobody checks up on you. It is your practice.",
        Buttons((Button(f"join:{cohort.id}", "I take the pledge", ButtonStyle.PRIMARY),)),
    )


def welcome(member: Member, links: Sequence[ChannelLink]) -> Message:
    """To a new member, with links to where one can answer now."""
    return Message.of(
        "**Welcome.** Each challenge has a thread: read the task there, and send your code there."
        " `/plan` shows your week, `/help` everything else.",
        *links,
        f"How should the weekly leaderboard show you? Until you choose it says **{member.alias}**.",
        Buttons(
            (
                Button("board:named", "My name"),
                Button("board:alias", f"{member.alias}"),
                Button("board:hidden", "Leave me out"),
            )
        ),
    )


def already(member: Member) -> Message:
    """To somebody who joined before."""
    return Message.of(
        f"You have been a member since {member.joined_at:%d %B %Y}. `/plan` shows your week."
    )
