"""What is said about challenges, from their post to their summary."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.message import (
    Buttons,
    Code,
    Message,
    Moment,
    Table,
)
from bot.domain.cohort import theme_of
from bot.domain.exercise import Day, Exercise
from bot.domain.progression import Turnout
from bot.domain.text import quoted
from bot.services.submissions.verbs import SHOW_HINT, SHOW_SOLUTION, SUBMIT

KINDS = {Day.IMPLEMENT: "Function", Day.DEBUG: "Bug", Day.MODULE: "Module"}
"""What is asked for. A mentor may post any of them on any day, so no weekday is told from it."""

_WHAT_TO_DO = {
    Day.IMPLEMENT: "implement one function",
    Day.DEBUG: "find and mend a bug",
    Day.MODULE: "write a complete module",
}
_WINDOWS = {Window.OPEN: "open", Window.LATE: "late", Window.OVER: "over"}

_IN_THREAD = " The task is in the thread; answer there with your code."

CLOSED_ALREADY = "That challenge is closed already."
NOT_OPEN = "That challenge is closed. `/challenge reopen` opens it again."
OPEN_STILL = "That challenge is open still. `/challenge extend` keeps it open longer."
NO_THREAD_LEFT = (
    "That challenge has no thread any more, so nobody could answer it. `/challenge post` releases"
    " its exercise anew."
)
CHANGED_MEANWHILE = "Its time was changed just now. Look at `/challenge list`, then try again."
POSTED_ALREADY = Message.of("That one is posted already.")
SAY_ITS_NUMBER = "Say its number, as `/challenge list` shows it."
DAY_IS_PAST = "That day is past."
DAY_TOO_FAR = "That day is more than a year away."
CLOSE_IT = "Close it"


def thread_title(challenge: Challenge, exercise: Exercise) -> str:
    """The name of a challenge's thread. It stays: a platform lets a thread be renamed rarely."""
    return f"Week {challenge.week} · {KINDS[exercise.day]} · {exercise.title}"


def announcement(challenge: Challenge, exercise: Exercise, *, has_thread: bool) -> Message:
    """The post in the channel: short; the task itself stands in the thread, once there is one."""
    _, theme = theme_of(challenge.week)
    return Message.of(
        f"**{exercise.title}** — {_WHAT_TO_DO[exercise.day]}",
        f"Week {challenge.week} · {theme} · about {exercise.minutes} minutes. An agent-free zone:"
        f" by hand, without an assistant, until it closes.{_IN_THREAD if has_thread else ''}",
        *(
            [Moment("Open until", challenge.closes_at)]
            if challenge.closed_at is None
            else ["**Closed.**", *_late(challenge)]
        ),
    )


def task(
    exercise: Exercise, *, note: str = "", buttons_for: Challenge | None, over: bool = False
) -> Message:
    """The whole task, with the starter and, in a thread, the buttons."""
    buttons = () if buttons_for is None else (_task_buttons(buttons_for, over=over),)
    return Message.of(
        exercise.task,
        Code(exercise.starter),
        "Send your code here in a fenced block (three backticks before and after it), or as a"
        " `.py` or `.ipynb` file. Edit your message to try again, as often as you like.",
        *([note] if note else []),
        *buttons,
    )


def _task_buttons(challenge: Challenge, *, over: bool) -> Buttons:
    """What the task offers; when no answer is taken any more, right ones are shown."""
    submit = SUBMIT.button(challenge.id, "Submit privately")
    hint = SHOW_HINT.button(challenge.id, "Hint")
    answers = (SHOW_SOLUTION.button((challenge.id, 0), "Right answers"),) if over else ()
    return Buttons((replace(submit, spent=over), hint, *answers))


def reminder(challenge: Challenge, title: str) -> Message:
    """To one member who has not answered yet."""
    return Message.of(
        f"**{title}** waits for you, and any honest try counts.",
        Moment("Open until", challenge.closes_at),
        "`/reminders off` switches these off.",
    )


def closing(challenge: Challenge, turnout: Turnout) -> Message:
    """The summary in the thread. It names nobody: wrong answers are private."""
    if not turnout.tried:
        words = "Nobody has tried this one yet."
    else:
        tried = f"{turnout.tried} {'person' if turnout.tried == 1 else 'people'} tried it"
        first = f"{turnout.solved_first} of them at the first try"
        words = f"{tried}, {turnout.solved} solved it, {first}."
    return Message.of(
        f"**Closed.** {words} Talking about solutions is welcome from now on.",
        *_late(challenge),
    )


def listing(
    rows: Sequence[tuple[Challenge, str, Turnout]],
    pins: Sequence[tuple[date, str]],
    now: datetime,
) -> Message:
    """A mentor's list: challenges with titles and turnouts; (date, title) of what is pinned."""
    to_come = "\n".join(f"- {on:%A}, {on}: {title}" for on, title in pins)
    pinned = [f"Pinned:\n{to_come}"] if pins else []
    if not rows:
        head = "There is no challenge yet. `/challenge post` releases one now."
        return Message.of(head, *pinned)
    return Message.of(
        Table(
            ("No.", "Week", "Exercise", "State", "Tried", "Solved"),
            tuple(
                (
                    str(challenge.id),
                    str(challenge.week),
                    title,
                    _WINDOWS[challenge.window(now)],
                    str(turnout.tried),
                    str(turnout.solved),
                )
                for challenge, title, turnout in rows
            ),
        ),
        *pinned,
    )


def no_thread(title: str, problems: Sequence[str]) -> Message:
    """To the mentors: a challenge cannot be answered, because its thread cannot be opened."""
    return Message.of(
        f"**{title}** has no thread, so nobody can answer it:",
        *problems,
        "Then it opens by itself.",
    )


def lost_thread(title: str, challenge: Challenge) -> Message:
    """To the mentors: somebody has deleted the thread of an open challenge."""
    return Message.of(
        f"The thread of **{title}** was deleted, so nobody can answer it any more. To open another:"
        f" `/challenge close {challenge.id}`, then `/challenge post {challenge.exercise}`. What was"
        " graded stays."
    )


def needs_gpu(exercise: Exercise) -> str:
    """To a mentor who chose what cannot be graded here."""
    return (
        f"**{exercise.title}** needs a GPU, and none is set up here: no answer to it could be"
        " graded. docs/gpu.md tells who runs the bot how to set one up."
    )


EXERCISES_HOW = "Their names are offered as you type `/challenge preview`."


def unknown_exercise(slug: str, near: Sequence[str]) -> str:
    """To a mentor who named an exercise that does not exist."""
    hint = f"Did you mean {' or '.join(f'`{name}`' for name in near)}?"
    return f"There is no exercise {quoted(slug)}. {hint if near else EXERCISES_HOW}"


def unknown_challenge(number: int) -> str:
    """To a mentor who named a challenge of another cohort."""
    return f"There is no challenge {number} in this cohort. `/challenge list` has their numbers."


def open_already(title: str, challenge: Challenge) -> str:
    """To a mentor who releases what is open."""
    return (
        f"**{title}** is open already, as number {challenge.id}."
        f" `/challenge close {challenge.id}` closes it."
    )


def posted(exercise: Exercise, challenge: Challenge) -> Message:
    """To a mentor who released an exercise."""
    return Message.of(f"Posted: **{exercise.title}**, number {challenge.id}.")


def close_question(title: str, challenge: Challenge, *, answered: int, members: int) -> Message:
    """Asked before a challenge is closed.

    Args:
        title: The exercise's.
        challenge: Which one.
        answered: How many members have answered.
        members: How many there are.
    """
    others = "The others" if answered else "Then all of them"
    return Message.of(
        f"Close **{title}** now? {answered} of {members} members have answered it. {others} can"
        " only send late answers afterwards, unless `/challenge reopen` opens it again.",
        *_late(challenge),
    )


def closed(title: str) -> Message:
    """To a mentor who closed a challenge."""
    return Message.of(f"Closed: **{title}**. Its thread has the summary.")


def how_many_hours(most: int) -> str:
    """To a mentor who gave a number of hours that is none."""
    return f"The hours must be a whole number from 1 to {most}."


def open_too_long(most: int) -> str:
    """To a mentor who extends again and again."""
    return f"A challenge can be open for at most {most} more hours from now."


def stays_open(challenge: Challenge) -> Message:
    """In the thread: a mentor gave it more time."""
    return Message.of(
        Moment("A mentor gave this challenge more time. Open until", challenge.closes_at)
    )


def open_again(challenge: Challenge) -> Message:
    """In the thread: a mentor opened it again."""
    return Message.of(
        Moment(
            "This challenge is open again, and answers count as usual. Open until",
            challenge.closes_at,
        )
    )


def was_closed() -> Message:
    """In place of the summary of a challenge that was opened again."""
    return Message.of("This challenge was closed here, and a mentor opened it again.")


def extended(title: str, challenge: Challenge) -> Message:
    """To a mentor who gave a challenge more time."""
    return Message.of(
        f"**{title}** stays open longer. Its thread is told.",
        Moment("Open until", challenge.closes_at),
        *_late(challenge),
    )


def reopened(title: str, challenge: Challenge) -> Message:
    """To a mentor who opened a challenge again."""
    return Message.of(
        f"**{title}** is open again: answers count as usual, those too that came late. Its thread"
        " is told.",
        Moment("Open until", challenge.closes_at),
        *_late(challenge),
    )


def not_a_challenge_day(on: date) -> str:
    """To a mentor who pins an exercise for a day on which nothing is posted."""
    return f"{on:%d %B} is a {on:%A}. Challenges are posted on Monday, Wednesday and Friday."


def pinned(exercise: Exercise, on: date, *, is_usual_kind: bool) -> Message:
    """To a mentor who chose a day's exercise."""
    note = "" if is_usual_kind else " It takes the place of that day's usual kind."
    return Message.of(f"**{exercise.title}** is pinned for {_date(on)}.{note}")


def unpinned(on: date) -> Message:
    """To a mentor who took a choice back."""
    return Message.of(f"The calendar chooses again on {_date(on)}.")


def nothing_pinned(on: date) -> str:
    """To a mentor who took back a choice that does not exist."""
    return f"Nothing is pinned for {_date(on)}."


def _late(challenge: Challenge) -> list[Moment]:
    """Until when late answers are taken, in words that stay true: nobody edits them afterwards."""
    if challenge.late_until <= challenge.closes_at:
        return []
    return [Moment("Deadline for late answers", challenge.late_until)]


def _date(on: date) -> str:
    return f"{on:%A, %d %B %Y}"
