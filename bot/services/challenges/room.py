"""What can be asked for about challenges; their buttons are those of submissions."""

from bot.services.challenges.commands import ChallengeCommands
from bot.services.challenges.windows import WindowCommands
from bot.services.talk.registry import Room


def room(commands: ChallengeCommands, windows: WindowCommands) -> Room:
    """Commands."""
    return Room(commands=[*commands.all(), *windows.all()])
