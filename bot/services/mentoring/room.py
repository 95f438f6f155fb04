"""What mentors can ask for about answers and members."""

from bot.services.mentoring import verbs
from bot.services.mentoring.actions import MentoringActions
from bot.services.mentoring.commands import MentoringCommands
from bot.services.talk.registry import Room, verbs_of


def room(commands: MentoringCommands, actions: MentoringActions) -> Room:
    """Commands and buttons."""
    return Room(commands=commands.all(), actions=actions.all(), verbs=verbs_of(verbs))
