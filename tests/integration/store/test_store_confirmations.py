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


async def test_a_question_asked_instead_takes_the_place_of_the_same_persons_and_of_old_ones(
    scene: Scene,
) -> None:
    ana = replace(QUESTION, command="answer")
    ben = replace(ana, id="q2", user=UserRef("web", "local", "ben"))
    elsewhere = replace(ana, id="q3", conversation=ConversationRef("web", "local", "other"))
    old = replace(ana, id="q4", user=UserRef("web", "local", "cat"), expires_at=NOW)
    other = replace(old, id="q5", command="cohort setup")
    new = replace(ana, id="q6", asked_at=later(1))
    async with scene.store.write() as tx:
        for question in (ana, ben, elsewhere, old, other):
            await tx.confirmations.ask(question)
        await tx.confirmations.ask_instead(new)

    async with scene.store.read() as tx:
        left = [await tx.confirmations.find(f"q{number}") for number in range(1, 7)]
        assert left == [None, ben, elsewhere, None, other, new]
        assert await tx.confirmations.open_for(ana.user, "answer", now=NOW) == [elsewhere, new]


async def test_a_question_is_open_until_it_expires_is_answered_or_forgotten(scene: Scene) -> None:
    questions = [replace(QUESTION, id=f"q{number}") for number in (1, 2)]
    async with scene.store.write() as tx:
        for question in questions:
            await tx.confirmations.ask(question)
        user, command = QUESTION.user, QUESTION.command
        assert await tx.confirmations.open_for(user, command, now=later(0)) == questions
        assert await tx.confirmations.open_for(user, command, now=QUESTION.expires_at) == []
        await tx.confirmations.answer("q1", by="event", at=later(1))
        assert await tx.confirmations.open_for(user, command, now=later(0)) == questions[1:]
        await tx.confirmations.forget("q2")
        await tx.confirmations.forget("q3")
        assert await tx.confirmations.open_for(user, command, now=later(0)) == []
