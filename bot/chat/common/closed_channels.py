"""Where a platform refuses the bot, for its health to say so."""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import ForbiddenError, GoneError


@dataclass(slots=True)
class ClosedChannels:
    """Remembers each conversation that is closed to the bot, until it is open again or gone."""

    _refusals: dict[ConversationRef, str] = field(
        default_factory=dict[ConversationRef, str], init=False
    )

    @contextlib.contextmanager
    def watch(self, conversation: ConversationRef, *, private: bool = False) -> Generator[None]:
        """Note what comes of a request about a conversation.

        Args:
            conversation: What the request is about.
            private: It goes to one person: that it works does not open the conversation.
        """
        try:
            yield
        except ForbiddenError as error:
            channel = conversation.thread or conversation.channel
            self._refusals[conversation] = (
                f"{error} (channel {channel}; `freehand doctor` says more)"
            )
            raise
        except GoneError:
            self._forget(conversation, private=private)
            raise
        self._forget(conversation, private=private)

    def problem(self, is_ours: Callable[[ConversationRef], bool]) -> str:
        """One sentence on a closed conversation, empty if there is none.

        Args:
            is_ours: Whether the bot is still where a conversation is, so that somebody can open it.
        """
        return next((said for where, said in self._refusals.items() if is_ours(where)), "")

    def _forget(self, conversation: ConversationRef, *, private: bool) -> None:
        if not private:
            self._refusals.pop(conversation, None)
