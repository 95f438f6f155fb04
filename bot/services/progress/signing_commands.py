"""The commands with which mentors sign stages and milestones off, and take that back."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.chat.commands import CommandOption, CommandSpec, Permission
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import UserError
from bot.domain.exercise import Catalogue
from bot.domain.member import Member
from bot.domain.signoff import Signed, signable
from bot.domain.store import Store
from bot.domain.text import one_line
from bot.services.cohorts.finding import find_member, offer_members
from bot.services.progress import signing_messages as messages
from bot.services.progress.signing import Mentor, SigningService
from bot.services.progress.signing_messages import What
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer

REASON_CHARS = 500
"""Of why something is signed off: a few sentences, which stand in the member's list."""

_OPTIONS = (
    CommandOption("member", "Who", suggests=True),
    CommandOption("kind", "A stage or a milestone", choices=tuple(Signed)),
    CommandOption("code", "Which: 5, 6 or A4", suggests=True),
    CommandOption("reason", "Why, in a sentence; the member reads it"),
)

SIGN = CommandSpec(
    "challenge signoff",
    "Sign off a stage or milestone of a member",
    _OPTIONS,
    Permission.MENTORS,
)
TAKE_BACK = CommandSpec(
    "challenge withdraw",
    "Withdraw a sign-off",
    _OPTIONS,
    Permission.MENTORS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCommands:
    """Answers them."""

    store: Store
    catalogue: Catalogue
    signing: SigningService

    def all(self) -> list[Command]:
        """Specs, handlers and completions."""
        completions = {"member": self._complete_members, "code": self._complete_codes}
        return [
            Command(spec=SIGN, handler=self._sign, completions=completions),
            Command(spec=TAKE_BACK, handler=self._take_back, completions=completions),
        ]

    async def _sign(self, call: Call) -> Answer:
        return await self.signing.sign(
            _mentor(call),
            call.cohort,
            await self._member(call),
            self._what(call),
            reason=_reason(call),
        )

    async def _take_back(self, call: Call) -> Answer:
        return await self.signing.take_back(
            _mentor(call),
            call.cohort,
            await self._member(call),
            self._what(call),
            reason=_reason(call),
        )

    async def _member(self, call: Call) -> Member:
        """The one member of this cohort whom a mentor names."""
        near, typed = call.event.conversation, call.require("member")
        return await find_member(self.store, call.cohort, typed, near=near)

    def _what(self, call: Call) -> What:
        """What is to be signed off.

        Raises:
            UserError: No mentor's word is wanted for it.
        """
        kind, code = call.get_word("kind"), call.require("code").upper()
        rules = self.catalogue.milestone_rules
        if kind not in set(Signed) or code not in signable(Signed(kind), rules):
            raise UserError(messages.what_can_be_signed(rules))
        return What(Signed(kind), code)

    async def _complete_members(self, where: ConversationRef) -> Sequence[str]:
        return await offer_members(self.store, where)

    async def _complete_codes(self, _where: ConversationRef) -> Sequence[str]:
        rules = self.catalogue.milestone_rules
        return [code for kind in Signed for code in signable(kind, rules)]


def _mentor(call: Call) -> Mentor:
    return Mentor(event=call.event, member=call.member)


def _reason(call: Call) -> str:
    return one_line(call.require("reason"), max_chars=REASON_CHARS)
