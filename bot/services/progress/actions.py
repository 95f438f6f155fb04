"""What follows from the form in which members say how they see themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.chat.events import ActionPressed, Event, FormSubmitted
from bot.domain.chat.message import Form, FormField, Text
from bot.domain.clock import Clock
from bot.domain.errors import NotAMemberError, UserError
from bot.domain.member import Member
from bot.domain.numbers import whole_number
from bot.domain.self_view import LEAST_ANSWER, MOST_ANSWER, Answers, Page, find_page
from bot.domain.store import Store, Transaction
from bot.services.progress import self_view_messages as messages
from bot.services.progress import verbs
from bot.services.talk.messages import NOT_A_MEMBER, OLD_BUTTON
from bot.services.talk.reply import Answer
from bot.services.talk.verbs import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfViewActions:
    """Opens it, and keeps what is sent: for the member alone."""

    store: Store
    clock: Clock

    def all(self) -> list[Action]:
        """Every verb with what follows from it."""
        return [verbs.SELF_VIEW.does(self._open, self._take)]

    async def _open(self, event: ActionPressed, key: str) -> Answer:
        page = _page(key)
        async with self.store.read() as tx:
            member = await _member(tx, event)
            answers = await tx.self_views.of(member.id)
        return _form(page, answers)

    async def _take(self, event: FormSubmitted, key: str) -> Answer:
        page = _page(key)
        answers = _read(page, event.fields)
        async with self.store.write() as tx:
            member = await _member(tx, event)
            await tx.self_views.replace(member.id, page.items, answers, at=self.clock())
            known = await tx.self_views.of(member.id)
        return messages.kept(known, page)


def _page(key: str) -> Page:
    page = find_page(key)
    if page is None:
        raise UserError(OLD_BUTTON)
    return page


async def _member(tx: Transaction, event: Event) -> Member:
    cohort = await tx.cohorts.find_by_channel(event.conversation)
    member = await tx.members.find(cohort.id, event.user) if cohort else None
    if member is None:
        raise NotAMemberError(NOT_A_MEMBER)
    return member


def _form(page: Page, answers: Answers) -> Form:
    """The page's lines, each with what was answered before."""
    fields = tuple(
        FormField(item, line, required=False, value=str(answers.get(item, "")))
        for item, line in zip(page.items, page.lines, strict=True)
    )
    about = Text(messages.about(page))
    return replace(verbs.SELF_VIEW.form(page.key, beside=(about,)), fields=fields)


def _read(page: Page, fields: Mapping[str, str]) -> Answers:
    """The answers that were given; a line may be left empty.

    Raises:
        UserError: Something else than 0, 1 or 2 stands there.
    """
    answers: dict[str, int] = {}
    for item, line in zip(page.items, page.lines, strict=True):
        typed = fields.get(item, "").strip()
        if not typed:
            continue
        answer = whole_number(typed, least=LEAST_ANSWER, most=MOST_ANSWER)
        if answer is None:
            raise UserError(messages.no_answer(line))
        answers[item] = answer
    return answers
