"""Every error this project raises on purpose.

    BotError
    ├── UserError            the person can fix it; the message is shown to them as it is
    │   ├── NotFoundError    no such exercise, challenge or member
    │   ├── NotAllowedError  the person's role does not permit it
    │   └── LimitError       they have had as much as one person may
    └── PlatformError        ours: retried, logged, never charged to a learner
        ├── SettingsError    a setting is missing or wrong; ends the start with exit code 2
        ├── CatalogueError   an exercise folder is missing or malformed
        ├── StoreError       the database cannot be reached, upgraded or written
        ├── SandboxError     a grading could not be carried out
        │   └── SandboxUnavailableError  no engine or no image: submissions wait until it is back
        │       ├── GpuUnavailableError  no GPU: submissions that need one wait, the others do not
        │       └── SandboxBuildError    the images could not be built: somebody has to fix it first
        ├── LeaseLostError   another run owns this submission now; this run's result is void
        └── ChatError        the chat platform refused or failed
            ├── RateLimitedError   try again after `retry_after_s`
            ├── ExpiredError       the responder is too old: post instead
            ├── ForbiddenError     the bot lacks a permission
            ├── UnreachableError   the person takes no private messages from the bot
            ├── GoneError          the conversation or message no longer exists
            ├── TooLargeError      an attachment or message is over the platform's limit
            ├── TransientError     worth trying again
            └── AmbiguousError     the request may or may not have been carried out

A submission that fails its checks is a verdict, a value, never an exception.
"""

from enum import StrEnum


class BotError(Exception):
    """Root of the tree."""


class UserError(BotError):
    """The person can fix it: the message says how and is shown as it is."""


class NotFoundError(UserError):
    """What the person named does not exist."""


class SpentError(UserError):
    """It could be done once, and that time is over."""


class NotAMemberError(UserError):
    """They have to join first."""


class NotAllowedError(UserError):
    """The person's role does not permit it."""


class Limit(StrEnum):
    """What one person may have only so much of."""

    WAITING = "waiting"  # answers in line
    DAY = "day"  # gradings
    CHALLENGE = "challenge"  # gradings of one
    SIZE = "size"  # of what they sent
    PACE = "pace"  # answers in a short time


class LimitError(UserError):
    """They have had as much as one person may."""

    def __init__(self, limit: Limit, message: str) -> None:
        super().__init__(message)
        self.limit = limit


class PlatformError(BotError):
    """Ours. Retried where that can help, never charged to a learner."""


class SettingsError(PlatformError):
    """A setting is missing or wrong."""


class CatalogueError(PlatformError):
    """An exercise folder is missing or malformed."""


class StoreError(PlatformError):
    """The database cannot be reached, upgraded or written."""


class SandboxError(PlatformError):
    """A grading could not be carried out."""


class SandboxUnavailableError(SandboxError):
    """No engine or no image: nothing can be graded until it is back."""


class GpuUnavailableError(SandboxUnavailableError):
    """No GPU can be used: what needs one waits, everything else goes on."""


class SandboxBuildError(SandboxUnavailableError):
    """The sandbox's images could not be built: somebody has to fix something first."""


class LeaseLostError(PlatformError):
    """Another run owns this submission now."""


class ChatError(PlatformError):
    """The chat platform refused or failed."""


class RateLimitedError(ChatError):
    """The platform asks to wait."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ExpiredError(ChatError):
    """A responder is too old to be answered."""


class ForbiddenError(ChatError):
    """The bot lacks a permission."""


class UnreachableError(ChatError):
    """The person takes no private messages from the bot; that may change at any time."""


class GoneError(ChatError):
    """The conversation or message no longer exists."""


class TooLargeError(ChatError):
    """Over the platform's size limit."""


class TransientError(ChatError):
    """Worth trying again."""


class AmbiguousError(ChatError):
    """The request may or may not have been carried out."""
