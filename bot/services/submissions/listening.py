"""What is said in a challenge's thread: code, a request for a hint, or conversation."""

import asyncio
from dataclasses import dataclass

from bot.domain.challenge import Window
from bot.domain.chat.events import MessagePosted
from bot.domain.chat.message import ChannelLink, Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.exercise import Exercise
from bot.domain.store import Store, Transaction
from bot.services.submissions import remarks
from bot.services.submissions.attachments import code_file
from bot.services.submissions.hints import HintService
from bot.services.submissions.intake import IntakeService
from bot.services.submissions.released import ReleasedExercises
from bot.services.submissions.source import fences, reading
from bot.services.submissions.source.definitions import seems_code
from bot.services.talk.reply import Reply

HINT_WORDS = {"hint", "hint please", "hint, please"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadListener:
    """Takes what is said in the threads of challenges."""

    store: Store
    intake: IntakeService
    hints: HintService
    released: ReleasedExercises
    clock: Clock

    async def expects_code(self, conversation: ConversationRef) -> bool:
        """Whether somebody may have sent an answer there instead of to its thread."""
        async with self.store.read() as tx:
            return bool(await self._answerable(tx, conversation))

    async def listen(self, event: MessagePosted, reply: Reply) -> bool:
        """Take a message; False where it is not said in a thread, or only mentions the bot.

        Raises:
            UserError: It cannot be taken, and why.
        """
        async with self.store.read() as tx:
            challenge = await tx.challenges.find_by_thread(event.conversation)
            if challenge is None:
                return await self._hear_elsewhere(tx, event, reply)
            exercise = await self.released.of(tx, challenge)
        if event.text.strip().lower() in HINT_WORDS:
            await reply.say(await self.hints.take_next(event.user, challenge))
            return True
        if event.mentions_bot and not _holds_code(event, exercise):
            return False
        answer = await self.intake.take_message(event, challenge, exercise, reply)
        if answer is not None:
            await reply.say(answer)
        return True

    async def _hear_elsewhere(self, tx: Transaction, event: MessagePosted, reply: Reply) -> bool:
        """Say where an answer belongs that was sent to the channel of its cohort."""
        if not _may_hold_code(event):
            return False
        links = [
            ChannelLink("Its thread:", thread, exercise.title)
            for exercise, thread in await self._answerable(tx, event.conversation)
            if code_file(event.attachments)
            or await asyncio.to_thread(reading.of_message, event.text, exercise.entry)
        ]
        if links:
            await reply.say(Message.of(remarks.ELSEWHERE, *links))
        return bool(links)

    async def _answerable(
        self, tx: Transaction, channel: ConversationRef
    ) -> list[tuple[Exercise, ConversationRef]]:
        """What can be answered now, with its thread, in the cohort that practises in a channel."""
        cohort = await tx.cohorts.find_by_channel(channel)
        if cohort is None or not any(place.channel == channel for place in cohort.places):
            return []
        found: list[tuple[Exercise, ConversationRef]] = []
        for challenge in await tx.challenges.not_over(cohort.id, self.clock()):
            thread = challenge.thread_for(channel)
            if thread is not None and challenge.window(self.clock()) is not Window.OVER:
                found.append((await self.released.of(tx, challenge), thread))
        return found


def _holds_code(event: MessagePosted, exercise: Exercise) -> bool:
    if event.attachments or fences.extract(event.text):
        return True
    return reading.of_message(event.text, exercise.entry) != ""


def _may_hold_code(event: MessagePosted) -> bool:
    return code_file(event.attachments) is not None or seems_code(event.text) or "`" in event.text
