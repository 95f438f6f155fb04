"""Answers to commands, buttons and forms. None expires here; a dialog needs its page, though."""

import secrets
from dataclasses import dataclass, field
from functools import partial

from bot.chat.web import ledger, outbound
from bot.chat.web.database import Database
from bot.chat.web.html import Html
from bot.chat.web.tabs import Tabs
from bot.chat.web.workspace import Spot
from bot.domain.chat.events import Event
from bot.domain.chat.message import Form, Message
from bot.domain.clock import Clock
from bot.domain.errors import ExpiredError
from bot.domain.outbox import Kind, MessageKey

ERRANDS_KEPT = 1000
"""Far more than are open at a time; a refused deed leaves one behind."""


@dataclass(frozen=True, slots=True)
class Errand:
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

    database: Database
    html: Html
    tabs: Tabs
    clock: Clock
    _errands: dict[str, Errand] = field(default_factory=dict[str, Errand], init=False)

    def expect(self, event_key: str, errand: Errand) -> None:
        """This page waits for an answer to this event."""
        self._errands[event_key] = errand
        if len(self._errands) > ERRANDS_KEPT:
            del self._errands[next(iter(self._errands))]

    def responder(self, event: Event) -> "WebResponder":
        """For an event, also one of an earlier process: its page is then unknown."""
        return WebResponder(self, event, self._errands.pop(event.key, Errand("", "")))


@dataclass(slots=True)
class WebResponder:
    """Answers one event."""

    answers: Answers
    event: Event
    errand: Errand
    _replies: int = field(default=0, init=False)

    async def reply(self, message: Message) -> None:
        """Post for the person alone, where they are."""
        self._replies += 1
        # The core uses this key when it answers an event again after a crash: one answer then.
        further = f":{self._replies}" if self._replies > 1 else ""
        speak = partial(
            outbound.say,
            key=MessageKey(Kind.REPLY, self.event.key + further),
            spot=Spot.of(self.event.conversation),
            message=message,
            at=self.answers.clock(),
            private_to=self.event.user.user,
            about=self.errand.about,
        )
        await self.answers.database.run(speak)
        self.answers.tabs.wake()
        await self._tell({"type": "done", "id": self.errand.id})

    async def open_form(self, form: Form) -> None:
        """Open the dialog on the page where the button was pressed.

        Raises:
            ExpiredError: That page is closed.
        """
        opened = ledger.OpenedForm(
            token=secrets.token_urlsafe(16),
            person=self.event.user.user,
            spot=Spot.of(self.event.conversation),
            form=form,
        )
        await self.answers.database.run(
            partial(ledger.put_form, opened=opened, at=self.answers.clock())
        )
        shown = await self._tell(
            {"type": "form", "form": form.form_id, "html": self.answers.html.form(opened)}
        )
        if not shown:
            raise ExpiredError("The page that asked for the dialog is closed.")
        await self._tell({"type": "done", "id": self.errand.id})

    async def _tell(self, frame: dict[str, str]) -> bool:
        for tab in self.answers.tabs.of(self.errand.tab, self.event.user.user):
            try:
                await tab.send(frame)
            except ConnectionError:
                continue
            return True
        return False
