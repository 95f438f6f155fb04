"""Slack's refusals and silences in the core's words."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError

from bot.chat.slack.errors import DEFAULT_WAIT_S, KINDS, translate, translate_errors, word_of
from bot.domain.errors import (
    AmbiguousError,
    ChatError,
    ExpiredError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    SettingsError,
    TooLargeError,
    TransientError,
    UnreachableError,
)

DOING = "post a message"


@dataclass
class Response:
    """An answer as slack-sdk holds it."""

    data: object
    status_code: int = 200
    headers: dict[str, Any] = field(default_factory=dict[str, Any])


def api_error(response: object) -> SlackApiError:
    return SlackApiError("The request failed; the token is xoxb-secret", response)


def refusal(word: object, status: int = 200, **headers: Any) -> SlackApiError:  # noqa: ANN401
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api_error(Response({"ok": False, "error": word}, status, named))


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind"), [(word, kind) for kind, words in KINDS.items() for word in sorted(words)]
)
def test_every_word_has_its_kind(word: str, kind: type[ChatError]) -> None:
    assert type(translate(refusal(word), DOING)) is kind


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("channel_not_found", GoneError),
        ("message_not_found", GoneError),
        ("is_archived", ForbiddenError),
        ("not_in_channel", ForbiddenError),
        ("missing_scope", ForbiddenError),
        ("user_disabled", UnreachableError),
        ("expired_trigger_id", ExpiredError),
        ("msg_blocks_too_long", TooLargeError),
        ("invalid_auth", TransientError),
        ("fatal_error", TransientError),
        ("ratelimited", RateLimitedError),
        ("invalid_blocks", ChatError),
    ],
)
def test_what_matters_most_is_known(word: str, kind: type[ChatError]) -> None:
    assert type(translate(refusal(word), DOING)) is kind


def test_a_word_has_one_kind() -> None:
    words = [word for words in KINDS.values() for word in words]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("is_archived", "Slack would not post a message: the channel is archived."),
        ("no_permission", "Slack would not post a message: no permission."),
        ("not_in_channel", "/invite @Freehand"),
        ("missing_scope", "lacks a scope"),
    ],
)
def test_a_refusal_says_what_was_tried_and_why_not(word: str, sentence: str) -> None:
    assert sentence in str(translate(refusal(word), DOING))


def test_no_error_tells_what_the_library_says() -> None:
    errors = refusal("is_archived"), refusal("x"), api_error("<html>"), refusal("ratelimited")
    assert not [error for error in errors if "xoxb" in str(translate(error, DOING))]


@pytest.mark.parametrize("word", ["internal_error", "invalid_blocks", "channel_not_found"])
def test_with_a_fault_of_the_server_it_is_worth_trying_again(word: str) -> None:
    assert type(translate(refusal(word, 503), DOING)) is TransientError


# --- waiting ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Retry_After", "retry_after", "RETRY_AFTER"])
def test_slack_says_how_long_to_wait(name: str) -> None:
    error = translate(refusal("ratelimited", 429, **{name: "17"}), DOING)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 17


@pytest.mark.parametrize(
    "response",
    [
        Response({"ok": False, "error": "ratelimited"}, 200, {"Retry-After": "17"}),
        Response({}, 429, {"Retry-After": "17"}),
        Response("<html>slow down</html>", 429, {"Retry-After": "17"}),
        Response(b"", 429, {"Retry-After": 17}),
    ],
    ids=["word", "nothing", "page", "bytes"],
)
def test_either_the_status_or_the_word_asks_to_wait(response: Response) -> None:
    error = translate(api_error(response), DOING)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 17


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, DEFAULT_WAIT_S),
        ("", DEFAULT_WAIT_S),
        ("soon", DEFAULT_WAIT_S),
        (["17"], DEFAULT_WAIT_S),
        ("nan", DEFAULT_WAIT_S),
        ("inf", DEFAULT_WAIT_S),
        ("0", 1),
        ("-5", 1),
        ("0.25", 1),
        ("2.5", 2.5),
    ],
    ids=str,
)
def test_an_odd_time_to_wait_is_a_sensible_one(said: object, seconds: float) -> None:
    error = translate(refusal("ratelimited", 429, Retry_After=said), DOING)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == seconds


def test_the_library_hands_over_an_answer_that_is_no_json_as_aiohttp_has_it() -> None:
    @dataclass
    class Raw:
        status: int
        headers: dict[str, str]

    error = translate(api_error(Raw(429, {"Retry-After": "17"})), DOING)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 17


def test_slack_may_not_say_how_long_to_wait() -> None:
    error = translate(refusal("ratelimited", 429), DOING)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == DEFAULT_WAIT_S


# --- odd answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "response",
    [
        None,
        "<html>",
        b"",
        3,
        {},
        {"ok": False},
        {"ok": False, "error": None},
        {"error": ["is_archived"]},
        Response(None),
        Response("<html>502</html>", 502),
        Response(b"PNG"),
        Response({}, 503),
        Response({"ok": False, "error": 5}),
    ],
    ids=str,
)
def test_after_an_odd_answer_nobody_knows_whether_it_was_done(response: object) -> None:
    error = api_error(response)
    assert word_of(error) == ""
    assert type(translate(error, DOING)) is AmbiguousError


def test_a_word_is_read_also_from_a_plain_answer() -> None:
    assert word_of(api_error({"ok": False, "error": "is_archived"})) == "is_archived"


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ServerDisconnectedError(),
        aiohttp.ClientPayloadError("cut"),
        ConnectionResetError(),
        OSError("no route"),
        TimeoutError(),
        json.JSONDecodeError("no", "<", 0),
        SlackRequestError("odd"),
        SlackClientError("odd"),
        KeyError("ts"),
        TypeError("None"),
        AttributeError("data"),
        ValueError("odd"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"),
    ],
    ids=lambda error: f"{type(error).__module__}.{type(error).__name__}-{error}"[:50],
)
def test_where_no_answer_came_nobody_knows_whether_it_was_done(error: Exception) -> None:
    with pytest.raises(AmbiguousError, match=DOING), translate_errors(DOING):
        raise error


def test_a_refusal_is_translated_where_it_is_raised() -> None:
    with pytest.raises(ForbiddenError, match="archived"), translate_errors(DOING):
        raise refusal("is_archived")


@pytest.mark.parametrize(
    "error",
    [GoneError("gone"), SettingsError("no"), RuntimeError("a bug"), asyncio.CancelledError()],
    ids=lambda error: type(error).__name__,
)
def test_what_is_none_of_slacks_stays_as_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised, translate_errors(DOING):
        raise error
    assert raised.value is error
