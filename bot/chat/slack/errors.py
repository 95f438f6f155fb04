"""Slack's errors in the core's words."""

import asyncio
import contextlib
import json
import math
from collections.abc import Generator
from typing import Any, cast

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.chat.slack import payload
from bot.domain.errors import (
    AmbiguousError,
    ChatError,
    ExpiredError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    TooLargeError,
    TransientError,
    UnreachableError,
)

KINDS: dict[type[ChatError], frozenset[str]] = {
    GoneError: frozenset(
        {
            "channel_not_found",
            "file_deleted",
            "file_not_found",
            "message_not_found",
            "thread_not_found",
            "user_not_found",
            "users_not_found",
        }
    ),
    ForbiddenError: frozenset(
        {
            "cant_update_message",
            "edit_window_closed",
            "is_archived",
            "missing_scope",
            "no_permission",
            "not_in_channel",
            "restricted_action",
            "restricted_action_non_threadable_channel",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
        }
    ),
    UnreachableError: frozenset(
        {"cannot_dm_bot", "messages_tab_disabled", "user_disabled", "user_not_in_channel"}
    ),
    ExpiredError: frozenset(
        {"exchanged_trigger_id", "expired_trigger_id", "expired_url", "trigger_expired", "used_url"}
    ),
    TooLargeError: frozenset({"msg_blocks_too_long", "msg_too_long", "too_many_attachments"}),
    TransientError: frozenset(
        {
            "account_inactive",
            "fatal_error",
            "internal_error",
            "invalid_auth",
            "request_timeout",
            "service_unavailable",
            "team_added_to_org",
            "token_expired",
            "token_revoked",
        }
    ),
}
"""By the word that Slack gives for a refusal. Any other is a fault of ours."""

WORDS = {
    "is_archived": "the channel is archived",
    "missing_scope": "the app lacks a scope; install it again with the manifest of today",
    "not_in_channel": "I am not in the channel; type `/invite @Freehand` there",
}

TOO_MANY, SERVER_ERRORS = 429, 500
DEFAULT_WAIT_S = 30.0

NO_ANSWER = (aiohttp.ClientError, OSError, asyncio.TimeoutError, json.JSONDecodeError)
"""Nothing came, or it broke off: the request may have been carried out."""


@contextlib.contextmanager
def translate_errors(doing: str) -> Generator[None]:
    """Turn errors of Slack and its library into the core's own.

    Args:
        doing: What is tried, for the message: ``post a message``.

    Raises:
        ChatError: One of its kinds.
    """
    try:
        yield
    except SlackApiError as error:
        raise translate(error, doing) from error
    except (SlackClientError, *NO_ANSWER) as error:
        raise AmbiguousError(f"Slack did not answer; I tried to {doing}.") from error
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise AmbiguousError(f"Slack gave an odd answer; I tried to {doing}.") from error


def translate(error: SlackApiError, doing: str) -> ChatError:
    """The core's error for one of Slack's."""
    response: Any = error.response  # pyright: ignore[reportUnknownMemberType]
    status, word = _status(response), word_of(error)
    if status == TOO_MANY or word == "ratelimited":
        wait_s = _seconds(getattr(response, "headers", None) or {})
        return RateLimitedError("Slack asks to wait.", retry_after_s=wait_s)
    if not word:  # an answer that is none of Slack's own
        return AmbiguousError(f"Slack gave an odd answer; I tried to {doing}.")
    kind = next((kind for kind, words in KINDS.items() if word in words), ChatError)
    if status >= SERVER_ERRORS:
        kind = TransientError
    return kind(f"Slack would not {doing}: {WORDS.get(word, word.replace('_', ' '))}.")


def word_of(error: SlackApiError) -> str:
    """The word that Slack gives for a refusal; empty where the answer holds none."""
    response: Any = error.response  # pyright: ignore[reportUnknownMemberType]
    data: Any = getattr(response, "data", response)
    return payload.word(cast("payload.Payload", data), "error") if isinstance(data, dict) else ""


def _status(response: Any) -> int:  # noqa: ANN401  # the library's own, or aiohttp's
    found = getattr(response, "status_code", None) or getattr(response, "status", None)
    return found if isinstance(found, int) else 200


def _seconds(headers: Any) -> float:  # noqa: ANN401  # whatever mapping the library has
    said = {str(name).lower(): value for name, value in dict(headers).items()}.get("retry-after")
    try:
        wait_s = float(said if said is not None else DEFAULT_WAIT_S)
        return max(wait_s, 1.0) if math.isfinite(wait_s) else DEFAULT_WAIT_S
    except (TypeError, ValueError):
        return DEFAULT_WAIT_S
