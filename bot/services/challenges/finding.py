"""Finding the challenge that a mentor names, and offering those that could be named."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.errors import NotFoundError, UserError
from bot.domain.numbers import whole_number
from bot.domain.store import Store
from bot.services.challenges import messages
from bot.services.talk.registry import Call, Completion

OFFERED = 24
"""Challenges of the last eight weeks."""

_AFTER_NUMBER = re.compile(r"[\s.·]")
"""What stands between a challenge's number and its exercise, in a list or in what is offered."""

Wish = Callable[[Challenge], bool]
"""Whether a challenge may be offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeFinder:
    """Looks in the cohort in whose channel a command is given, and nowhere else."""

    store: Store
    clock: Clock

    async def get(self, call: Call) -> Challenge:
        """The challenge that a command names by its number, perhaps with more words after it.

        Raises:
            UserError: It names none of this cohort.
        """
        number = whole_number(_AFTER_NUMBER.split(call.require("challenge"), maxsplit=1)[0])
        if number is None:
            raise UserError(messages.SAY_ITS_NUMBER)
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(number)
        if challenge.cohort != call.cohort.id:
            raise NotFoundError(messages.unknown_challenge(challenge.id))
        return challenge

    def is_open(self, challenge: Challenge) -> bool:
        """Whether it is open now."""
        return challenge.window(self.clock()) is Window.OPEN

    def is_closed(self, challenge: Challenge) -> bool:
        """Whether it is not, and may be opened again."""
        return not self.is_open(challenge) and bool(challenge.threads)

    def offer(self, wish: Wish = bool) -> Completion:
        """Completes a challenge's option: number and exercise in one word, the newest first."""

        async def complete(where: ConversationRef) -> Sequence[str]:
            async with self.store.read() as tx:
                cohort = await tx.cohorts.find_by_channel(where)
                if cohort is None:
                    return ()
                newest = await tx.challenges.newest(cohort.id, limit=OFFERED)
            return [f"{item.id}·{item.exercise}" for item in reversed(newest) if wish(item)]

        return complete
