"""What is said about joining a cohort, and about how it goes."""

from collections.abc import Sequence
from datetime import date

from bot.domain.chat.message import (
    Block,
    Buttons,
    ButtonStyle,
    ChannelLink,
    Message,
    Moment,
    Table,
)
from bot.domain.cohort import Cohort, Place
from bot.domain.exercise import Caps, Limits
from bot.domain.member import BoardMode, Member
from bot.domain.schedule import Slot
from bot.domain.text import quoted, sentence
from bot.services.cohorts import holidays
from bot.services.cohorts.limits import UNITS
from bot.services.cohorts.rules import DETAILS, RULES
from bot.services.cohorts.verbs import JOIN, SET_BOARD

_BOARD_WORDS = {
    BoardMode.NAMED: "with your name",
    BoardMode.ALIAS: "under your alias",
}

REMINDERS_ON = Message.of(
    "I will remind you before a challenge closes, if you have not answered it."
)
REMINDERS_OFF = Message.of("No more reminders. `/reminders on` brings them back.")
REMINDERS_HOW = "Say `/reminders on` or `/reminders off`."
BOARD_HOW = "Say `/board named`, `/board alias` or `/board hidden`."

JOIN_ELSEWHERE = (
    "That button is about a cohort that practises elsewhere. Type `/join` in the channel of the one"
    " you want to join."
)
NOT_IN_A_THREAD = "A cohort has a channel, not a thread. Type this in the channel itself."
NOT_AMONG_MENTORS = "This is a mentors' channel. Use the cohort's own channel."
MENTORS_APART = (
    "The mentors need a channel of their own, which is no cohort's: they are sent learners' code."
)
NOT_FOR_EVERYBODY = "Everybody has that role. Choose one that mentors alone have."
STARTS_WITHIN_A_YEAR = "A cohort must start within a year from today, before or after."
HOUR_OF_DAY = "The hour must be a number from 0 to 23."


# --- joining ----------------------------------------------------------------------------------


def pledge(cohort: Cohort) -> Message:
    """Asked before joining."""
    return Message.of(
        f"**{cohort.name}** practises by hand: on Monday a function, on Wednesday a bug, on Friday"
        " a module.",
        "The pledge: *While a challenge is open I write my answer myself. No assistant writes,"
        " completes or explains code for me in the zone. Documentation and people are fine.*",
        "Nobody checks up on you. It is your practice.",
        Buttons((JOIN.button(cohort.id, "I take the pledge", ButtonStyle.PRIMARY),)),
    )


def welcome(
    member: Member, places: Sequence[ChannelLink], *, offer: Sequence[Block] = ()
) -> Message:
    """To a new member, with the threads where one can answer now, and what else is offered."""
    return Message.of(
        "**Welcome.** Each challenge has a thread: read the task there, and send your code there."
        " `/plan` shows your week, `/help` everything else.",
        *places,
        "How should the weekly leaderboard show you? Until you choose it shows"
        f" **{member.alias}**.",
        Buttons(
            (
                SET_BOARD.button(BoardMode.NAMED, "My name"),
                SET_BOARD.button(BoardMode.ALIAS, member.alias),
                SET_BOARD.button(BoardMode.HIDDEN, "Leave me out"),
            )
        ),
        *offer,
    )


def is_member(member: Member) -> Message:
    """To somebody who joined before."""
    return Message.of(
        f"You have been a member since {member.joined_at:%d %B %Y}. `/plan` shows your week."
    )


def board_mode(member: Member, mode: BoardMode) -> Message:
    """How the leaderboard shows a member from now on."""
    if mode is BoardMode.HIDDEN:
        return Message.of("The leaderboard leaves you out from now on.")
    alias = f" (**{member.alias}**)" if mode is BoardMode.ALIAS else ""
    return Message.of(f"The leaderboard now shows you {_BOARD_WORDS[mode]}{alias}.")


def reminders(member: Member) -> Message:
    """Whether a member is reminded, and how they change it."""
    if member.reminders:
        return Message.of(
            "Reminders are on: I remind you before a challenge closes, if you have not answered it."
            " `/reminders off` switches them off."
        )
    return Message.of("Reminders are off. `/reminders on` switches them on.")


def board_now(member: Member) -> Message:
    """How the leaderboard shows a member, and how they change it."""
    shown = {
        BoardMode.NAMED: "shows you with your name",
        BoardMode.ALIAS: f"shows you under your alias, **{member.alias}**",
        BoardMode.HIDDEN: "leaves you out",
    }
    return Message.of(f"The leaderboard {shown[member.board]}.", BOARD_HOW)


# --- setting up -------------------------------------------------------------------------------


def set_up(
    cohort: Cohort,
    place: Place,
    *,
    is_new: bool,
    problems: Sequence[str],
    next_slot: Slot | None,
    posts_today: bool,
) -> Message:
    """To who made or changed a cohort.

    Args:
        cohort: As it is now.
        place: Where that was done.
        is_new: Whether it was made just now.
        problems: Why one of its channels cannot be written to.
        next_slot: The next post, if any is to come.
        posts_today: Whether today's challenge is still posted.
    """
    head = "practises here from now on" if is_new else "goes on like this"
    return Message.of(
        f"**{cohort.name}** {head}: on Monday a function, on Wednesday a bug, on Friday a module,"
        f" at {cohort.hour:02}:00 {cohort.timezone}. Week 1 is the week of"
        f" {cohort.starts_on:%d %B %Y}.",
        *problems,
        *(["Today's challenge is posted within a minute."] if posts_today else []),
        *([Moment("Next post", next_slot.due_at)] if next_slot is not None else []),
        "Disputed checks arrive in the mentors' channel, with learners' code: make sure that"
        " learners cannot read it.",
        ChannelLink("Mentors' channel:", place.mentors_channel, "mentors"),
        "Learners type `/join`. `/challenge post` releases an exercise at once,"
        " `/challenge pin` chooses a day's. `/cohort holidays` keeps days free, `/cohort rules`"
        " says how long challenges are open, `/cohort limits` caps what a grading may use.",
    )


def greeting_for_learners(cohort: Cohort) -> Message:
    """The first words in a cohort's channel."""
    return Message.of(
        f"**{cohort.name}** practises here: on Monday a function, on Wednesday a bug, on Friday a"
        " module, by hand. `/join` takes you in."
    )


def greeting_for_mentors(cohort: Cohort) -> Message:
    """The first words in the mentors' channel."""
    return Message.of(
        f"Checks that learners of **{cohort.name}** think are wrong arrive here, with their code."
    )


def cannot_write(channel: str, reason: str) -> str:
    """Why a greeting did not arrive."""
    why = sentence(reason)
    return f"**I cannot write to {channel}**, and until I can, nothing appears there: {why}"


def missing_to_set_up(names: Sequence[str]) -> str:
    """To who left out what a new cohort needs."""
    return (
        f"A new cohort needs {' and '.join(f'`{name}`' for name in names)}:"
        " `/cohort setup timezone:Europe/Berlin mentors:#the-mentors-channel`."
    )


def unknown_timezone(text: str) -> str:
    """To who wrote a time zone that does not exist."""
    return f"There is no time zone {quoted(text)}. Write it like `Europe/Berlin`."


# --- days off, rules, limits ------------------------------------------------------------------


def render_holidays(cohort: Cohort, *, today: date) -> Message:
    """The days off to come."""
    spans = holidays.spans(cohort, today=today)
    if not spans:
        return Message.of(
            "There are no days off to come. `/cohort holidays` with a first and a last day adds"
            " some: no challenge is posted on them, and they cost nobody a week of their streak."
        )
    lines = [f"- {_day(a)}" if a == b else f"- {_day(a)} to {_day(b)}" for a, b in spans]
    return Message.of("No challenge is posted on these days:", "\n".join(lines))


def render_rules(cohort: Cohort) -> Message:
    """The rules of this cohort."""
    lines = [
        f"- `{name}` **{getattr(cohort, name)}** — {rule.what}" for name, rule in RULES.items()
    ]
    details = "on" if cohort.details_public else "off"
    lines.append(
        f"- `{DETAILS}` **{details}** — threads show everybody each check, not only the author"
    )
    return Message.of(
        "\n".join(lines),
        "A challenge that is open keeps its `open_hours` and `late_hours`; the other rules hold at"
        " once.",
    )


def render_limits(cohort: Cohort) -> Message:
    """What exercises may use in this cohort."""
    caps = {name: f"{cap:g}" for name, cap in cohort.caps.items()}
    rows = [(name, unit, caps.get(name, "as the exercise says")) for name, unit in UNITS.items()]
    return Message.of(
        Table(("Limit", "Unit", "At most"), tuple(rows)),
        "A cap lowers what exercises ask for and never raises it; `/challenge preview` tells where"
        " it does. An exercise that needs more than its cap cannot be solved.",
    )


def lowered_limits(limits: Limits, caps: Caps) -> str:
    """A sentence on what these caps lower; empty when nothing."""
    under = limits.under(caps)
    less = [
        f"{getattr(under, name):g} instead of {getattr(limits, name):g} {UNITS[name]}"
        for name in caps
        if getattr(under, name) < getattr(limits, name)
    ]
    return f"This cohort's caps lower its limits: {', '.join(less)}." if less else ""


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


NAME_A_MEMBER = (
    "Name one member of this cohort, as they are offered while you type, or mention them."
)


def several_members(typed: str, names: Sequence[str]) -> str:
    """To a mentor who named more than one."""
    known = ", ".join(quoted(name) for name in names[:5])
    return f"Several members are called {quoted(typed)}: {known}. {NAME_A_MEMBER}"


def unknown_member(typed: str) -> str:
    """To a mentor who named nobody."""
    return f"There is no member {quoted(typed)}. {NAME_A_MEMBER}"
