"""Belonging to a cohort, and changing one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.domain.chat.events import Event
from bot.domain.chat.message import Block, ChannelLink, Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import NotAMemberError, UserError
from bot.domain.member import BoardMode, Member, Role
from bot.domain.store import Store, Transaction
from bot.domain.text import shown_name
from bot.services.cohorts import messages
from bot.services.talk.messages import NOT_A_MEMBER

Begin = Callable[[Transaction, Cohort, Member, ConversationRef], Awaitable[Sequence[ChannelLink]]]
"""Plans a new member's week; gives the threads where they can answer now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningService:
    """Takes people into cohorts, and keeps how they want to be treated there.

    Attributes:
        offer: What a welcome ends with, for learners.
    """

    store: Store
    clock: Clock
    begin: Begin
    offer: Sequence[Block]

    async def join(self, cohort_id: int, event: Event) -> Message:
        """Make the person behind an event a member; joining twice changes nothing.

        Raises:
            UserError: It happened elsewhere than where that cohort practises.
        """
        async with self.store.write() as tx:
            cohort = await tx.cohorts.find_by_channel(event.conversation)
            if cohort is None or cohort.id != cohort_id:
                raise UserError(messages.JOIN_ELSEWHERE)
            member, is_new = await tx.members.join(
                cohort=cohort.id,
                user=event.user,
                name=shown_name(event.info.name),
                role=Role.of(is_mentor=cohort.steered_by(event.info)),
                at=self.clock(),
            )
            links = await self.begin(tx, cohort, member, event.conversation)
        if not is_new:
            return messages.is_member(member)
        return messages.welcome(member, links, offer=self._offer_to(member))

    def _offer_to(self, member: Member) -> Sequence[Block]:
        return () if member.role is Role.MENTOR else self.offer

    async def get_member(self, user: UserRef, conversation: ConversationRef) -> Member:
        """Who somebody is in the cohort of a conversation.

        Raises:
            UserError: They have not joined.
        """
        async with self.store.read() as tx:
            cohort = await tx.cohorts.find_by_channel(conversation)
            member = await tx.members.find(cohort.id, user) if cohort else None
        if member is None:
            raise NotAMemberError(NOT_A_MEMBER)
        return member

    async def set_board(self, member: Member, mode: BoardMode) -> Message:
        """How the leaderboard shows a member."""
        async with self.store.write() as tx:
            await tx.members.set_board(member.id, mode)
        return messages.board_mode(member, mode)

    async def set_reminders(self, member: Member, *, on: bool) -> Message:
        """Whether a member is reminded."""
        async with self.store.write() as tx:
            await tx.members.set_reminders(member.id, on=on)
        return messages.REMINDERS_ON if on else messages.REMINDERS_OFF


async def invite(store: Store, conversation: ConversationRef) -> Message:
    """To somebody who has to join the cohort of a conversation first, with the button that does."""
    async with store.read() as tx:
        cohort = await tx.cohorts.find_by_channel(conversation)
    return Message.of(NOT_A_MEMBER, *(messages.pledge(cohort).blocks if cohort else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortService:
    """Changes cohorts."""

    store: Store

    async def change(self, cohort: Cohort, change: Callable[[Cohort], Cohort]) -> Cohort:
        """Change a cohort as it is by now: two mentors at once undo nothing of each other's."""
        async with self.store.write() as tx:
            changed = change(await tx.cohorts.lock(cohort.id))
            await tx.cohorts.update(changed)
        return changed
