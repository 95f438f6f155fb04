"""What can be asked for about what is kept of a person."""

from bot.services.privacy import verbs
from bot.services.privacy.actions import PrivacyActions
from bot.services.privacy.commands import PrivacyCommands
from bot.services.privacy.service import PrivacyService
from bot.services.talk.registry import Room, verbs_of


def room(privacy: PrivacyService) -> Room:
    """Commands and buttons."""
    commands, actions = PrivacyCommands(privacy=privacy), PrivacyActions(privacy=privacy)
    return Room(commands=commands.all(), actions=actions.all(), verbs=verbs_of(verbs))
