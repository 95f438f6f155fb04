"""What can be asked for about progress."""

from bot.services.progress import verbs
from bot.services.progress.actions import SelfViewActions
from bot.services.progress.commands import ProgressCommands
from bot.services.progress.signing_commands import SigningCommands
from bot.services.talk.registry import Room, verbs_of


def mentors_room(commands: SigningCommands) -> Room:
    """Commands for mentors."""
    return Room(commands=commands.all())


def room(commands: ProgressCommands, actions: SelfViewActions) -> Room:
    """Commands, and the form about oneself."""
    return Room(commands=commands.all(), actions=actions.all(), verbs=verbs_of(verbs))
