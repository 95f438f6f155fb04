"""What somebody reads about what is kept of them. Pure: records in, messages out."""

from collections.abc import Sequence
from datetime import date

from bot.domain.chat.message import Buttons, ButtonStyle, File, Message
from bot.domain.text import quoted
from bot.services.privacy.verbs import EXPORT, FORGET
from bot.services.submissions.retention import Kept

HOW = (
    "`/privacy` tells what I keep about you; `/privacy export` gives it to you, and"
    " `/privacy forget` has me forget it."
)
GO_ON = "Go on"
FORGET_ME = "Forget me now"
LAST_QUESTION = Message.of(
    "**Shall I forget you now?** There is no way back, for nobody: no mentor can undo it."
)
NO_LONGER_HERE = Message.of("This message is no longer here.")
FORGOTTEN = Message.of(
    "**You are forgotten.** Your code, your name and your accounts are gone from here; what counts"
    " for others stays without you.",
    "Your own messages on Discord or Slack are yours to delete there. If you `/join` again one day,"
    " you begin anew.",
)


def summary(cohorts: Sequence[str], kept: Kept) -> Message:
    """What is kept, for how long, and who sees it.

    Args:
        cohorts: The names of those in which they are a member.
        kept: How long what people sent is kept.
    """
    return Message.of(
        f"**What I keep about you.** {_membership(cohorts)}",
        "- *Your name, account and settings*: until you ask me to forget you.\n"
        f"- *Your code*: {kept.after_end.days} days after your cohort's last challenge,"
        f" {kept.sources.days} days at most. In a thread everybody there sees it; what you"
        " send privately you alone see, and mentors if you dispute a check.\n"
        "- *What came of it* (verdicts, points, hints, your plan): until you ask me to forget you."
        " You see it; the leaderboard shows your points the way `/board` says.\n"
        f"- *What you wrote to me, as it came*: {kept.events.days} days.",
        "Whoever runs this bot can read its database. What stands in the chat itself, its platform"
        " keeps.",
        Buttons(
            (
                EXPORT.button(None, "Export my data", ButtonStyle.PRIMARY),
                FORGET.button(None, "Forget me", ButtonStyle.DANGER),
            )
        ),
    )


def what_is_forgotten(cohorts: Sequence[str]) -> Message:
    """The first question before somebody is forgotten.

    Args:
        cohorts: As in `summary`.
    """
    places = ", ".join(map(quoted, cohorts))
    return Message.of(
        f"**Forget you{f' in {places}' if places else ''}?** It cannot be undone.",
        "- I delete your code, your name, your accounts and everything that you wrote to me. What"
        " waits to be graded is withdrawn.\n"
        "- Your points, streak and milestones are lost to you. Counts of the cohort stay, of"
        " somebody without a name.\n"
        "- My feedback to you disappears from the threads; your own messages on Discord or Slack"
        " stay there until you delete them.\n"
        "- Backups of the database forget you when they are replaced.",
        "You may want your data first: `/privacy export`.",
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
