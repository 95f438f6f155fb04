"""What the bot says, with its pictures. Works inside the transaction it is given."""

from datetime import datetime

from bot.chat.web import archive, ledger
from bot.chat.web.codec import pictures, stored
from bot.chat.web.database import Connection
from bot.chat.web.workspace import BOT, Spot
from bot.domain.chat.message import Message
from bot.domain.outbox import MessageKey


def say(  # noqa: PLR0913  # a message, where, for whom, and why
    tx: Connection,
    *,
    key: MessageKey,
    spot: Spot,
    message: Message,
    at: datetime,
    private_to: str = "",
    about: str = "",
) -> archive.Stored:
    """Post once: with a known key this gives the first post.

    Raises:
        GoneError: The thread is not there.
    """
    ledger.put_pictures(tx, pictures(message), at)
    draft = archive.Draft(
        key=f"{BOT}:{key}",
        spot=spot,
        author=BOT,
        content=stored(message),
        at=at,
        private_to=private_to,
        about=about,
    )
    return archive.add(tx, draft)


def change(tx: Connection, number: int, message: Message, at: datetime) -> None:
    """Let a message of the bot say this from now on.

    Raises:
        GoneError: There is no such message of the bot.
    """
    archive.get_by(tx, number, BOT)
    ledger.put_pictures(tx, pictures(message), at)
    archive.change(tx, number, stored(message))
