"""Discord's errors in the core's words."""

import contextlib
import json
from collections.abc import Generator

import aiohttp
import discord

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

THREAD_EXISTS = 160004
ARCHIVED, LOCKED = 50083, 160005
NO_DIRECT_MESSAGES = {50007, 50278}
"""They take none from the bot, or share no server with it."""

ANSWERED = 40060
TOO_LATE = {10062, 10015, 50027, ANSWERED}
"""Unknown interaction, unknown webhook, its token no longer valid; a second first answer."""

TOO_LARGE = {40005, 50035}
"""Entity too large; and an invalid body, which with us is one that is too long somewhere."""

REQUEST_TOO_LARGE, TOO_MANY, SERVER_ERRORS = 413, 429, 500
FORBIDDEN, NOT_FOUND = 403, 404

NO_ANSWER = (aiohttp.ClientError, OSError, json.JSONDecodeError)
"""TimeoutError is an OSError; and an answer may break off."""

NOT_AS_DOCUMENTED = (LookupError, TypeError, AttributeError, ValueError)
"""What discord.py raises over an answer that says yes and is not what Discord documents."""

CLOSED = "Session is closed"
"""What aiohttp says to a request that was waiting while the connection was closed."""


class UnreadableError(AmbiguousError):
    """Discord said yes, in an answer that cannot be read."""


@contextlib.contextmanager
def translate_errors(doing: str) -> Generator[None]:
    """Turn errors of Discord and its library into the core's own.

    Args:
        doing: What is tried, for the message: ``post a message``.

    Raises:
        ChatError: One of its kinds.
    """
    try:
        yield
    except discord.RateLimited as error:
        raise RateLimitedError("Discord asks to wait.", retry_after_s=error.retry_after) from error
    except discord.HTTPException as error:
        raise translate(error, doing) from error
    except NO_ANSWER as error:
        raise AmbiguousError(f"Discord did not answer; I tried to {doing}.") from error
    except NOT_AS_DOCUMENTED as error:
        raise UnreadableError(f"Discord gave an odd answer; I tried to {doing}.") from error
    except RuntimeError as error:
        if str(error) != CLOSED:
            raise
        raise AmbiguousError(f"The connection ended; I tried to {doing}.") from error


def translate(error: discord.HTTPException, doing: str) -> ChatError:
    """The core's error for one of Discord's."""
    if error.code in TOO_LATE:
        return ExpiredError(f"It is too late to {doing}.")
    if error.status == TOO_MANY:
        return RateLimitedError("Discord asks to wait.", retry_after_s=60.0)
    return _kind_of(error)(f"Discord would not {doing}: {error.text}")


def _kind_of(error: discord.HTTPException) -> type[ChatError]:
    if error.code in NO_DIRECT_MESSAGES:
        return UnreachableError
    if error.code in TOO_LARGE or error.status == REQUEST_TOO_LARGE:
        return TooLargeError
    if error.code in {ARCHIVED, LOCKED} or error.status == FORBIDDEN:  # for good: by a moderator
        return ForbiddenError
    if error.status >= SERVER_ERRORS:
        return TransientError
    if error.status == NOT_FOUND and error.code:  # without, it is not Discord that does not know it
        return GoneError
    return ChatError
