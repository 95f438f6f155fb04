"""What is kept about one person: all of it is found, and all of it can be forgotten."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat.events import Attachment, CommandInvoked, UserInfo
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Address, AnswerState, Code, Form, Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.confirmation import Confirmation
from bot.domain.correction import Decision, Override
from bot.domain.exercise import Day
from bot.domain.grading import CheckStatus, Grade, Verdict
from bot.domain.local_chat import (
    ChatFile,
    Conversation,
    NewChatMessage,
    OpenedForm,
    PersonContent,
)
from bot.domain.member import BoardMode, Member, Role
from bot.domain.outbox import Wanted
from bot.domain.personal import Belongings
from bot.domain.progression import HintTaken, PlanItem, PlanReason, PointsEvent, PointsReason
from bot.domain.regrade import NewRegrade
from bot.domain.signoff import Signed, Signoff
from bot.domain.submission import SubmissionState
from bot.store.store import Base, SqlStore
from tests.support.sql import select
from tests.support.stores import NOW, THREAD, Scene, a_grade, later

MARK = "qqana"
"""In everything that is theirs."""

USER = UserRef("web", "local", MARK)
OTHER = UserRef("web", "local", f"{MARK}-2")
"""Whose id begins alike."""

INSTEAD = Message.of("gone")
PRACTICE = Conversation("practice")

ABOUT_PEOPLE = {
    "audit",
    "check_results",
    "confirmations",
    "grades",
    "hints",
    "identities",
    "inbox",
    "local_chat_events",
    "local_chat_files",
    "local_chat_forms",
    "local_chat_messages",
    "local_chat_read_marks",
    "members",
    "outbox",
    "overrides",
    "plan_items",
    "points_events",
    "regrades",
    "reruns",
    "runs",
    "self_answers",
    "signoffs",
    "submissions",
}
KNOWS_NOBODY = {
    "challenges",
    "cohorts",
    "exercise_versions",
    "input_keys",
    "local_chat_browsers",  # cookies of this machine, whoever sits there
    "local_chat_threads",
    "pins",  # of a mentor, as a member that has no name any more
    "places",
    "posts",
    "slots",
    "watermarks",
    "workers",
}


def test_every_table_has_been_thought_about() -> None:
    """A new one that knows people has to be handed out and forgotten as well."""
    assert set(Base.metadata.tables) == ABOUT_PEOPLE | KNOWS_NOBODY


@pytest.fixture
async def member(scene: Scene) -> Member:
    """Somebody of whom there is something in every table."""
    async with scene.store.write() as tx:
        made, _ = await tx.members.join(
            cohort=scene.cohort.id, user=USER, name=MARK, role=Role.LEARNER, at=NOW
        )
        await tx.members.set_board(made.id, BoardMode.NAMED)
    scene.members.append(made)
    await _work(scene, made)
    await _mentoring(scene, made)
    await _talk(scene.store)
    await _chat(scene.store)
    return made


async def _work(scene: Scene, member: Member) -> None:
    sent = await scene.graded(-1, source=f"{MARK} = 1", grade=_a_grade())
    async with scene.store.write() as tx:
        challenge = scene.challenge.id
        await tx.progress.take_hint(
            HintTaken(member=member.id, challenge=challenge, level=1, at=later(1))
        )
        await tx.progress.plan(
            [
                PlanItem(
                    member=member.id, week=1, day=Day.DEBUG, exercise="x", reason=PlanReason.PINNED
                )
            ]
        )
        await tx.progress.add_points(
            [
                PointsEvent(
                    member=member.id,
                    cohort=scene.cohort.id,
                    challenge=challenge,
                    week=1,
                    reason=PointsReason.TRY,
                    points=2,
                    submission=sent.id,
                    at=later(1),
                )
            ]
        )
        state = AnswerState(sent.answer, sent.id, USER)
        for key, message in (
            (MessageKey.read(sent.answer), Message.of(MARK, state)),
            (MessageKey(Kind.DISPUTE, sent.id), Message.of(Code(f"{MARK} = 1"))),
            (MessageKey(Kind.KNOCK, f"1:{MARK}"), Message.of(Address(USER, "a word"))),
            (MessageKey(Kind.BOARD, "1"), Message.of("the board")),
        ):
            await tx.outbox.say(Wanted(key=key, conversation=THREAD, message=message))
        for action, target, note in (
            ("dispute", f"submission {sent.id}", MARK),
            ("cohort rules", "cohort 1", "value=1"),
        ):
            await tx.audit.record(
                at=NOW, actor=f"web:{MARK}", action=action, target=target, note=note
            )
        for target, note in (
            (f"member {member.id}", f"because of {MARK}"),
            ("cohort 1", f"whom={MARK} value=1"),
        ):
            await tx.audit.record(
                at=NOW, actor="web:mentor", action="excuse", target=target, note=note
            )
    await scene.submit(-1, source=f"{MARK} = 2")


def _a_grade() -> Grade:
    made = a_grade(Verdict.PARTLY, held=(True, False), output=MARK)
    [held, failed] = made.checks
    failed = replace(failed, message=MARK, traceback=(MARK,), example=MARK)
    return replace(made, checks=(held, failed), detail=MARK, traceback=(MARK,))


async def _mentoring(scene: Scene, member: Member) -> None:
    """What mentors made of them, and what they did as a mentor."""
    other = scene.members[0]
    async with scene.store.write() as tx:
        [sent, *_] = [
            item for item in await tx.submissions.history(member.id) if item.grade is not None
        ]
        await tx.self_views.replace(member.id, ["1.1"], {"1.1": 2}, at=NOW)
        for about, mentor in ((member, OTHER), (other, USER)):
            await tx.signoffs.add(
                Signoff(
                    member=about.id,
                    kind=Signed.STAGE,
                    code="6",
                    mentor=mentor,
                    mentor_member=None,
                    mentor_name=MARK,
                    reason="it was said of " + about.name,
                    at=NOW,
                )
            )
        by = f"web:{MARK}"
        await tx.corrections.decide(
            Override(submission=sent.id, decision=Decision.PASS, reason=MARK, by=by, at=NOW)
        )
        await tx.regrades.begin(
            NewRegrade(
                cohort=scene.cohort.id,
                challenge=scene.challenge.id,
                version=scene.challenge.version,
                asked_by=USER,
                conversation=THREAD,
                asked_at=NOW,
            )
        )


async def _talk(store: SqlStore) -> None:
    async with store.write() as tx:
        await tx.inbox.put(_an_event("waiting"))
        await tx.inbox.put(_an_event("handled"))
        await tx.inbox.handled("handled", at=NOW)
        await tx.confirmations.ask(
            Confirmation(
                id="c",
                conversation=THREAD,
                user=USER,
                command="answer",
                args={"words": MARK},
                asked_at=NOW,
                expires_at=later(60),
            )
        )
        await tx.outbox.say(
            Wanted(
                key=MessageKey(Kind.REPLY, "e"),
                conversation=THREAD,
                message=Message.of(MARK),
                private_to=USER,
            )
        )


def _an_event(key: str) -> CommandInvoked:
    return CommandInvoked(
        key=key,
        at=NOW,
        conversation=ConversationRef("web", "local", "practice"),
        user=USER,
        info=UserInfo(name=MARK, mentor=False),
        name="plan",
        args={"words": MARK},
    )


async def _chat(store: SqlStore) -> None:
    async with store.local_chat.write() as chat:
        await chat.files.add_upload("f1", ChatFile("a.py", "text/x-python", MARK.encode()), NOW)
        files: tuple[Attachment, ...] = await chat.files.take(["f1"])
        for number, (author, private_to) in enumerate(((MARK, ""), ("freehand", MARK))):
            said = await chat.messages.add(
                NewChatMessage(
                    key=f"m{number}",
                    conversation=PRACTICE,
                    author=author,
                    content=PersonContent(MARK, files),
                    posted_at=NOW,
                    private_to=private_to,
                    about=f"/plan {MARK}",
                )
            )
            await chat.messages.mark_read(MARK, PRACTICE, said.id)
        await chat.events.put(_an_event("local"))
        await chat.forms.add(OpenedForm("t", MARK, PRACTICE, Form("f", "F", ())), NOW)


async def belongings(store: SqlStore, user: UserRef = USER) -> Belongings:
    async with store.read() as tx:
        return await tx.personal.belongings(user, rows=100, code_chars=1000)


async def forget(store: SqlStore, user: UserRef = USER) -> None:
    async with store.write() as tx:
        await tx.personal.forget(user, at=later(9), instead=INSTEAD)


def all_rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    return {table: select(url, f"SELECT * FROM {table}") for table in Base.metadata.tables}  # noqa: S608


def rows_with(url: str, mark: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table that hold something, whatever the column."""
    found = {
        table: [row for row in rows if any(mark in _text(value) for value in row)]
        for table, rows in all_rows(url).items()
    }
    return {table: rows for table, rows in found.items() if rows}


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.mark.usefixtures("member")
async def test_everything_that_is_kept_is_handed_out(store: SqlStore) -> None:
    found = await belongings(store)

    assert [name for name, rows in found.items() if not rows] == []
    assert [row["source"] for row in found["submissions"]] == [f"{MARK} = 2", f"{MARK} = 1"]
    assert "example" not in found["checks"][0]
    assert [(row["by"], row["action"], row["note"]) for row in found["audit"]] == [
        ("somebody else", "excuse", f"because of {MARK}"),
        ("you", "cohort rules", ""),
    ]
    assert set(found["messages_to_you"][0]) == {"key", "sent_at"}


@pytest.mark.usefixtures("member")
async def test_of_code_the_newest_is_handed_out_first(store: SqlStore) -> None:
    async with store.read() as tx:
        found = await tx.personal.belongings(USER, rows=100, code_chars=len(MARK) + 5)
        fewest = await tx.personal.belongings(USER, rows=1, code_chars=0)

    assert [row["source"] for row in found["submissions"]] == [f"{MARK} = 2", None]
    assert {len(rows) for rows in fewest.values()} == {1}


@pytest.mark.usefixtures("member")
@pytest.mark.parametrize("other", [UserRef("web", "local", "u0"), UserRef("web", "local", "u")])
async def test_nothing_of_somebody_is_handed_out_to_others(store: SqlStore, other: UserRef) -> None:
    assert MARK not in str(await belongings(store, other))


@pytest.mark.usefixtures("member")
async def test_a_name_of_another_server_is_somebody_else(store: SqlStore) -> None:
    elsewhere = UserRef("web", "elsewhere", MARK)
    await forget(store, elsewhere)

    assert (await belongings(store, elsewhere))["memberships"] == []
    assert len((await belongings(store))["memberships"]) == 1


@pytest.mark.usefixtures("member")
async def test_nothing_of_who_is_forgotten_is_left(store: SqlStore, database_url: str) -> None:
    assert set(rows_with(database_url, MARK)) >= {"members", "outbox", "inbox", "local_chat_files"}

    await forget(store)

    assert rows_with(database_url, MARK) == {}
    assert {name for name, rows in (await belongings(store)).items() if rows} == set()


async def test_what_others_have_is_not_touched(scene: Scene, member: Member) -> None:
    del member
    other = await _another(scene)
    before = await belongings(scene.store, OTHER)

    await forget(scene.store)

    assert await belongings(scene.store, OTHER) == before
    async with scene.store.read() as tx:
        present = [one.name for one in await tx.members.of(scene.cohort.id)]
    assert present == [one.name for one in (*scene.members[:3], other)]


async def _another(scene: Scene) -> Member:
    """Somebody with an answer of their own."""
    async with scene.store.write() as tx:
        await tx.submissions.withdraw("answer:2")
        made, _ = await tx.members.join(
            cohort=scene.cohort.id, user=OTHER, name="Other", role=Role.LEARNER, at=NOW
        )
    scene.members.append(made)
    await scene.graded(-1, source="other = 1")
    return made


async def test_counts_stay_of_a_member_without_a_name(scene: Scene, member: Member) -> None:
    await forget(scene.store)

    async with scene.store.read() as tx:
        gone = await tx.members.get(member.id)
        assert gone in await tx.members.ever_of(scene.cohort.id)
        assert (await tx.progress.turnouts([scene.challenge.id]))[scene.challenge.id].tried == 1
        assert await tx.progress.total_points(member.id) == 2
        [pending, graded] = await tx.submissions.history(member.id)
    assert (gone.identities, gone.board, gone.forgotten_at) == ((), BoardMode.HIDDEN, later(9))
    assert graded.grade is not None
    assert graded.grade.verdict is Verdict.PARTLY
    assert [check.status for check in graded.grade.checks] == [
        CheckStatus.PASSED,
        CheckStatus.FAILED,
    ]
    assert graded.received_at == scene.challenge.opens_at
    assert pending.grade is None


async def test_what_was_said_of_them_to_others_is_said_otherwise(
    store: SqlStore, member: Member
) -> None:
    del member
    await forget(store)

    async with store.read() as tx:
        unsent = await tx.outbox.unsent(later(10))
    assert sorted((item.key.kind, item.message) for item in unsent if item.message == INSTEAD) == [
        (Kind.ANSWER, INSTEAD),
        (Kind.DISPUTE, INSTEAD),
        (Kind.KNOCK, INSTEAD),
    ]
    assert [item.key.kind for item in unsent if item.message != INSTEAD] == [Kind.BOARD]


async def test_the_trail_keeps_what_was_done(
    store: SqlStore, member: Member, database_url: str
) -> None:
    await forget(store)

    assert sorted(select(database_url, "SELECT action, actor, target, note FROM audit")) == [
        ("cohort rules", "somebody", "cohort 1", "value=1"),
        ("dispute", "somebody", "submission s097", ""),
        ("excuse", "web:mentor", "cohort 1", "whom=somebody value=1"),
        ("excuse", "web:mentor", f"member {member.id}", ""),
        ("forget", "somebody", f"member {member.id}", ""),
    ]


async def test_forgetting_once_more_changes_nothing(
    store: SqlStore, member: Member, database_url: str
) -> None:
    del member
    await forget(store)
    before = all_rows(database_url)

    await forget(store)

    assert all_rows(database_url) == before


async def test_what_runs_or_comes_at_the_same_moment_is_forgotten_too(
    scene: Scene, member: Member
) -> None:
    claim = await scene.must_claim()
    assert claim.submission.member == member.id
    late = scene.submission(-1, source=f"{MARK} = 3")

    async def come() -> None:
        async with scene.store.write() as tx:
            if await tx.submissions.before(**scene.who(-1), answer=late.answer) is not None:
                await tx.submissions.add(late)

    await asyncio.gather(
        come(), forget(scene.store), scene.finish(claim, a_grade()), return_exceptions=True
    )
    await forget(scene.store)

    async with scene.store.read() as tx:
        sent = await tx.submissions.history(member.id)
        assert await tx.submissions.queue_length() == 0
    assert {one.source for one in sent} == {""}
    assert {one.state for one in sent} <= {SubmissionState.GRADED, SubmissionState.WITHDRAWN}


async def test_who_joins_again_is_somebody_else(scene: Scene, member: Member) -> None:
    await forget(scene.store)

    async with scene.store.write() as tx:
        again, is_new = await tx.members.join(
            cohort=scene.cohort.id, user=USER, name=MARK, role=Role.LEARNER, at=later(10)
        )
    assert is_new
    assert again.id != member.id
    assert again.forgotten_at is None


# --- what is old ------------------------------------------------------------------------------

FOUR_DAYS_S = 4 * 24 * 3600
"""A challenge is over by then."""


async def test_code_of_a_cohort_that_ended_is_forgotten_a_few_at_a_time(scene: Scene) -> None:
    for number in range(3):
        await scene.graded(number)
    await scene.submit(0, source="in line")
    never, over = later(-1), later(FOUR_DAYS_S + 1)
    async with scene.store.write() as tx:
        assert not await tx.submissions.has_sources(never, ended=later(FOUR_DAYS_S))
        assert await tx.submissions.has_sources(never, ended=over)
        assert await tx.submissions.forget_sources(never, ended=over, limit=2) == 2
        assert await tx.submissions.forget_sources(never, ended=over, limit=2) == 1
        assert not await tx.submissions.has_sources(never, ended=over)


async def test_code_of_a_cohort_that_goes_on_is_forgotten_by_its_age_alone(scene: Scene) -> None:
    await scene.graded(0)
    await scene.another_challenge("post:next", after_h=24)
    async with scene.store.write() as tx:
        assert not await tx.submissions.has_sources(NOW, ended=later(FOUR_DAYS_S + 1))
        assert await tx.submissions.forget_sources(later(1), ended=NOW, limit=9) == 1


async def test_what_is_said_once_is_forgotten_when_it_is_old(store: SqlStore) -> None:
    kinds = (Kind.REPLY, Kind.DISPUTE, Kind.BOARD, Kind.ANSWER)
    async with store.write() as tx:
        for kind in kinds:
            message = Message.of(kind.value)
            await tx.outbox.say(
                Wanted(key=MessageKey(kind, "1"), conversation=THREAD, message=message)
            )
    async with store.write() as tx:
        for item in await tx.outbox.unsent(NOW):
            await tx.outbox.sent(item, MessageRef(THREAD, "m"), at=NOW)
        assert not await tx.outbox.has_passed(replies=NOW, disputes=NOW)
        assert await tx.outbox.forget_passed(replies=later(1), disputes=NOW, limit=9) == 1
        assert await tx.outbox.has_passed(replies=NOW, disputes=later(1))
        assert await tx.outbox.forget_passed(replies=NOW, disputes=later(1), limit=9) == 1
        assert not await tx.outbox.has_passed(replies=later(1), disputes=later(1))


async def test_questions_are_forgotten_after_a_while_answered_or_not(store: SqlStore) -> None:
    async with store.write() as tx:
        for name in ("answered", "open"):
            await tx.confirmations.ask(
                Confirmation(
                    id=name,
                    conversation=THREAD,
                    user=USER,
                    command="close",
                    args={},
                    asked_at=NOW,
                    expires_at=later(60),
                )
            )
        await tx.confirmations.answer("answered", by="e", at=NOW)
        assert not await tx.confirmations.has_expired(later(60))
        assert await tx.confirmations.has_expired(later(61))
        assert await tx.confirmations.purge(later(61), limit=1) == 1
        assert await tx.confirmations.purge(later(61), limit=9) == 1
        assert await tx.confirmations.purge(later(61), limit=9) == 0
