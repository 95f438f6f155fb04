"""Questions before what cannot be undone."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.confirmation import Confirmation
from tests.support.stores import NOW, Scene, later

QUESTION = Confirmation(
    id="q1",
    conversation=ConversationRef("web", "local", "practice"),
    user=UserRef("web", "local", "mentor"),
    command="challenge close",
    args={"challenge": "1 double-it"},
    asked_at=NOW,
    expires_at=NOW + timedelta(hours=1),
)


async def test_a_question_is_kept_as_it_was_asked_first(scene: Scene) -> None:
    async with scene.store.write() as tx:
        await tx.confirmations.ask(QUESTION)
        await tx.confirmations.ask(replace(QUESTION, args={"challenge": "2"}))

    async with scene.store.read() as tx:
        assert await tx.confirmations.find("q1") == QUESTION
        assert await tx.confirmations.find("q2") is None


async def test_one_event_answers_a_question_however_often_it_comes(scene: Scene) -> None:
    async with scene.store.write() as tx:
        await tx.confirmations.ask(QUESTION)
    answers: list[bool] = []
    for event in ("first", "second", "first"):
        async with scene.store.write() as tx:
            answers.append(await tx.confirmations.answer("q1", by=event, at=later(1)))
    assert answers == [True, False, True]

    async with scene.store.write() as tx:
        assert not await tx.confirmations.answer("q2", by="first", at=later(1))
        answered = await tx.confirmations.find("q1")
    assert answered is not None
    assert (answered.answered_by, answered.answered_at) == ("first", later(1))
