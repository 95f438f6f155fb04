"""Who is meant where rows of one person are looked for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.audit import actor
from bot.domain.chat.refs import UserRef
from bot.domain.local_chat import LOCAL_PLATFORM
from bot.store.audit import AuditRow
from bot.store.members import IdentityRow
from bot.store.queue import SubmissionRow

DISPUTE = "dispute"
"""The action of an audit entry that holds a learner's own words, and the key of their message."""

NOBODY = "somebody"
"""In place of a name that is forgotten."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody.

    Attributes:
        users: Every account of theirs.
        members: Who they are in their cohorts, by id.
    """

    users: Sequence[UserRef]
    members: Sequence[int]

    @property
    def actors(self) -> Sequence[str]:
        """As the audit trail names them."""
        return list(map(actor, self.users))

    @property
    def local(self) -> Sequence[str]:
        """As the local chat names them."""
        return [user.user for user in self.users if user.platform == LOCAL_PLATFORM]

    def is_target(self) -> ColumnElement[bool]:
        """Whether an audit entry is about them or what they sent."""
        target = literal("submission ", Text).concat(type_coerce(SubmissionRow.id, Text))
        of_submissions = select(target).where(SubmissionRow.member.in_(self.members))
        of_members = [f"member {member}" for member in self.members]
        return or_(AuditRow.target.in_(of_members), AuditRow.target.in_(of_submissions))

    def speaks(self, event: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Whether an event is theirs."""
        return _holds(event, [f'"user":{as_json(user)}' for user in self.users])

    def is_named_in(self, message: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Whether a message names one of their accounts."""
        return _holds(message, [as_json(user) for user in self.users])


async def find_person(session: AsyncSession, user: UserRef) -> Person:
    """Who somebody is by one account, with their other accounts in the same cohorts."""
    mine = select(IdentityRow.member).where(IdentityRow.user == user)
    rows = await session.execute(
        select(IdentityRow.member, IdentityRow.user).where(IdentityRow.member.in_(mine))
    )
    known = [(member, identity) for member, identity in rows]
    return Person(
        users=list(dict.fromkeys([user, *(identity for _, identity in known)])),
        members=sorted({member for member, _ in known}),
    )


def as_json(user: UserRef) -> str:
    """As it stands in the JSON of events and messages.

    Nothing that somebody types there looks like it: its quotes are escaped.
    """
    parts = {"platform": user.platform, "tenant": user.tenant, "user": user.user}
    return json.dumps(parts, separators=(",", ":"))


def _holds(column: InstrumentedAttribute[Any], pieces: Sequence[str]) -> ColumnElement[bool]:
    """Whether a text holds one of these; LIKE would take capitals for small letters on SQLite."""
    text = type_coerce(column, Text)
    return or_(*(func.replace(text, piece, "") != text for piece in pieces))
