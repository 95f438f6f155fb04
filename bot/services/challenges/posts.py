"""What a challenge has the bot say, in each of its places."""

from bot.domain.challenge import Challenge
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Message
from bot.domain.exercise import Exercise
from bot.domain.member import Member
from bot.domain.outbox import Wanted
from bot.services.challenges import messages


def announced(challenge: Challenge, exercise: Exercise, *, only: int | None = None) -> list[Wanted]:
    """The challenge's message in each place, to which its thread belongs.

    Args:
        challenge: Which.
        exercise: Its exercise.
        only: The one post, if not all.
    """
    title = messages.thread_title(challenge, exercise)
    return [
        Wanted(
            key=MessageKey(Kind.POST, str(post.id)),
            conversation=post.channel,
            message=messages.announcement(challenge, exercise, has_thread=post.thread is not None),
            # A thread that somebody deleted is not opened again.
            thread_title=title if post.thread or not post.message else None,
        )
        for post in challenge.posts
        if only in {None, post.id}
    ]


def closed(challenge: Challenge, summary: Message) -> list[Wanted]:
    """The summary of a challenge, or what stands in its place once it is open again.

    Each time that it closes it has a new one: nobody would see an old one change.
    """
    again = f":{challenge.reopened}" if challenge.reopened else ""
    return [
        Wanted(
            key=MessageKey(Kind.CLOSING, f"{post.id}{again}"),
            conversation=post.thread or post.channel,
            message=summary,
        )
        for post in challenge.posts
    ]


def news(challenge: Challenge, line: Message) -> list[Wanted]:
    """A line in each thread on the time that the challenge has now."""
    return [
        Wanted(
            key=MessageKey(Kind.NEWS, f"{post.id}:{challenge.closes_at:%Y%m%d%H%M%S}"),
            conversation=post.thread,
            message=line,
        )
        for post in challenge.posts
        if post.thread is not None
    ]


def asked(challenge: Challenge, exercise: Exercise) -> list[Wanted]:
    """The task in each thread, as it stands while answers are taken."""
    return [
        Wanted(
            key=MessageKey(Kind.TASK, str(post.id)),
            conversation=post.thread,
            message=messages.task(exercise, buttons_for=challenge),
        )
        for post in challenge.posts
        if post.thread is not None
    ]


def over(challenge: Challenge, exercise: Exercise) -> list[Wanted]:
    """The task in each thread, as it stands once no answer is taken any more."""
    return [
        Wanted(
            key=MessageKey(Kind.TASK, str(post.id)),
            conversation=post.thread,
            message=messages.task(exercise, buttons_for=challenge, over=True),
            not_before=challenge.late_until,
        )
        for post in challenge.posts
        if post.thread is not None
    ]


def reminder_for(challenge: Challenge, member: Member, message: Message) -> Wanted | None:
    """A reminder in the thread on a platform that the member is on; one for each closing time."""
    thread = challenge.thread_for(member.identities[0])
    if thread is None:
        return None
    return Wanted(
        key=MessageKey(
            Kind.REMINDER, f"{challenge.id}:{member.id}:{challenge.closes_at:%Y%m%d%H%M%S}"
        ),
        conversation=thread,
        message=message,
        private_to=member.identity_on(thread.platform),
    )
