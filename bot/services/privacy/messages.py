"""What somebody reads about what is kept of them. Pure: records in, messages out."""

from collections.abc import Sequence
from datetime import date

from bot.domain.chat.message import Buttons, ButtonStyle, File, Message
from bot.domain.text import quoted
from bot.services.privacy.verbs import EXPORT
from bot.services.submissions.retention import Kept

HOW = "`/privacy` tells what I keep about you; `/privacy export` gives it to you."


def summary(cohorts: Sequence[str], kept: Kept) -> Message:
    """What is kept, for how long, and who sees it.

    Args:
        cohorts: The names of those in which they are a member.
        kept: How long what people sent is kept.
    """
    return Message.of(
        f"**What I keep about you.** {_membership(cohorts)}",
        "- *Your name, account and settings*: until you ask me to forget you.\n"
        f"- *Your code*: {kept.sources.days} days. In a thread everybody there sees it; what you"
        " send privately you alone see, and mentors if you dispute a check.\n"
        "- *What came of it* (verdicts, points, hints, your plan): until you ask me to forget you."
        " You see it; the leaderboard shows your points the way `/board` says.\n"
        f"- *What you wrote to me, as it came*: {kept.events.days} days.",
        "Whoever runs this bot can read its database. What stands in the chat itself, its platform"
        " keeps.",
        Buttons((EXPORT.button(None, "Export my data", ButtonStyle.PRIMARY),)),
    )


def export(archive: bytes, *, on: date) -> Message:
    """All of it, as a file."""
    return Message.of(
        "Everything that I keep about you is in this file; its README explains it.",
        File(f"freehand-{on.isoformat()}.zip", archive),
    )


def _membership(cohorts: Sequence[str]) -> str:
    if not cohorts:
        return "You are in no cohort."
    return f"You are in {', '.join(map(quoted, cohorts))}."
