"""What is said whatever the subject."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.chat.commands import CommandOption, CommandSpec, Permission, usage
from bot.domain.chat.message import Message
from bot.domain.text import quoted

_CHOICES_TOLD = 5

OUR_FAULT = Message.of(
    "Something went wrong on our side, and it is written down. Nothing of yours is lost; please try"
    " again in a moment."
)
TOO_FAST = Message.of(
    "That was a lot at once, so I am silent for a minute. What you sent as an answer is graded all"
    " the same; a command or button you can use again then."
)
OLD_BUTTON = "That button belongs to an older version of me. Try the command instead."
OLD_FORM = "That form belongs to an older version of me. Please open it again."
FORM_TOO_LATE = "That took too long to open. Please press the button again."
FORM_NOT_OPENED = "I could not open the form. Please press the button again."
NOT_A_MEMBER = "You are not in this cohort yet. `/join` in its channel takes you in."
NO_COHORT = (
    "No cohort practises in this channel. Commands work where one does; people who manage the"
    " server make one with `/cohort setup`."
)
NO_EXERCISE = (
    "This challenge's exercise is no longer in the catalogue, so I cannot grade it. Your code stays"
    " in your message; please tell a mentor."
)
ANSWERED = "You have answered that question already. To ask it again, give the command again."
OTHERS_QUESTION = "Only the person who gave the command can answer."
TOO_LATE = (
    "That question is more than an hour old, so nothing was changed. Give the command again if you"
    " still want it."
)
TAKE_PRIVATE_MESSAGES = (
    "I have an answer for you alone, but you take no direct messages from this server. Allow them"
    " in the server's menu, under Privacy Settings. Nothing is lost: within a few minutes of that,"
    " the answer comes."
)
LEFT_ALONE = Message.of("Nothing was changed.")
NO = "No, leave it"


def missing_option(name: str) -> str:
    """To a command without an option that it needs this time."""
    return f"That command needs `{name}`. Type /help to see how it goes."


def incomplete(
    spec: CommandSpec, missing: str, *, given: Mapping[str, str], possible: Sequence[str]
) -> str:
    """To a command without an option that it always needs: what was understood, how it goes on.

    Args:
        spec: The command.
        missing: The option.
        given: The options that it came with.
        possible: What the missing one may be, as far as that can be told.
    """
    read = "; ".join(f"`{name}` is {quoted(value)}" for name, value in given.items() if value)
    understood = f" I read: {read}." if read else ""
    choices = ", ".join(f"`{value}`" for value in possible[:_CHOICES_TOLD])
    more = " and others" if len(possible) > _CHOICES_TOLD else ""
    offered = f" It may be {choices}{more}." if choices else ""
    return f"That command needs `{missing}`.{understood} Type `{usage(spec)}`.{offered}"


def points_at_nothing(option: CommandOption, typed: str) -> str:
    """To a command whose option should be a channel or role, and is none."""
    shown = "".join(char for char in typed[:40] if char.isalnum() or char in " -_#@")
    return (
        f"`{option.name}` must be one {option.kind}, and I know none that is called “{shown}” here."
        " Choose it from what is offered as you type, or give its name as it stands here."
    )


def not_permitted(spec: CommandSpec) -> str:
    """To somebody who may not use a command."""
    if spec.permission is Permission.ADMINS:
        return f"Only people who manage this server can use `/{spec.name}`."
    return f"Only mentors can use `/{spec.name}`."


def render_help(specs: Iterable[CommandSpec]) -> Message:
    """What the bot does, and the commands that the reader may use."""
    return Message.of(
        "On Monday you implement one function, on Wednesday you debug, on Friday you write a"
        " module. Each challenge has a thread: send your code there and I grade it. In a thread"
        " you can also mention me: `@Freehand plan`.",
        "\n".join(f"- `{usage(spec)}` — {spec.description}" for spec in specs),
    )
