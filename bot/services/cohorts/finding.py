"""The member whom a mentor means, however they are named; and how members are offered."""

from collections.abc import Callable, Sequence

from bot.domain.chat.refs import ConversationRef
from bot.domain.cohort import Cohort
from bot.domain.errors import NotFoundError
from bot.domain.member import Member
from bot.domain.store import Store
from bot.services.cohorts import messages

Choose = Callable[[Member], bool]
"""Whether it is this one."""


async def find_member(store: Store, cohort: Cohort, typed: str, *, near: ConversationRef) -> Member:
    """The member whom a mentor names: as offered, by a mention, by name or alias.

    Raises:
        NotFoundError: That names nobody, or more than one.
    """
    words = typed.strip()
    async with store.read() as tx:
        members = await tx.members.of(cohort.id)
    for choose in _ways(words, near):
        found = [member for member in members if choose(member)]
        if len(found) == 1:
            return found[0]
        if found:
            names = [offered(member) for member in found]
            raise NotFoundError(messages.several_members(words, names))
    raise NotFoundError(messages.unknown_member(words))


def offered(member: Member) -> str:
    """A member in one word, as mentors are offered them: number and name."""
    return f"{member.id}·{'_'.join(member.name.split())}"


def _ways(typed: str, near: ConversationRef) -> Sequence[Choose]:
    """How somebody can be named, the surest way first."""
    number = typed.partition("·")[0]
    user = typed.strip("<@!>").partition("|")[0]
    name = typed.lstrip("@").casefold()
    return (
        lambda member: "·" in typed and str(member.id) == number,
        lambda member: any(
            identity.platform == near.platform and identity.user == user
            for identity in member.identities
        ),
        lambda member: name in {member.name.casefold(), member.alias.casefold()},
    )


async def offer_members(store: Store, where: ConversationRef) -> Sequence[str]:
    """Everybody in the cohort of a channel, as `offered`."""
    async with store.read() as tx:
        cohort = await tx.cohorts.find_by_channel(where)
        members = await tx.members.of(cohort.id) if cohort else ()
    return [offered(member) for member in members]
