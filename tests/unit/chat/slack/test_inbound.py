"""What Slack tells, as the core's events: messages and what becomes of them."""

from datetime import UTC, datetime

import pytest

from bot.chat.slack import refs
from bot.chat.slack.inbound import Reader
from bot.domain.chat.events import ConversationDeleted, MessageDeleted
from bot.domain.chat.refs import ConversationRef, MessageRef
from tests.fakes.clock import FakeClock
from tests.fakes.slack.model import BOT, BOT_ID, TEAM, Json
from tests.fakes.slack.people import MENTION, rich_text

READER = Reader(TEAM, BOT, FakeClock())
CHANNEL = refs.conversation_in(TEAM, "C1")
ROOT, TS, LATER = "1764000000.000100", "1764000100.000200", "1764000200.000300"
THREAD = refs.conversation_in(TEAM, "C1", ROOT)
ANA = refs.user_in(TEAM, "U1")
FILE: Json = {
    "id": "F1",
    "name": "a.py",
    "size": 5,
    "mimetype": "text/x-python",
    "url_private": "u",
}
CODE = "```def f(x): ...```"


def said(text: str = "x = 1", **more: object) -> Json:
    """A message in a channel."""
    return {"type": "message", "channel": "C1", "user": "U1", "ts": TS, "text": text, **more}


def answer(text: str = "x = 1", **more: object) -> Json:
    """A message in a thread of the bot's."""
    return said(text, **{"thread_ts": ROOT, "parent_user_id": BOT, **more})


def within(message: Json) -> Json:
    """A message as it stands in an event about it: without its channel."""
    return {name: value for name, value in message.items() if name != "channel"}


def changed(now: Json, before: Json | None = None) -> Json:
    event = {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": LATER}
    former = {} if before is None else {"previous_message": within(before)}
    return {**event, "event_ts": LATER, "message": within(now), **former}


def deleted(before: Json) -> Json:
    event = {"type": "message", "subtype": "message_deleted", "channel": before["channel"]}
    told = {"ts": LATER, "event_ts": LATER, "deleted_ts": before["ts"]}
    return {**event, **told, "previous_message": within(before)}


def edit(text: str, **more: object) -> Json:
    return answer(text, edited={"user": "U1", "ts": LATER}, **more)


# --- messages ---------------------------------------------------------------------------------


def test_an_answer_is_heard_where_it_stands() -> None:
    heard = READER.message(answer("x &lt; 1"))
    assert heard is not None
    assert (heard.text, heard.mentions_bot) == ("x < 1", False)
    assert (heard.conversation, heard.user) == (THREAD, ANA)
    assert heard.message == MessageRef(THREAD, TS)
    assert heard.at == datetime.fromtimestamp(float(TS), UTC)


def test_a_message_has_the_same_key_however_often_it_is_told() -> None:
    told = said(f"{MENTION} plan"), said(f"{MENTION} plan", type="app_mention", event_ts=LATER)
    keys = {heard.key for one in told if (heard := READER.message(one))}
    assert len(keys) == 1


def test_messages_have_keys_of_their_own() -> None:
    told = answer(), answer(ts=LATER), answer(channel="C2")
    assert len({heard.key for one in told if (heard := READER.message(one))}) == 3


def test_a_mention_is_heard_anywhere() -> None:
    for where, place in ((said, CHANNEL), (answer, THREAD)):
        heard = READER.message(where(f"{MENTION} plan"))
        assert heard is not None
        assert (heard.text, heard.mentions_bot, heard.conversation) == ("plan", True, place)


def test_a_message_in_a_thread_of_others_is_not_heard() -> None:
    assert READER.message(answer(parent_user_id="U2")) is None


def test_where_slack_does_not_say_whose_thread_it_is_the_core_knows() -> None:
    heard = READER.message(said(thread_ts=ROOT))
    assert heard is not None
    assert heard.conversation == THREAD


def test_talk_in_a_channel_is_not_heard() -> None:
    assert READER.message(said()) is None


def test_files_come_with_a_message() -> None:
    gone = {"id": "F2", "mode": "tombstone"}
    heard = READER.message(answer("", subtype="file_share", files=[FILE, gone, "odd"]))
    assert heard is not None
    [file] = heard.attachments
    assert (file.name, file.size_bytes, file.media_type) == ("a.py", 5, "text/x-python")
    assert file.ref == "F1 u"


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_people_write_several_kinds_of_messages(subtype: str) -> None:
    assert READER.message(answer(subtype=subtype)) is not None


@pytest.mark.parametrize(
    "more",
    [
        {"user": BOT},
        {"user": BOT, "bot_id": BOT_ID},
        {"bot_id": "B2"},
        {"subtype": "bot_message", "bot_id": "B2", "user": None},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "pinned_item"},
        {"subtype": "tombstone", "user": "USLACKBOT"},
        {"user": ""},
        {"user": None},
    ],
    ids=str,
)
def test_what_no_person_writes_is_not_heard(more: Json) -> None:
    for text in ("x = 1", f"{MENTION} plan", CODE):
        assert READER.message(answer(text, **more)) is None
        assert READER.misplaced(said(text, **more)) is None
        assert not READER.is_direct_message(said(text, **{**more, "channel": "D1"}))


def test_the_bots_own_changes_are_not_heard() -> None:
    mine = answer("one", user=BOT, bot_id=BOT_ID)
    assert READER.edited(changed({**mine, "text": "two", "edited": {"ts": LATER}}, mine)) is None


@pytest.mark.parametrize("more", [{}, {"thread_ts": ROOT}, {"text": f"{MENTION} plan"}])
def test_direct_messages_are_told_from_all_others(more: Json) -> None:
    direct = said(**{"channel": "D1", **more})
    assert READER.is_direct_message(direct)
    assert READER.message(direct) is None
    assert READER.misplaced(direct) is None
    assert not READER.is_direct_message(said(**more))


# --- a message that begins a thread -----------------------------------------------------------


def test_a_message_that_somebody_answered_still_stands_in_its_channel() -> None:
    """Slack gives it a thread then: its own."""
    heard = READER.message(said(f"{MENTION} plan", thread_ts=TS, reply_count=1))
    assert heard is not None
    assert heard.conversation == CHANNEL
    assert heard.message == MessageRef(CHANNEL, TS)


def test_talk_in_a_channel_is_not_heard_once_somebody_answers_it() -> None:
    root = said("noodles?", thread_ts=TS, reply_count=1)
    assert READER.message(root) is None
    assert READER.edited(changed({**root, "text": "rice?", "edited": {"ts": LATER}}, root)) is None
    assert READER.deleted(deleted(root)) is None


# --- misplaced code ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "mine:\ndef f(x):\n    return x",
        "&gt; import torch",
        "~~~\nx\n~~~",
        "`from torch import nn`",
        "class A: ...",
    ],
)
def test_what_may_be_an_answer_is_noticed_in_a_channel(text: str) -> None:
    heard = READER.misplaced(said(text))
    assert heard is not None
    assert heard.conversation == CHANNEL
    assert heard.key == f"message:C1:{TS}"


@pytest.mark.parametrize("name", ["a.py", "A.PY", "a.ipynb", "a.pyw"])
def test_a_file_of_code_is_noticed_in_a_channel(name: str) -> None:
    assert READER.misplaced(said("", subtype="file_share", files=[{**FILE, "name": name}]))


def test_code_in_rich_text_is_noticed_in_a_channel() -> None:
    assert READER.misplaced(said("", blocks=rich_text(CODE)))


@pytest.mark.parametrize("text", ["noodles?", "the import of it", "first class", "", "a `word`"])
def test_talk_is_no_answer(text: str) -> None:
    assert READER.misplaced(said(text)) is None
    assert READER.misplaced(said(text, files=[{**FILE, "name": "a.pdf"}])) is None


def test_code_in_a_thread_is_in_its_place() -> None:
    assert READER.misplaced(said(CODE, thread_ts=ROOT)) is None


# --- edits ------------------------------------------------------------------------------------


def test_an_edit_is_heard_with_what_the_message_says_now() -> None:
    heard = READER.edited(changed(edit("two", files=[FILE]), answer("one", files=[FILE])))
    assert heard is not None
    assert (heard.text, heard.conversation) == ("two", THREAD)
    assert heard.message == MessageRef(THREAD, TS)
    assert heard.at == datetime.fromtimestamp(float(LATER), UTC)
    assert [file.name for file in heard.attachments] == ["a.py"]


def test_each_edit_has_a_key_of_its_own_and_the_same_in_history() -> None:
    first, second = edit("two"), {**edit("three"), "edited": {"ts": "1764000300.000000"}}
    live = [READER.edited(changed(one, answer())) for one in (first, second)]
    history = [READER.edited_since(one) for one in (first, second)]
    assert [one.key for one in live if one] == [one.key for one in history if one]
    assert len({one.key for one in live if one} | {f"message:C1:{TS}"}) == 3


def test_an_edit_that_does_not_say_what_was_there_is_heard() -> None:
    assert READER.edited(changed(edit("two"))) is not None


def test_a_file_that_is_taken_away_is_an_edit() -> None:
    assert READER.edited(changed(edit("one"), answer("one", files=[FILE]))) is not None


def test_a_preview_is_no_edit() -> None:
    message = answer("see https://a.b")
    assert READER.edited(changed({**message, "attachments": [{"title": "A"}]}, message)) is None
    former = edit("see https://a.b")
    assert READER.edited(changed({**former, "attachments": [{"title": "A"}]}, former)) is None


def test_a_reply_below_a_message_is_no_edit() -> None:
    [block] = rich_text("one")
    former = edit("one", blocks=[{**block, "block_id": "a"}])
    now = edit("one", blocks=[{**block, "block_id": "b"}], reply_count=2)
    assert READER.edited(changed(now, former)) is None


def test_edits_elsewhere_are_not_heard() -> None:
    theirs = edit("two", parent_user_id="U2")
    assert READER.edited(changed(theirs, answer("one", parent_user_id="U2"))) is None


def test_a_change_that_nobody_made_is_none() -> None:
    assert READER.edited_since(answer()) is None
    assert READER.edited(changed(answer("two"), answer("one"))) is None
    assert READER.edited({"type": "message", "channel": "C1"}) is None


# --- what is gone -----------------------------------------------------------------------------


def test_a_deletion_is_heard_with_whose_message_it_was() -> None:
    heard = READER.deleted(deleted(answer()))
    assert isinstance(heard, MessageDeleted)
    assert (heard.conversation, heard.user) == (THREAD, ANA)
    assert heard.message == MessageRef(THREAD, TS)
    assert heard.at == datetime.fromtimestamp(float(LATER), UTC)


def test_a_message_that_leaves_a_tombstone_is_deleted() -> None:
    tomb = said("This message was deleted.", user="USLACKBOT", subtype="tombstone", hidden=True)
    heard = READER.deleted(changed(tomb, answer()))
    assert isinstance(heard, MessageDeleted)
    assert heard.message == MessageRef(THREAD, TS)


@pytest.mark.parametrize(
    "former", [said(), answer(parent_user_id="U2"), said(channel="D1")], ids=["talk", "others", "D"]
)
def test_what_was_deleted_elsewhere_is_not_heard(former: Json) -> None:
    assert READER.deleted(deleted(former)) is None


@pytest.mark.parametrize("thread", ["", TS])
def test_a_post_of_the_bots_that_is_deleted_takes_its_thread_along(thread: str) -> None:
    post = said("A challenge", user=BOT, bot_id=BOT_ID, thread_ts=thread)
    tomb = said("This message was deleted.", user="USLACKBOT", subtype="tombstone")
    for event in (deleted(post), changed(tomb, post)):
        heard = READER.deleted(event)
        assert isinstance(heard, ConversationDeleted)
        assert heard.conversation == refs.conversation_in(TEAM, "C1", TS)
        assert heard.user.user == ""


def test_an_answer_of_the_bots_that_is_deleted_takes_nothing_along() -> None:
    assert READER.deleted(deleted(answer(user=BOT, bot_id=BOT_ID))) is None


def test_a_direct_message_of_the_bots_that_is_deleted_is_no_thread() -> None:
    assert READER.deleted(deleted(said(user=BOT, bot_id=BOT_ID, channel="D1"))) is None


def test_an_odd_deletion_is_not_heard() -> None:
    event = {"type": "message", "subtype": "message_deleted", "channel": "C1"}
    assert READER.deleted({**event, "deleted_ts": TS}) is None
    assert READER.deleted({**event, "previous_message": "gone"}) is None


def test_a_channel_that_is_gone_is_heard_once() -> None:
    told = {"type": "channel_deleted", "channel": "C1", "event_ts": LATER}
    heard = READER.channel_gone(told)
    assert heard.conversation == ConversationRef("slack", TEAM, "C1")
    assert (heard.user.user, heard.at) == ("", datetime.fromtimestamp(float(LATER), UTC))
    assert heard.key == READER.channel_gone({**told, "event_ts": TS}).key
    assert heard.key != READER.channel_gone({**told, "channel": "C2"}).key
