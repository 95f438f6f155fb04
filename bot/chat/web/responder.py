"""Answers to commands, buttons and forms. None expires here; a dialog needs its page, though."""

import secrets
from dataclasses import dataclass, field, replace

from typing_extensions import override

from bot.chat.common.plain import plain
from bot.chat.web import outbound
from bot.chat.web.html import Html
from bot.chat.web.tabs import Tabs
from bot.chat.web.workspace import conversation_of
from bot.domain.chat.events import ActionPressed, Event, FormSubmitted
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Form, Message
from bot.domain.chat.port import Responder
from bot.domain.clock import Clock
from bot.domain.errors import ExpiredError
from bot.domain.local_chat import LocalChatStore, OpenedForm

_FORM = "form:"

REQUESTS_KEPT = 1000
"""Far more than are open at a time; a refused action leaves one behind."""


def form_key(token: str) -> str:
    """The key of the event that an opened form is sent."""
    return f"{_FORM}{token}"


def form_token(key: str) -> str:
    """Which opened form an event was sent from."""
    return key.removeprefix(_FORM)


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """What a page waits for.

    Attributes:
        tab: The page.
        id: Its own name for what was done; the button that was pressed is busy until it hears it.
        about: The command, as typed.
    """

    tab: str
    id: str
    about: str = ""


@dataclass(slots=True)
class Answers:
    """Makes responders, and remembers which page an event came from."""

    store: LocalChatStore
    html: Html
    tabs: Tabs
    clock: Clock
    _requests: dict[str, PendingRequest] = field(
        default_factory=dict[str, PendingRequest], init=False
    )

    def expect(self, event_key: str, request: PendingRequest) -> None:
        """This page waits for an answer to this event."""
        self._requests[event_key] = request
        if len(self._requests) > REQUESTS_KEPT:
            del self._requests[next(iter(self._requests))]

    def responder(self, event: Event) -> "WebResponder":
        """For an event, also one of an earlier process: its page is then unknown."""
        return WebResponder(self, event, self._requests.pop(event.key, PendingRequest("", "")))


@dataclass(slots=True)
class WebResponder(Responder):
    """Answers one event."""

    answers: Answers
    event: Event
    request: PendingRequest
    _replies: int = field(default=0, init=False)

    @override
    async def reply(self, message: Message) -> None:
        self._replies += 1
        # The core uses this key when it answers an event again after a crash: one answer then.
        further = f":{self._replies}" if self._replies > 1 else ""
        async with self.answers.store.write() as chat:
            await outbound.say(
                chat,
                message,
                conversation_of(self.event.conversation),
                key=MessageKey(Kind.REPLY, self.event.key + further),
                at=self.answers.clock(),
                private_to=self.event.user.user,
                about=self.request.about,
            )
        self.answers.tabs.wake()
        await self._send({"type": "done", "id": self.request.id})

    @override
    async def refuse(self, message: Message) -> None:
        if isinstance(self.event, FormSubmitted) and await self._reopen(self.event, message):
            return
        await self.reply(message)

    async def _reopen(self, event: FormSubmitted, message: Message) -> bool:
        """Open the form again with what was typed, and with what is wrong."""
        async with self.answers.store.read() as chat:
            sent = await chat.forms.find(form_token(event.key), event.user.user)
        if sent is None:
            return False
        typed = (
            replace(asked, value=event.fields.get(asked.name, "")) for asked in sent.form.fields
        )
        return await self._show(replace(sent.form, fields=tuple(typed)), problem=plain(message))

    @override
    async def open_form(self, form: Form) -> None:
        if not await self._show(form):
            raise ExpiredError("The page that asked for the dialog is closed.")
        await self._send({"type": "done", "id": self.request.id})

    @override
    async def spend(self) -> None:
        if isinstance(self.event, ActionPressed):
            async with self.answers.store.write() as chat:
                await outbound.spend(chat, int(self.event.message.message))
            self.answers.tabs.wake()

    async def _show(self, form: Form, problem: str = "") -> bool:
        opened = OpenedForm(
            token=secrets.token_urlsafe(16),
            person=self.event.user.user,
            conversation=conversation_of(self.event.conversation),
            form=form,
        )
        async with self.answers.store.write() as chat:
            await chat.forms.add(opened, self.answers.clock())
        html = self.answers.html.form(opened, problem)
        return await self._send({"type": "form", "form": form.form_id, "html": html})

    async def _send(self, frame: dict[str, str]) -> bool:
        for tab in self.answers.tabs.of(self.request.tab, self.event.user.user):
            try:
                await tab.send(frame)
            except ConnectionError:
                continue
            return True
        return False
