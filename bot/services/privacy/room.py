"""What can be asked for about what is kept of a person."""

from bot.services.privacy.commands import PrivacyCommands
from bot.services.talk.registry import Room


def room(commands: PrivacyCommands) -> Room:
    """Commands."""
    return Room(commands=commands.all())
