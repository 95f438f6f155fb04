"""What is said in a challenge's thread: code, a request for a hint, or conversation."""

from dataclasses import dataclass

from bot.domain.chat.events import MessagePosted
from bot.domain.store import Store
from bot.services.submissions.hints import HintService
from bot.services.submissions.intake import IntakeService
from bot.services.submissions.released import ReleasedExercises
from bot.services.submissions.source import fences
from bot.services.talk.reply import Reply

HINT_WORDS = {"hint", "hint please", "hint, please"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadListener:
    """Takes what is said in the threads of challenges."""

    store: Store
    intake: IntakeService
    hints: HintService
    released: ReleasedExercises

    async def listen(self, event: MessagePosted, reply: Reply) -> bool:
        """Take a message; False where it is not said in a thread, or only mentions the bot.

        Raises:
            UserError: It cannot be taken, and why.
        """
        async with self.store.read() as tx:
            challenge = await tx.challenges.find_by_thread(event.conversation)
            if challenge is None:
                return False
            exercise = await self.released.of(tx, challenge)
        if event.text.strip().lower() in HINT_WORDS:
            await reply.say(await self.hints.take_next(event.user, challenge))
            return True
        if event.mentions_bot and not _holds_code(event):
            return False
        answer = await self.intake.take_message(event, challenge, exercise, reply)
        if answer is not None:
            await reply.say(answer)
        return True


def _holds_code(event: MessagePosted) -> bool:
    return bool(event.attachments) or bool(fences.extract(event.text))
