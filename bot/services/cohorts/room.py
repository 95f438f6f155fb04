"""What can be asked for about cohorts."""

from bot.services.cohorts import verbs
from bot.services.cohorts.actions import CohortActions
from bot.services.cohorts.commands import CohortCommands, MemberCommands
from bot.services.talk.registry import Room, verbs_of


def members_room(commands: MemberCommands, actions: CohortActions) -> Room:
    """Commands and buttons for members."""
    return Room(commands=commands.all(), actions=actions.all(), verbs=verbs_of(verbs))


def mentors_room(commands: CohortCommands) -> Room:
    """Commands for mentors and administrators."""
    return Room(commands=commands.all())
