"""What can be asked for about submissions."""

from bot.services.submissions import commands, verbs
from bot.services.submissions.actions import SubmissionActions
from bot.services.talk.registry import Room, verbs_of


def room(actions: SubmissionActions) -> Room:
    """Commands and buttons."""
    return Room(
        commands=commands.commands(actions.hints), actions=actions.all(), verbs=verbs_of(verbs)
    )
