"""What can be asked for about progress."""

from bot.services.progress.commands import ProgressCommands
from bot.services.talk.registry import Room


def room(commands: ProgressCommands) -> Room:
    """Commands."""
    return Room(commands=commands.all())
