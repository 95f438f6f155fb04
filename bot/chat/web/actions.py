"""What a person at a page does: each deed is stored together with its event for the core."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.chat.common import commandline, plain
from bot.chat.web import archive, ledger, outbound
from bot.chat.web.codec import Content, Typed, option_out
from bot.chat.web.database import Connection, Database
from bot.chat.web.frames import Delete, Dismiss, Edit, Press, Say, Submit
from bot.chat.web.markup import MENTION
from bot.chat.web.responder import Answers, Errand
from bot.chat.web.tabs import Tab
from bot.chat.web.workspace import BOT, Person, Spot, Workspace, user_ref
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.events import (
    ActionPressed,
    Attachment,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.message import Buttons, Form, Message, Text
from bot.domain.chat.refs import MessageRef
from bot.domain.clock import Clock
from bot.domain.errors import UserError
from bot.domain.outbox import Kind, MessageKey

TEXT_LIMIT_BYTES = 100 * 1024
FILES_LIMIT = 10

_FENCED = re.compile(r"(`{3,}+[\s\S]*?(?:`{3,}+|\Z))")


@dataclass(slots=True)
class Deeds:
    """Checks what a page asks for, and does it.

    Every deed raises `UserError` when it cannot be done, and `GoneError` when what it is about is
    not there. A repeated deed (same id) changes nothing.
    """

    workspace: Workspace
    database: Database
    answers: Answers
    clock: Clock
    commands: Sequence[CommandSpec] = field(default=())

    def commands_of(self, person: Person) -> list[Mapping[str, Any]]:
        """The commands this person may give, for the page's completion."""
        return [
            {
                "name": spec.name,
                "usage": commandline.usage(spec),
                "description": spec.description,
                "options": [option_out(option) for option in spec.options],
            }
            for spec in self.commands
            if person.mentor or not spec.mentors_only
        ]

    async def say(self, tab: Tab, frame: Say) -> int:
        """Post a message, or give a command; gives the message's number, or 0."""
        spot = self.workspace.spot(tab.person, frame.conversation)
        _check_size(frame.text, frame.files)
        if frame.text.startswith("/"):
            if frame.files:
                raise UserError("A command takes no files. Send them in a message of their own.")
            await self._command(tab, frame, spot)
            return 0
        if not frame.text.strip() and not frame.files:
            raise UserError("There is nothing to send yet.")
        return await self.database.run(partial(self._post, tab.person, frame, spot))

    async def edit(self, tab: Tab, frame: Edit) -> None:
        """Change what one's own message says."""
        _check_size(frame.text, ())
        await self.database.run(partial(self._edit, tab.person, frame))

    async def delete(self, tab: Tab, frame: Delete) -> None:
        """Take one's own message back."""
        await self.database.run(partial(self._delete, tab.person, frame))

    async def press(self, tab: Tab, frame: Press) -> None:
        """Press a button that this person can see."""
        key = f"press:{tab.person.id}:{frame.id}"
        self.answers.expect(key, Errand(tab.id, frame.id))
        await self.database.run(partial(self._press, tab.person, frame, key))

    async def submit(self, tab: Tab, frame: Submit) -> None:
        """Send a form that was opened for this person."""
        key = f"form:{frame.id}"
        for text in frame.fields.values():
            _check_size(text, frame.files)
        self.answers.expect(key, Errand(tab.id, frame.id))
        await self.database.run(partial(self._submit, tab.person, frame, key))

    async def dismiss(self, tab: Tab, frame: Dismiss) -> None:
        """Hide a message that only this person sees."""
        await self.database.run(partial(self._dismiss, tab.person, frame.message))

    # --- inside a transaction -----------------------------------------------------------------

    def _post(self, person: Person, frame: Say, spot: Spot, tx: Connection) -> int:
        key = f"{person.id}:{frame.id}"
        known = archive.find_by_key(tx, key)
        if known is not None:
            return known.id
        if spot.thread:
            self._enter_thread(tx, person, spot)
        content = Typed(frame.text, ledger.take_uploads(tx, frame.files))
        draft = archive.Draft(
            key=key, spot=spot, author=person.id, content=content, at=self.clock()
        )
        message = archive.add(tx, draft)
        archive.mark_read(tx, person.id, spot, message.id)
        text, mentions_bot = without_mention(frame.text)
        ledger.put_event(
            tx,
            MessagePosted(
                key=f"message:{message.id}",
                at=message.posted_at,
                conversation=spot.ref,
                user=user_ref(person),
                message=MessageRef(spot.ref, str(message.id)),
                text=text,
                attachments=content.attachments,
                mentions_bot=mentions_bot,
            ),
        )
        return message.id

    def _enter_thread(self, tx: Connection, person: Person, spot: Spot) -> None:
        """Anyone may begin a thread at a message that everyone in the channel reads."""
        parent = self._visible(tx, person, spot.thread)
        if parent.private_to or parent.spot != Spot(spot.channel):
            raise UserError("That message has no thread.")
        archive.open_thread(tx, spot.thread, _title(parent.content))

    def _edit(self, person: Person, frame: Edit, tx: Connection) -> None:
        before = self._visible(tx, person, frame.message)
        written = _own(before, person, "edit")
        if not frame.text.strip() and not written.attachments:
            raise UserError("A message needs some words. Write them, or leave it as it was.")
        content = Typed(frame.text, written.attachments)
        message = archive.change(tx, frame.message, content)
        if message is None:
            return
        text, mentions_bot = without_mention(frame.text)
        ledger.put_event(
            tx,
            MessageEdited(
                key=f"edit:{message.id}:{message.revision}",
                at=self.clock(),
                conversation=message.spot.ref,
                user=user_ref(person),
                message=MessageRef(message.spot.ref, str(message.id)),
                text=text,
                attachments=content.attachments,
                mentions_bot=mentions_bot,
            ),
        )

    def _delete(self, person: Person, frame: Delete, tx: Connection) -> None:
        message = self._visible(tx, person, frame.message)
        _own(message, person, "delete")
        if archive.has_thread(tx, message.id):
            raise UserError("Others have answered that message in a thread, so it stays.")
        archive.delete(tx, message.id)
        ledger.put_event(
            tx,
            MessageDeleted(
                key=f"delete:{message.id}",
                at=self.clock(),
                conversation=message.spot.ref,
                user=user_ref(person),
                message=MessageRef(message.spot.ref, str(message.id)),
            ),
        )

    def _press(self, person: Person, frame: Press, key: str, tx: Connection) -> None:
        message = self._visible(tx, person, frame.message)
        if message.author != BOT or frame.action not in _actions(message.content):
            raise UserError("That button is no longer there.")
        ledger.put_event(
            tx,
            ActionPressed(
                key=key,
                at=self.clock(),
                conversation=message.spot.ref,
                user=user_ref(person),
                action=frame.action,
                message=MessageRef(message.spot.ref, str(message.id)),
            ),
        )

    def _submit(self, person: Person, frame: Submit, key: str, tx: Connection) -> None:
        opened = ledger.find_form(tx, frame.id, person.id)
        if opened is None:
            raise UserError("That dialog is too old. Please open it again.")
        if ledger.has_event(tx, key):
            return
        event = FormSubmitted(
            key=key,
            at=self.clock(),
            conversation=opened.spot.ref,
            user=user_ref(person),
            form_id=opened.form.form_id,
            fields=_filled(opened.form, frame.fields),
            attachments=_files(tx, opened.form, frame.files),
        )
        ledger.put_event(tx, event)

    def _dismiss(self, person: Person, number: int, tx: Connection) -> None:
        message = self._visible(tx, person, number)
        if message.private_to != person.id:
            raise UserError("Only a message that nobody else sees can be dismissed.")
        archive.dismiss(tx, number)

    def _visible(self, tx: Connection, person: Person, number: int) -> archive.Stored:
        message = archive.get(tx, number)
        self.workspace.spot(person, message.spot.name)
        if not message.visible_to(person.id):
            raise UserError("That message is no longer here.")
        return message

    async def _command(self, tab: Tab, frame: Say, spot: Spot) -> None:
        key = f"command:{tab.person.id}:{frame.id}"
        invocation = commandline.parse(frame.text, self.commands)
        if invocation is None:
            await self.database.run(partial(self._unknown, tab.person, frame, spot, key))
            return
        event: Event = CommandInvoked(
            key=key,
            at=self.clock(),
            conversation=spot.ref,
            user=user_ref(tab.person),
            name=invocation.name,
            args=invocation.args,
        )
        self.answers.expect(key, Errand(tab.id, frame.id, about=frame.text.split("\n", 1)[0][:120]))
        await self.database.run(partial(ledger.put_event, event=event))

    def _unknown(self, person: Person, frame: Say, spot: Spot, key: str, tx: Connection) -> None:
        allowed = [spec for spec in self.commands if person.mentor or not spec.mentors_only]
        near = [f"`/{name}`" for name in commandline.nearest(frame.text, allowed)]
        hint = f"Did you mean {', '.join(near)}?" if near else "`/help` shows what I know."
        typed = plain.preview(frame.text, limit_chars=40)
        outbound.say(
            tx,
            key=MessageKey(Kind.REPLY, key),
            spot=spot,
            message=Message.of(
                f"I do not know the command “{typed}”. {hint} To begin a message with a slash,"
                " put a space before it."
            ),
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


def _own(message: archive.Stored, person: Person, deed: str) -> Typed:
    """What somebody wrote, if it was this person."""
    if message.author != person.id or not isinstance(message.content, Typed):
        raise UserError(f"Only the author of a message can {deed} it.")
    return message.content


def _actions(content: Content) -> set[str]:
    if isinstance(content, Typed):
        return set()
    rows = [block.row for block in content if isinstance(block, Buttons)]
    return {button.action for row in rows for button in row}


def _filled(form: Form, given: Mapping[str, str]) -> dict[str, str]:
    for wanted in form.fields:
        if wanted.required and not given.get(wanted.name, "").strip():
            raise UserError(f"“{wanted.label}” is still empty.")
    return {wanted.name: given.get(wanted.name, "") for wanted in form.fields}


def _files(tx: Connection, form: Form, ids: Sequence[str]) -> tuple[Attachment, ...]:
    if ids and not form.accepts_file:
        raise UserError("This dialog takes no files.")
    return ledger.take_uploads(tx, ids)


def _title(content: Content) -> str:
    if isinstance(content, Typed):
        words = plain.preview(_FENCED.sub(" code ", content.text), limit_chars=60)
        return words or "Thread"
    texts = [block.markdown for block in content if isinstance(block, Text)]
    return plain.preview(texts[0], limit_chars=60) if texts else "Thread"


def _check_size(text: str, files: Sequence[str]) -> None:
    if len(text.encode()) > TEXT_LIMIT_BYTES:
        raise UserError(
            f"That is over {TEXT_LIMIT_BYTES // 1024} KiB, more than one message holds. Send the"
            " code alone, or attach it as a file."
        )
    if len(files) > FILES_LIMIT:
        raise UserError(f"One message holds {FILES_LIMIT} files at most.")
