"""One port for every chat platform: what the core asks of adapters, and they of the core."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.chat.commands import CommandSpec, OptionKind
from bot.domain.chat.events import Attachment, Event, UserInfo
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Form, Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef


class Responder(Protocol):
    """Answers one command, button or form while the platform still allows it."""

    async def reply(self, message: Message) -> None:
        """Answer the person alone.

        Raises:
            ExpiredError: Too late; the caller posts privately instead.
        """
        ...

    async def refuse(self, message: Message) -> None:
        """Say why it cannot be done. A form that can be kept open stays, with what was typed.

        Raises:
            ExpiredError: Too late; the caller posts privately instead.
        """
        await self.reply(message)

    async def open_form(self, form: Form) -> None:
        """Open a dialog.

        Raises:
            ExpiredError: Too late; the person has to press again.
        """
        ...

    async def spend(self) -> None:
        """Show the buttons of the message that was pressed as spent, if it is for one person alone.

        Raises:
            ChatError: They look as before.
        """


class Sink(Protocol):
    """The core, seen from an adapter."""

    async def accept(self, event: Event, responder: Responder | None = None) -> None:
        """Take one event. Returns once it is stored; a known key is dropped silently.

        Raises:
            StoreError: It could not be stored; the adapter delivers it again later.
        """
        ...

    async def expects_code(self, conversation: ConversationRef) -> bool:
        """Whether code in this channel may be an answer that belongs into a thread.

        An adapter asks before it passes on what was not said to the bot.
        """
        ...

    async def has_solved(self, thread: ConversationRef, user: UserRef) -> bool:
        """Whether somebody has solved the challenge of a thread; False where it has none."""
        ...

    async def suggest(
        self, command: str, option: str, partial: str, *, where: ConversationRef, info: UserInfo
    ) -> Sequence[str]:
        """Completions for a command option that is typed there, at most 25, best first.

        None for a command that this person, of whom the platform says `info`, may not give.
        """
        ...


class ChatPort(Protocol):
    """One chat platform. Every method may raise the errors under `ChatError`."""

    @property
    def platform(self) -> str:
        """The first part of every reference this adapter makes: ``web``, ``discord``, ``slack``."""
        ...

    async def start(self, sink: Sink, commands: Sequence[CommandSpec]) -> None:
        """Connect, register the commands, and deliver every event not yet accepted."""
        ...

    async def stop(self) -> None:
        """Disconnect; no event is delivered afterwards."""
        ...

    async def health(self) -> str:
        """Empty when connected, else one sentence on what is wrong."""
        ...

    async def post(
        self,
        conversation: ConversationRef,
        message: Message,
        *,
        key: MessageKey,
        private_to: UserRef | None = None,
    ) -> MessageRef:
        """Post once: a key of the same text names the same message, which says this afterwards.

        So a post whose answer was lost may be repeated, with other words too. With `private_to`
        only that person can read it.

        Raises:
            UnreachableError: The person takes no private messages.
        """
        ...

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace the content of one of the bot's messages.

        Raises:
            GoneError: It is no longer there, and not merely out of reach: it may be posted anew.
        """
        ...

    async def open_thread(self, message: MessageRef, title: str) -> ConversationRef:
        """The thread that belongs to a message; opened on first use."""
        ...

    async def resolve(self, kind: OptionKind, typed: str, *, near: ConversationRef) -> str:
        """The id of a channel or role that somebody points at: by mention, id or name.

        Args:
            kind: What it is.
            typed: As it was typed or chosen.
            near: Where that was.

        Raises:
            GoneError: There is none, or more than one.
        """
        ...

    async def problems(self, channel: ConversationRef, *, with_threads: bool) -> Sequence[str]:
        """What the bot may not do in a channel, a sentence each, with what to click.

        Args:
            channel: Which one.
            with_threads: Whether it opens threads there too.

        Raises:
            GoneError: There is no such channel.
        """
        ...

    async def fetch(self, attachment: Attachment, *, max_bytes: int) -> bytes:
        """The bytes of an attachment.

        Raises:
            TooLargeError: Over `max_bytes`; nothing beyond that is read.
            GoneError: It is no longer there.
        """
        ...
