"""The page of the local web chat in a real browser."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # pyright: ignore[reportMissingTypeStubs]
from playwright.async_api import Browser, Locator, Page, expect
from yarl import URL

from bot.chat.web.adapter import WebChat
from bot.domain.chat.commands import CommandOption, CommandSpec, Permission
from bot.domain.chat.events import (
    ActionPressed,
    CommandInvoked,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.domain.chat.message import (
    AnswerState,
    Button,
    Buttons,
    ButtonStyle,
    ChannelLink,
    Code,
    Form,
    FormField,
    Image,
    Message,
    Moment,
    Table,
    Text,
)
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.store.store import SqlStore
from tests.acceptance.page import browser
from tests.fakes.ports import RecordingSink, SteppingClock
from tests.support.local_chats import opened_store
from tests.support.values import a_key

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),  # for they share one browser
    pytest.mark.browser,
    pytest.mark.timeout(180),
]

PRACTICE = ConversationRef("web", "local", "practice")
ANA = UserRef("web", "local", "ana")
COMMANDS = (
    CommandSpec("plan", "Your week"),
    CommandSpec("progress", "Your stage"),
    CommandSpec(
        "board", "How it shows you", (CommandOption("mode", "", choices=("named", "hidden")),)
    ),
    CommandSpec("challenge post", "Release one", (CommandOption("exercise", "", suggests=True),)),
    CommandSpec("challenge list", "What is open", permission=Permission.MENTORS),
)


@pytest.fixture
def sink() -> RecordingSink:
    return RecordingSink(words=("clip-grad-norm", "not-converging"))


@pytest_asyncio.fixture(loop_scope="module")
async def store(tmp_path: Path) -> AsyncGenerator[SqlStore]:
    async with opened_store(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def chat(store: SqlStore, sink: RecordingSink) -> AsyncGenerator[WebChat]:
    made = WebChat(store.local_chat, clock=SteppingClock(), port=0, notice="Without isolation.")
    await made.start(sink, COMMANDS)
    yield made
    await made.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_browser() -> AsyncGenerator[Browser]:
    async with browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def chromium(shared_browser: Browser) -> AsyncGenerator[Browser]:
    """A browser with nothing in it: to start one takes longer than most of these laws."""
    yield shared_browser
    for context in shared_browser.contexts:
        await context.close()


async def arrive(chromium: Browser, chat: WebChat, person: str = "ana", **look: object) -> Page:
    """Open the page as somebody; whatever goes wrong in its script fails the test's next wait."""
    context = await chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **look})  # pyright: ignore[reportArgumentType]
    context.set_default_timeout(15_000)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
    await page.goto(chat.url)
    await page.get_by_label("You are").select_option(person)
    await expect(page.locator("#places a").first).to_be_visible()
    return page


def composer(page: Page, pane: str = "main") -> Locator:
    return page.locator(f"#composer-{pane}")


def messages(page: Page, pane: str = "main") -> Locator:
    return page.locator(f"#{pane} article.message")


async def new_thread(chat: WebChat, *replies: str) -> ConversationRef:
    post = await chat.post(PRACTICE, Message.of("**A challenge**"), key=a_key("challenge"))
    thread = await chat.open_thread(post, "A challenge")
    for number, reply in enumerate(replies):
        await chat.post(thread, Message.of(reply), key=a_key(f"reply-{number}"))
    return thread


async def long_thread(chat: WebChat) -> ConversationRef:
    """A challenge's thread with far more messages than are loaded at once."""
    until = Moment("Open until", datetime(2040, 11, 25, 12, tzinfo=UTC))
    post = await chat.post(PRACTICE, Message.of("**A challenge**", until), key=a_key("challenge"))
    thread = await chat.open_thread(post, "A challenge")
    task = Message.of("The task", Buttons((Button("submit:1", "Submit privately"),)))
    await chat.post(thread, task, key=a_key("task"))
    for number in range(120):
        await chat.post(thread, Message.of(f"Number {number}."), key=a_key(f"reply-{number}"))
    return thread


# --- writing ----------------------------------------------------------------------------------


async def test_enter_sends_but_inside_a_block_begins_a_line(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat)
    field = composer(page)
    await field.press_sequentially("Mine:")
    await field.press("Shift+Enter")
    await field.press_sequentially("```python")
    await field.press("Enter")
    await field.press_sequentially("def f(x):")
    await field.press("Enter")  # goes in by four after a colon
    await field.press_sequentially("if x:")
    await field.press("Enter")
    await field.press("Tab")
    await field.press("Shift+Tab")
    await field.press_sequentially("return x")
    await field.press("Enter")
    for _ in range(2):
        await field.press("Shift+Tab")
    await field.press_sequentially("```")
    await expect(page.locator("[data-composer=main] .mirror .k")).to_have_count(3)
    await field.press("Enter")
    heard = await sink.heard(MessagePosted)
    assert heard.text == "Mine:\n```python\ndef f(x):\n    if x:\n        return x\n```"
    await expect(page.locator("figure.code .k").first).to_have_text("def")
    await page.get_by_role("button", name="Copy").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == "def f(x):\n    if x:\n        return x"


async def test_the_code_button_puts_what_is_chosen_between_fences(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat)
    field = composer(page)
    await field.fill("x = 1")
    await field.press("Control+a")
    await page.get_by_role("button", name="Code", exact=True).first.click()
    await expect(field).to_have_value("```python\nx = 1\n```")
    await field.press("Control+Enter")
    assert (await sink.heard(MessagePosted)).text == "```python\nx = 1\n```"


async def test_commands_complete_by_keyboard(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat, "mentor")
    field = composer(page)
    options = page.locator("#completion-main [role=option]")
    await field.press_sequentially("/")
    await expect(options).to_have_count(len(COMMANDS))
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("/progress")
    await field.fill("")
    await field.press_sequentially("/post")
    await field.press("Tab")
    await expect(field).to_have_value("/challenge post ")
    await field.press_sequentially("not")
    await expect(options).to_have_text(["not-converging"])
    await field.press("Tab")
    await field.press("Enter")
    heard = await sink.heard(CommandInvoked)
    assert (heard.name, heard.args) == ("challenge post", {"exercise": "not-converging"})
    await field.press_sequentially("/board h")
    await expect(options).to_have_text(["hidden"])
    await field.press("Escape")
    await expect(options.first).to_be_hidden()


async def test_a_typed_command_is_sent_by_one_enter(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat)
    await composer(page).press_sequentially("/")
    await expect(page.locator("#completion-main [role=option]")).to_have_count(len(COMMANDS) - 1)
    await composer(page).press_sequentially("plan")
    await composer(page).press("Enter")
    heard = await sink.heard(CommandInvoked)
    await sink.responders[heard.key].reply(Message.of("Your week. `/progress` says more."))
    answer = messages(page).last
    await expect(answer).to_contain_text("You used /plan")
    await expect(answer).to_contain_text("Only you can see this")
    await answer.get_by_role("button", name="/progress").click()
    await expect(composer(page)).to_have_value("/progress")
    await answer.get_by_role("button", name="Dismiss").click()
    await expect(messages(page)).to_have_count(0)


async def test_the_bots_name_completes(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat)
    await composer(page).press_sequentially("@fr")
    await composer(page).press("Enter")
    await composer(page).press_sequentially("plan")
    await composer(page).press("Enter")
    heard = await sink.heard(MessagePosted)
    assert (heard.text, heard.mentions_bot) == ("plan", True)
    await expect(page.locator(".mention")).to_have_text("@Freehand")


async def test_arrow_up_edits_the_last_message(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat)
    field = composer(page)
    for text in ("first", "second"):
        await field.fill(text)
        await field.press("Enter")
        await expect(messages(page).last).to_contain_text(text)
    await field.press("ArrowUp")
    await expect(field).to_have_value("second")
    await field.press("Escape")
    await expect(field).to_have_value("")
    await messages(page).first.hover()
    await messages(page).first.get_by_role("button", name="Edit").click()
    await field.fill("first, better")
    await field.press("Enter")
    await expect(messages(page).first).to_contain_text("first, better")
    await expect(messages(page).first).to_contain_text("(edited)")
    assert (await sink.heard(MessageEdited)).text == "first, better"


async def test_a_message_is_deleted_by_a_second_click(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat)
    field = composer(page)
    for text in ("first", "second"):
        await field.fill(text)
        await field.press("Enter")
        await expect(messages(page).last).to_contain_text(text)

    await messages(page).first.hover()
    await messages(page).first.get_by_role("button", name="Delete").click()
    await expect(messages(page)).to_have_count(2)  # it asks first
    await messages(page).first.get_by_role("button", name="Delete").click()
    await expect(messages(page)).to_have_count(1)
    await expect(messages(page).first).to_contain_text("second")
    await sink.heard(MessageDeleted)


async def test_a_delete_button_says_that_it_asks_and_can_be_left(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    await new_thread(chat, "The task")
    page = await arrive(chromium, chat)
    await page.locator("#main a.thread-line").click()
    field = composer(page, "thread")
    await field.fill("mine")
    await field.press("Enter")
    mine = messages(page, "thread").last
    delete = mine.get_by_role("button", name="Delete", exact=True)
    armed = mine.get_by_role("button", name="Delete? Press again")
    await delete.press("Enter")
    await expect(armed).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(delete).to_be_focused()
    await expect(page.locator("#thread")).to_be_visible()
    await delete.press("Enter")
    await expect(armed).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(delete).to_be_visible()
    await delete.press("Enter")
    await expect(mine).to_contain_text("mine")  # it asks again
    await armed.press("Enter")
    await sink.heard(MessageDeleted)


DROP = """(files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, size] of files)
        dataTransfer.items.add(new File([new Uint8Array(size)], name));
    const pane = document.querySelector('#main');
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        const init = { dataTransfer, bubbles: true, cancelable: true };
        pane.dispatchEvent(new DragEvent(kind, init));
        if (kind === 'dragover') pane.dataset.seen = pane.classList.contains('dropping');
    }
}"""


async def test_a_file_is_attached_by_drop_and_taken_back(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    page = await arrive(chromium, chat)
    await page.evaluate(DROP, [["a.py", 5], ["b.ipynb", 9], ["c.png", 1], ["d.py", 2_000_000]])
    await expect(page.locator("#main")).to_have_attribute("data-seen", "true")
    await expect(page.locator(".toasts p")).to_have_count(2)
    await expect(page.locator(".toasts")).to_contain_text("d.py is over 1 MB")
    await page.get_by_role("button", name="Take b.ipynb back").click()
    await expect(page.locator("#main .files progress")).to_have_count(0)
    await page.get_by_role("button", name="Send").first.click()
    heard = await sink.heard(MessagePosted)
    assert [(file.name, file.size_bytes) for file in heard.attachments] == [("a.py", 5)]
    await expect(page.locator(".attachments a")).to_contain_text("a.py")


# --- reading ----------------------------------------------------------------------------------


async def test_two_tabs_can_be_two_people(chromium: Browser, chat: WebChat) -> None:
    ana = await arrive(chromium, chat, "ana")
    ben = await arrive(chromium, chat, "ben")
    await expect(ana.locator("#places")).not_to_contain_text("mentors")
    await composer(ana).fill("hello **ben** <img src=x onerror=alert(1)>")
    await composer(ana).press("Enter")
    await expect(messages(ben).last).to_contain_text("hello ben <img src=x")
    await chat.post(PRACTICE, Message.of("for ana"), key=a_key("k"), private_to=ANA)
    await expect(messages(ana)).to_have_count(2)
    await ben.get_by_label("You are").select_option("mentor")
    await expect(ben.locator("#places")).to_contain_text("mentors")
    await expect(messages(ben)).to_have_count(1)
    await ben.reload()
    await expect(ben.get_by_label("You are")).to_have_value("mentor")


async def test_a_thread_opens_beside_the_channel_and_counts_its_replies(
    chromium: Browser, chat: WebChat
) -> None:
    thread = await new_thread(chat, "The task", "More of it")
    page = await arrive(chromium, chat)
    badge = page.locator("#places a", has_text="A challenge").locator(".badge")
    await expect(badge).to_contain_text("2")
    await page.locator("#main a.thread-line").click()
    await expect(page.locator("#thread h2")).to_have_text("A challenge")
    await expect(messages(page, "thread")).to_have_count(3)
    await expect(page.locator("#main")).to_be_visible()
    await expect(badge).to_have_count(0)
    await composer(page, "thread").fill("a reply")
    await composer(page, "thread").press("Enter")
    await expect(page.locator("#main a.thread-line")).to_contain_text("2 replies")
    await page.reload()
    await expect(messages(page, "thread")).to_have_count(4)
    await page.get_by_role("button", name="Close the thread").click()
    await expect(page.locator("#thread")).to_be_hidden()
    await chat.post(thread, Message.of("news"), key=a_key("news"))
    await expect(page.locator("#main a.thread-line")).to_contain_text("1 new")
    await expect(page).to_have_title("(1) # practice · Freehand")


async def test_a_long_new_thread_is_read_from_its_top(chromium: Browser, chat: WebChat) -> None:
    await new_thread(chat, "\n\n".join(f"Line {number}" for number in range(60)))
    page = await arrive(chromium, chat)
    await page.locator("#main a.thread-line").click()
    await expect(page.get_by_text("Line 0", exact=True)).to_be_in_viewport()
    await expect(page.get_by_text("Line 59", exact=True)).not_to_be_in_viewport()


async def test_earlier_messages_are_shown_on_request(chromium: Browser, chat: WebChat) -> None:
    for number in range(70):
        await chat.post(PRACTICE, Message.of(f"Number {number}."), key=a_key(f"{number}"))
    page = await arrive(chromium, chat)
    await expect(messages(page)).to_have_count(50)
    await page.get_by_role("button", name="Show earlier messages").click()
    await expect(messages(page)).to_have_count(70)
    await expect(messages(page).first).to_contain_text("Number 0.")
    await expect(messages(page).last).to_contain_text("Number 69.")


async def test_moments_are_told_in_the_readers_zone(chromium: Browser, chat: WebChat) -> None:
    at = datetime(2040, 11, 25, 12, tzinfo=UTC)
    await chat.post(PRACTICE, Message.of(Moment("Open until", at)), key=a_key("k"))
    page = await arrive(chromium, chat, timezone_id="Asia/Tokyo", locale="en-GB")
    await expect(page.locator(".moment")).to_contain_text("21:00")
    await expect(page.locator(".moment")).to_contain_text("days")


async def test_an_edit_replaces_the_message_in_place(chromium: Browser, chat: WebChat) -> None:
    ref = await chat.post(PRACTICE, Message.of("Queued"), key=a_key("k"))
    page = await arrive(chromium, chat)
    await expect(messages(page)).to_contain_text("Queued")
    await chat.edit(ref, Message.of("Solved", Code("x = 1")))
    await expect(messages(page)).to_have_count(1)
    await expect(messages(page)).to_contain_text("Solved")


async def test_success_is_seen_and_details_of_what_was_before_fold_away(
    chromium: Browser, chat: WebChat
) -> None:
    thread = await new_thread(chat)
    states = [
        AnswerState("answer:1", version, ANA, solved=version == "s2") for version in ("s1", "s2")
    ]
    feedback = await chat.post(thread, Message.of("Not yet.", states[0]), key=a_key("f"))
    what_was = Message.of("Look at x", Code("x = 1\n" * 60), AnswerState("answer:1", "s1"))
    await chat.post(thread, what_was, key=a_key("d"), private_to=ANA)
    page = await arrive(chromium, chat, reduced_motion="reduce")
    await page.locator("#main a.thread-line").click()
    await page.get_by_role("button", name="Show all 60 lines").click()
    pre = page.locator("#thread figure.code pre")
    assert await pre.evaluate("element => element.scrollHeight === element.clientHeight")
    await page.locator("#thread .log").evaluate("log => log.scrollTop = log.scrollHeight")
    success = messages(page, "thread").filter(has_text="Solved.")

    await chat.edit(feedback, Message.of("Solved.", states[1]))
    await expect(success).to_be_in_viewport()
    await expect(success).to_have_class(re.compile("success"))
    await expect(page.locator("#thread .topic")).to_have_text("✓ Solved")
    await expect(page.get_by_text("Look at x")).to_be_hidden()
    await page.get_by_role("button", name="Details of an earlier version").press("Enter")
    await expect(page.get_by_text("Look at x")).to_be_visible()


async def test_a_threads_header_tells_deadline_and_state_whatever_is_loaded(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    thread = await long_thread(chat)
    page = await arrive(chromium, chat)
    await page.locator("#main a.thread-line").click()
    state = page.locator("#thread .topic")
    await expect(state).to_have_text(re.compile("^Open until"))
    feedback = await chat.post(
        thread, Message.of("Solved.", AnswerState("a:1", "s1", ANA, solved=True)), key=a_key("f")
    )
    sink.solved.add((thread, ANA))
    await expect(state).to_have_text(re.compile("^✓ Solved · Open until"))

    await chat.edit(feedback, Message.of("Not yet.", AnswerState("a:1", "s2", ANA)))
    await expect(messages(page, "thread").last).to_contain_text("Not yet.")
    await expect(state).to_have_text(re.compile("^✓ Solved · Open until"))
    await page.reload()
    await expect(state).to_have_text(re.compile("^✓ Solved · Open until"))
    await page.get_by_label("You are").select_option("ben")
    await expect(state).to_have_text(re.compile("^Open until"))


async def test_the_task_of_a_long_thread_is_one_press_away(
    chromium: Browser, chat: WebChat
) -> None:
    await long_thread(chat)
    page = await arrive(chromium, chat)
    await page.locator("#main a.thread-line").click()
    await expect(messages(page, "thread")).to_have_count(51)
    await page.get_by_role("button", name="To the task").press("Enter")
    task = messages(page, "thread").filter(has_text="The task")
    await expect(task).to_be_focused()
    await page.keyboard.press("Tab")
    submit = page.get_by_role("button", name="Submit privately")
    await expect(submit).to_be_focused()
    await expect(submit).to_be_in_viewport()
    await expect(messages(page, "thread")).to_have_count(122)
    await assert_accessible(page)


# --- buttons and forms ------------------------------------------------------------------------


async def test_a_button_is_busy_until_it_is_answered(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    await chat.post(PRACTICE, Message.of(Buttons((Button("hint:1", "Hint"),))), key=a_key("k"))
    page = await arrive(chromium, chat)
    hint = page.get_by_role("button", name="Hint")
    await hint.dblclick()
    await expect(hint).to_have_attribute("aria-busy", "true")
    heard = await sink.heard(ActionPressed)
    await sink.responders[heard.key].reply(Message.of("Hint 1 of 3"))
    await expect(hint).not_to_have_attribute("aria-busy", "true")
    await expect(messages(page).last).to_contain_text("Hint 1 of 3")
    assert len(sink.events) == 1


async def test_a_dialog_takes_code_and_a_file_and_keeps_what_was_typed(
    chromium: Browser, chat: WebChat, sink: RecordingSink
) -> None:
    await chat.post(PRACTICE, Message.of(Buttons((Button("submit:1", "Submit"),))), key=a_key("k"))
    page = await arrive(chromium, chat)
    code = page.get_by_label("Your code")
    fields = (FormField("code", "Your code", code=True, value="# start\n"),)
    form = Form(
        "submit:1", "Submit privately", fields, "Go", accepts_file=True, beside=(Text("**Task**"),)
    )
    for count in (1, 2):
        await page.locator("#main").get_by_role("button", name="Submit").click()
        pressed = await sink.heard(ActionPressed, count)
        await sink.responders[pressed.key].open_form(form)
        await expect(page.locator("dialog")).to_be_visible()  # the form that was there is not it
        if count == 1:
            await expect(code).to_have_value("# start\n")
            await expect(page.locator("dialog .beside strong")).to_be_visible()
            await code.fill("")
            await code.press_sequentially("def f():")
            await code.press("Enter")
            await code.press_sequentially("return 1")
            await page.get_by_role("button", name="Cancel").click()
    await expect(code).to_have_value("def f():\n    return 1")
    await page.locator("dialog .picker").set_input_files(
        {"name": "a.py", "mimeType": "text/x-python", "buffer": b"x"}
    )
    await expect(page.locator("dialog .files li")).to_have_count(1)
    await expect(page.locator("dialog .files progress")).to_have_count(0)
    await page.get_by_role("button", name="Go").click()
    await expect(page.locator("dialog")).to_be_hidden()
    heard = await sink.heard(FormSubmitted)
    assert heard.fields == {"code": "def f():\n    return 1"}
    assert [file.name for file in heard.attachments] == ["a.py"]

    await sink.responders[heard.key].refuse(Message.of("That is `g`, and not **f**."))
    await expect(page.get_by_role("alert").first).to_have_text("That is g, and not f.")
    await expect(code).to_have_value("def f():\n    return 1")
    await assert_accessible(page)
    await code.press("End")
    await code.press_sequentially(" + 1")
    await expect(page.locator("dialog .mirror .k")).to_have_text(["def", "return"])
    await page.get_by_role("button", name="Go").click()
    again = await sink.heard(FormSubmitted, 2)
    assert again.fields["code"].count("+ 1") == 1


# --- when the connection is lost --------------------------------------------------------------


async def test_nothing_is_lost_or_doubled_while_the_bot_restarts(
    chromium: Browser, chat: WebChat, sink: RecordingSink, store: SqlStore
) -> None:
    page = await arrive(chromium, chat)
    await composer(page).fill("before")
    await composer(page).press("Enter")
    await expect(messages(page)).to_have_count(1)
    port = URL(chat.url).port or 0
    await chat.stop()
    await composer(page).fill("written while it was away")
    await composer(page).press("Enter")
    await expect(page.locator("#main .pending")).to_contain_text("written while it was away")
    await expect(page.locator(".connection")).to_contain_text("reconnecting")

    again = WebChat(store.local_chat, clock=SteppingClock(), port=port)
    await again.start(sink, COMMANDS)
    try:
        await again.post(PRACTICE, Message.of("missed"), key=a_key("missed"))
        await expect(page.locator(".connection")).to_be_hidden()
        await expect(page.locator("#main .pending")).to_have_count(0)
        await expect(messages(page).filter(has_text="missed")).to_have_count(1)
        await expect(messages(page).filter(has_text="written while")).to_have_count(1)
        await expect(messages(page)).to_have_count(3)
        assert (await sink.heard(MessagePosted, 2)).text == "written while it was away"
    finally:
        await again.stop()


async def test_a_refused_message_returns_to_the_field(chromium: Browser, chat: WebChat) -> None:
    page = await arrive(chromium, chat)
    await composer(page).fill("x" * (101 * 1024))
    await composer(page).press("Enter")
    await expect(page.locator(".toasts")).to_contain_text("over 100 KiB")
    assert len(await composer(page).input_value()) == 101 * 1024


async def test_a_draft_waits_in_its_conversation_and_outlives_a_reload(
    chromium: Browser, chat: WebChat
) -> None:
    await new_thread(chat, "The task")
    page = await arrive(chromium, chat)
    await composer(page).fill("half a thought")
    await page.locator("#main a.thread-line").click()
    await composer(page, "thread").fill("def f():")
    await page.reload()
    await expect(composer(page)).to_have_value("half a thought")
    await expect(composer(page, "thread")).to_have_value("def f():")


async def test_anyone_begins_a_thread_at_a_message(chromium: Browser, chat: WebChat) -> None:
    page = await arrive(chromium, chat)
    await composer(page).fill("How do I clip?")
    await composer(page).press("Enter")
    await messages(page).last.hover()
    await messages(page).last.get_by_role("button", name="Reply in a thread").click()
    await composer(page, "thread").fill("Like this")
    await composer(page, "thread").press("Enter")
    await expect(page.locator("#main a.thread-line")).to_contain_text("Open the thread")
    await expect(page.locator("#thread h2")).to_have_text("How do I clip?")


async def test_the_keyboard_goes_on_after_what_had_the_focus_is_gone(
    chromium: Browser, chat: WebChat
) -> None:
    for number in range(70):
        await chat.post(PRACTICE, Message.of(f"Number {number}."), key=a_key(f"{number}"))
    page = await arrive(chromium, chat)
    await page.get_by_role("button", name="Show earlier messages").press("Enter")
    await expect(messages(page).filter(has_text="Number 20.")).to_be_focused()
    for text in ("first", "second"):
        await composer(page).fill(text)
        await composer(page).press("Enter")
        await expect(messages(page).last).to_contain_text(text)
    for text in ("first", "second"):
        delete = messages(page).filter(has_text=text).get_by_role("button", name="Delete")
        await delete.press("Enter")
        await delete.press("Enter")
        await expect(messages(page).filter(has_text=text)).to_have_count(0)
        after = messages(page).last if text == "first" else composer(page)
        await expect(after).to_be_focused()

    hint = Message.of("A hint", Buttons((Button("hint:1", "Next hint"),)))
    private = await chat.post(PRACTICE, hint, key=a_key("hint"), private_to=ANA)
    await page.get_by_role("button", name="Next hint").focus()
    await chat.edit(private, Message.of("Another hint", *hint.blocks[1:]))
    await expect(messages(page).last).to_contain_text("Another hint")
    await expect(page.get_by_role("button", name="Next hint")).to_be_focused()
    await page.get_by_role("button", name="Dismiss").press("Enter")
    await expect(composer(page)).to_be_focused()


async def test_the_keyboard_goes_on_after_a_phones_menu(chromium: Browser, chat: WebChat) -> None:
    await new_thread(chat, "The task")
    page = await arrive(chromium, chat)
    await page.set_viewport_size({"width": 375, "height": 700})
    menu = page.get_by_role("button", name="Channels and threads")
    await menu.press("Enter")
    await expect(page.locator("#places a").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_focused()
    await expect(menu).to_have_attribute("aria-expanded", "false")
    await menu.press("Enter")
    await page.locator("#places a", has_text="A challenge").press("Enter")
    await expect(page.locator("#thread .log")).to_be_focused()
    await page.get_by_role("button", name="Close the thread").press("Enter")
    await expect(page.locator("#main .log")).to_be_focused()


# --- looks ------------------------------------------------------------------------------------


async def test_light_and_dark_follow_the_system_until_one_chooses(
    chromium: Browser, chat: WebChat
) -> None:
    page = await arrive(chromium, chat, color_scheme="dark")
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    assert await page.evaluate(scheme) == "dark"
    await page.get_by_role("button", name="light and dark").click()
    assert await page.evaluate(scheme) == "light"
    await page.reload()
    assert await page.evaluate(scheme) == "light"


async def test_a_phone_shows_one_thing_at_a_time(chromium: Browser, chat: WebChat) -> None:
    await new_thread(chat, "The task", "x" * 300)
    await chat.post(PRACTICE, Message.of(Code("wide = " + "1" * 300)), key=a_key("wide"))
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = await context.new_page()
    await page.goto(chat.url)
    await expect(messages(page)).to_have_count(2)
    await expect(page.locator(".sidebar")).to_be_hidden()
    await page.get_by_role("button", name="Channels and threads").click()
    await page.locator("#places a", has_text="A challenge").click()
    await expect(page.locator("#thread")).to_be_visible()
    await expect(page.locator("#main")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.get_by_role("button", name="Close the thread").click()
    await expect(page.locator("#main")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_table_shows_on_a_phone_that_it_goes_on(chromium: Browser, chat: WebChat) -> None:
    row = tuple("wide" * 8 for _ in range(4))
    await chat.post(PRACTICE, Message.of(Table(row, (row,))), key=a_key("wide"))
    page = await arrive(chromium, chat)
    await page.set_viewport_size({"width": 375, "height": 700})
    table = page.locator(".table")
    await table.evaluate("table => table.querySelector('table').style.visibility = 'hidden'")
    at_start = await table.screenshot()
    await table.evaluate("table => table.scrollLeft = table.scrollWidth")
    at_end = await table.screenshot()
    assert at_start != at_end  # the shadow is on the other side


PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
A_FORM = Form("hint:1", "A form", (FormField("code", "Your code", code=True),), accepts_file=True)
EVERY_KIND = Message.of(
    "**Solved.** Say `/plan` to see `x`, or [read](https://example.org).\n\n- one\n- two\n\n> 3",
    Code("@decorated\nclass A(B):\n    def f(self):  # why\n        return print('x', 1, None)"),
    Table(("Who", "Points"), (("Ana", "1"),)),
    Moment("Open until", datetime(2040, 11, 25, 12, tzinfo=UTC)),
    ChannelLink("Open now:", PRACTICE, "Practice"),
    Image("board.png", PNG, "Bars of points: 1. Ana, 3 points."),
    Buttons(tuple(Button(f"hint:{style}", style, style) for style in ButtonStyle)),
)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
async def test_everybody_can_read_and_work_the_page(
    chromium: Browser, chat: WebChat, sink: RecordingSink, scheme: str, width: int
) -> None:
    thread = await new_thread(chat, "The task")
    await chat.post(thread, EVERY_KIND, key=a_key("all"))
    await chat.post(thread, EVERY_KIND, key=a_key("details"), private_to=ANA)
    page = await arrive(chromium, chat, color_scheme=scheme)
    await composer(page).fill("Mine:\n```python\ndef f(x): return 1 # why\n```")
    await page.set_viewport_size({"width": width, "height": 740})
    await assert_accessible(page)
    await page.locator("#main a.thread-line").click()
    await expect(messages(page, "thread")).to_have_count(4)
    await composer(page, "thread").press_sequentially("/")
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await page.locator("#thread").get_by_role("button", name="primary").last.click()
    pressed = await sink.heard(ActionPressed)
    await sink.responders[pressed.key].open_form(A_FORM)
    await expect(page.locator("dialog")).to_be_visible()
    await assert_accessible(page)


async def assert_accessible(page: Page) -> None:
    """Whether axe finds nothing, and nothing stands out of the window."""
    found = await Axe().run(page)  # pyright: ignore[reportUnknownMemberType]
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
