"""What a person at a page does: each action is stored together with its event for the core."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.chat.common import plain
from bot.chat.web import outbound
from bot.chat.web.frames import Delete, Dismiss, Edit, Press, Say, Submit
from bot.chat.web.markup import MENTION
from bot.chat.web.responder import Answers, PendingRequest, form_key
from bot.chat.web.tabs import Tab
from bot.chat.web.workspace import BOT, Person, Workspace, message_ref, ref_of, user_ref
from bot.domain.chat.commands import CommandSpec, parse, unknown_command, usage
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Buttons, Form, Message, Text
from bot.domain.clock import Clock
from bot.domain.errors import UserError
from bot.domain.local_chat import (
    ChatMessage,
    Content,
    Conversation,
    LocalChat,
    LocalChatStore,
    NewChatMessage,
    PersonContent,
)
from bot.domain.text import one_line

TEXT_LIMIT_BYTES = 100 * 1024
FILES_LIMIT = 10

_FENCED = re.compile(r"(`{3,}+[\s\S]*?(?:`{3,}+|\Z))")


@dataclass(slots=True)
class Actions:
    """Checks what a page asks for, and does it.

    Every action raises `UserError` when it cannot be done, and `GoneError` when what it is about is
    not there. A repeated action (same id) changes nothing.
    """

    workspace: Workspace
    store: LocalChatStore
    answers: Answers
    clock: Clock
    commands: Sequence[CommandSpec] = field(default=())

    def commands_of(self, person: Person) -> list[Mapping[str, Any]]:
        """The commands this person may give, for the page's completion."""
        return [
            {
                "name": spec.name,
                "usage": usage(spec),
                "description": spec.description,
                "options": [asdict(option) for option in spec.options],
            }
            for spec in self._allowed(person)
        ]

    async def say(self, tab: Tab, frame: Say) -> int:
        """Post a message, or give a command; gives the message's number, or 0."""
        conversation = self.workspace.open_to(tab.person, frame.conversation)
        _check_size(frame.text, frame.files)
        if frame.text.startswith("/"):
            if frame.files:
                raise UserError("A command takes no files. Send them in a message of their own.")
            await self._command(tab, frame, conversation)
            return 0
        if not frame.text.strip() and not frame.files:
            raise UserError("There is nothing to send yet.")
        async with self.store.write() as chat:
            return await self._post(chat, tab.person, frame, conversation)

    async def edit(self, tab: Tab, frame: Edit) -> None:
        """Change what one's own message says."""
        _check_size(frame.text, ())
        async with self.store.write() as chat:
            before = await self._visible(chat, tab.person, frame.message)
            written = _own(before, tab.person, "edit")
            if not frame.text.strip() and not written.attachments:
                raise UserError("A message needs some words. Write them, or leave it as it was.")
            content = PersonContent(frame.text, written.attachments)
            if content == written:
                return
            message = await chat.messages.set_content(before, content)
            key = f"edit:{message.id}:{message.revision}"
            await chat.events.put(self._written(MessageEdited, tab.person, message, content, key))

    async def delete(self, tab: Tab, frame: Delete) -> None:
        """Take one's own message back."""
        async with self.store.write() as chat:
            message = await self._visible(chat, tab.person, frame.message)
            _own(message, tab.person, "delete")
            thread = Conversation(message.conversation.channel, message.id)
            if await chat.threads.exists(thread):
                raise UserError("Others have answered that message in a thread, so it stays.")
            await chat.messages.delete(message.id)
            common = self._common(tab.person, message.conversation, f"delete:{message.id}")
            await chat.events.put(MessageDeleted(**common, message=message_ref(message)))

    async def press(self, tab: Tab, frame: Press) -> None:
        """Press a button that this person can see."""
        key = f"press:{tab.person.id}:{frame.id}"
        self.answers.expect(key, PendingRequest(tab.id, frame.id))
        async with self.store.write() as chat:
            message = await self._visible(chat, tab.person, frame.message)
            if message.author != BOT or frame.action not in _actions(message.content):
                raise UserError("That button is no longer there.")
            common = self._common(tab.person, message.conversation, key)
            await chat.events.put(
                ActionPressed(**common, action=frame.action, message=message_ref(message))
            )

    async def submit(self, tab: Tab, frame: Submit) -> None:
        """Send a form that was opened for this person."""
        key = form_key(frame.id)
        for text in frame.fields.values():
            _check_size(text, frame.files)
        self.answers.expect(key, PendingRequest(tab.id, frame.id))
        async with self.store.write() as chat:
            opened = await chat.forms.find(frame.id, tab.person.id)
            if opened is None:
                raise UserError("That dialog is too old. Please open it again.")
            if await chat.events.has(key):
                return
            if frame.files and not opened.form.accepts_file:
                raise UserError("This dialog takes no files.")
            await chat.events.put(
                FormSubmitted(
                    **self._common(tab.person, opened.conversation, key),
                    form_id=opened.form.form_id,
                    fields=_filled(opened.form, frame.fields),
                    attachments=await _take(chat, frame.files),
                )
            )

    async def dismiss(self, tab: Tab, frame: Dismiss) -> None:
        """Hide a message that only this person sees."""
        async with self.store.write() as chat:
            message = await self._visible(chat, tab.person, frame.message)
            if message.private_to != tab.person.id:
                raise UserError("Only a message that nobody else sees can be dismissed.")
            await chat.messages.dismiss(message.id)

    # --- inside a transaction -----------------------------------------------------------------

    async def _post(
        self, chat: LocalChat, person: Person, frame: Say, conversation: Conversation
    ) -> int:
        key = f"{person.id}:{frame.id}"
        known = await chat.messages.find_by_key(key)
        if known is not None:
            return known.id
        if conversation.thread:
            await self._enter_thread(chat, person, conversation)
        content = PersonContent(frame.text, await _take(chat, frame.files))
        message = await chat.messages.add(
            NewChatMessage(
                key=key,
                conversation=conversation,
                author=person.id,
                content=content,
                posted_at=self.clock(),
            )
        )
        await chat.messages.mark_read(person.id, conversation, message.id)
        event = self._written(MessagePosted, person, message, content, f"message:{message.id}")
        await chat.events.put(event)
        return message.id

    async def _enter_thread(
        self, chat: LocalChat, person: Person, conversation: Conversation
    ) -> None:
        """Anyone may begin a thread at a message that everyone in the channel reads."""
        parent = await self._visible(chat, person, conversation.thread)
        if parent.private_to or parent.conversation != Conversation(conversation.channel):
            raise UserError("That message has no thread.")
        await chat.threads.open(parent, _title(parent.content))

    async def _visible(self, chat: LocalChat, person: Person, number: int) -> ChatMessage:
        message = await chat.messages.get(number)
        self.workspace.check_access(person, message.conversation)
        if not message.is_visible_to(person.id):
            raise UserError("That message is no longer here.")
        return message

    def _written(
        self,
        kind: type[MessagePosted],
        person: Person,
        message: ChatMessage,
        content: PersonContent,
        key: str,
    ) -> MessagePosted:
        text, mentions_bot = without_mention(content.text)
        return kind(
            **self._common(person, message.conversation, key),
            message=message_ref(message),
            text=text,
            attachments=content.attachments,
            mentions_bot=mentions_bot,
        )

    def _common(self, person: Person, conversation: Conversation, key: str) -> dict[str, Any]:
        """What every event says."""
        return {
            "key": key,
            "at": self.clock(),
            "conversation": ref_of(conversation),
            "user": user_ref(person),
        }

    # --- commands -----------------------------------------------------------------------------

    def _allowed(self, person: Person) -> list[CommandSpec]:
        return [spec for spec in self.commands if person.mentor or not spec.mentors_only]

    async def _command(self, tab: Tab, frame: Say, conversation: Conversation) -> None:
        key = f"command:{tab.person.id}:{frame.id}"
        invocation = parse(frame.text, self.commands)
        if invocation is None:
            await self._refuse(tab.person, frame, conversation, key)
            return
        event = CommandInvoked(
            **self._common(tab.person, conversation, key),
            name=invocation.name,
            args=invocation.args,
        )
        about = one_line(frame.text.partition("\n")[0], max_chars=120)
        self.answers.expect(key, PendingRequest(tab.id, frame.id, about=about))
        async with self.store.write() as chat:
            await chat.events.put(event)

    async def _refuse(
        self, person: Person, frame: Say, conversation: Conversation, key: str
    ) -> None:
        unknown = unknown_command(frame.text, self._allowed(person))
        message = Message.of(f"{unknown} To begin a message with a slash, put a space before it.")
        async with self.store.write() as chat:
            await outbound.say(
                chat,
                message,
                conversation,
                key=MessageKey(Kind.REPLY, key),
                at=self.clock(),
                private_to=person.id,
            )


def without_mention(text: str) -> tuple[str, bool]:
    """A message without the mentions of the bot, and whether there were any outside of code."""
    parts = _FENCED.split(text)
    prose = [MENTION.sub("", part) for part in parts[::2]]
    if prose == parts[::2]:
        return text, False
    parts[::2] = prose
    return "".join(parts).strip(), True


def _own(message: ChatMessage, person: Person, action: str) -> PersonContent:
    """What somebody wrote, if it was this person."""
    if message.author != person.id or not isinstance(message.content, PersonContent):
        raise UserError(f"Only the author of a message can {action} it.")
    return message.content


def _actions(content: Content) -> set[str]:
    if isinstance(content, PersonContent):
        return set()
    rows = [block.row for block in content.blocks if isinstance(block, Buttons)]
    return {button.action for row in rows for button in row if not button.spent}


def _filled(form: Form, given: Mapping[str, str]) -> dict[str, str]:
    for wanted in form.fields:
        if wanted.required and not given.get(wanted.name, "").strip():
            raise UserError(f"“{wanted.label}” is still empty.")
    return {wanted.name: given.get(wanted.name, "") for wanted in form.fields}


async def _take(chat: LocalChat, ids: Sequence[str]) -> tuple[Attachment, ...]:
    """These uploads, for one message or form."""
    attachments = await chat.files.take(ids)
    if len(attachments) < len(set(ids)):
        raise UserError("An attached file is no longer here. Please attach it again.")
    return attachments


def _title(content: Content) -> str:
    if isinstance(content, PersonContent):
        words = plain.preview(_FENCED.sub(" code ", content.text), limit_chars=60)
        return words or "Thread"
    texts = [block.markdown for block in content.blocks if isinstance(block, Text)]
    return plain.preview(texts[0], limit_chars=60) if texts else "Thread"


def _check_size(text: str, files: Sequence[str]) -> None:
    if len(text.encode()) > TEXT_LIMIT_BYTES:
        raise UserError(
            f"That is over {TEXT_LIMIT_BYTES // 1024} KiB, more than one message holds. Send the"
            " code alone, or attach it as a file."
        )
    if len(files) > FILES_LIMIT:
        raise UserError(f"One message holds {FILES_LIMIT} files at most.")
