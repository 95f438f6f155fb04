"""Mentors' sign-offs: given, taken back, and told to whom they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import actor
from bot.domain.chat.events import Event
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import NotFoundError, UserError
from bot.domain.exercise import Catalogue
from bot.domain.journey import stages
from bot.domain.member import Member
from bot.domain.milestones import milestones
from bot.domain.outbox import Wanted
from bot.domain.reached import Goal
from bot.domain.signoff import Signed, Signoff, that_stand, to_take_back
from bot.domain.store import Store, Transaction
from bot.domain.text import shown_name
from bot.services.progress import signing_messages as messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentor:
    """Who signs: a person of a platform, who may be a member of the cohort as well."""

    event: Event
    member: Member | None

    @property
    def name(self) -> str:
        """What the member concerned reads."""
        return shown_name(self.event.info.name)

    @property
    def membership(self) -> int | None:
        """The number of their own membership."""
        return self.member.id if self.member else None

    @property
    def actor(self) -> str:
        """As the audit trail names them."""
        return actor(self.event.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningService:
    """Keeps sign-offs. Whether somebody is a mentor was asked of their platform before."""

    store: Store
    catalogue: Catalogue
    clock: Clock

    async def sign(
        self, mentor: Mentor, cohort: Cohort, member: Member, what: messages.What, *, reason: str
    ) -> Message:
        """Sign something off.

        Raises:
            UserError: It is their own, or they have signed it already.
        """
        if mentor.event.user in member.identities:
            raise UserError(messages.NOT_YOURSELF)
        async with self.store.write() as tx:
            known = await tx.signoffs.of(member.id)
            standing = that_stand(known, what.kind, what.code)
            if any(item.is_by(mentor.event.user, mentor.membership) for item in standing):
                raise UserError(messages.signed_already(what, member))
            given = await tx.signoffs.add(_signoff(mentor, member, what, reason, self.clock()))
            await self._record(tx, mentor, member, f"sign off {what.kind} {what.code}", reason)
            now = await self._standing(tx, member, what, [*known, given])
            await tx.outbox.say(_told(cohort, member, str(given.id), messages.told(given, now)))
        return messages.signed(what, member, now)

    async def take_back(
        self, mentor: Mentor, cohort: Cohort, member: Member, what: messages.What, *, reason: str
    ) -> Message:
        """Take a sign-off back: the mentor's own, else the newest.

        Raises:
            NotFoundError: There is none.
        """
        async with self.store.write() as tx:
            known = await tx.signoffs.of(member.id)
            user, number = mentor.event.user, mentor.membership
            found = to_take_back(known, what.kind, what.code, by=user, by_member=number)
            if found is None or not await tx.signoffs.withdraw(
                found.id, at=self.clock(), by=mentor.name, why=reason
            ):
                raise NotFoundError(messages.nothing_signed(what, member))
            await self._record(tx, mentor, member, f"withdraw {what.kind} {what.code}", reason)
            now = await self._standing(tx, member, what, await tx.signoffs.of(member.id))
            words = messages.told_back(found, now, by=mentor.name, why=reason)
            await tx.outbox.say(_told(cohort, member, f"{found.id}:withdrawn", words))
        return messages.taken_back(found, member, now)

    async def _record(
        self, tx: Transaction, mentor: Mentor, member: Member, action: str, reason: str
    ) -> None:
        await tx.audit.record(
            at=self.clock(),
            actor=mentor.actor,
            action=action,
            target=f"member {member.id}",
            note=reason,
        )

    async def _standing(
        self, tx: Transaction, member: Member, what: messages.What, signoffs: Sequence[Signoff]
    ) -> Goal:
        """How the member stands with it now."""
        outcomes = await tx.progress.outcomes_of(member.id)
        exercises = {exercise.slug: exercise for exercise in self.catalogue.all()}
        if what.kind is Signed.STAGE:
            return stages(outcomes, exercises, signoffs, now=self.clock())[int(what.code) - 1]
        rules = self.catalogue.milestone_rules
        standings = milestones(outcomes, exercises, rules, signoffs)
        return next(item for item in standings if item.code == what.code)


def _signoff(
    mentor: Mentor, member: Member, what: messages.What, reason: str, at: datetime
) -> Signoff:
    return Signoff(
        member=member.id,
        kind=what.kind,
        code=what.code,
        mentor=mentor.event.user,
        mentor_member=mentor.membership,
        mentor_name=mentor.name,
        reason=reason,
        at=at,
    )


def _told(cohort: Cohort, member: Member, subject: str, message: Message) -> Wanted:
    """Words to the member alone, on the platform that they came from."""
    home = member.identities[0].platform
    channels = [place.channel for place in cohort.places]
    near = next((channel for channel in channels if channel.platform == home), channels[0])
    return Wanted(
        key=MessageKey(Kind.SIGNOFF, subject),
        conversation=near,
        message=message,
        private_to=member.identity_on(near.platform),
    )
