"""What the bot says, with its pictures and files. Works inside the transaction it is given."""

import hashlib
from datetime import datetime

from bot.chat.web.workspace import BOT
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Block, Buttons, File, Image, Message
from bot.domain.errors import GoneError
from bot.domain.local_chat import (
    ARCHIVE,
    PICTURE,
    BotContent,
    ChatFile,
    ChatMessage,
    Conversation,
    LocalChat,
    NewChatMessage,
    StoredBlock,
    StoredFile,
    StoredImage,
)


def content_of(message: Message) -> BotContent:
    """A message of the bot as it is stored: its pictures and files lie beside it."""
    return BotContent(tuple(_stored(block) for block in message.blocks))


async def say(  # noqa: PLR0913  # a message, where, for whom, and why
    chat: LocalChat,
    message: Message,
    conversation: Conversation,
    *,
    key: MessageKey,
    at: datetime,
    private_to: str = "",
    about: str = "",
) -> ChatMessage:
    """Post once: with a known key this gives the first post, which says this from now on.

    Raises:
        GoneError: The thread is not there.
    """
    if conversation.thread and not await chat.threads.exists(conversation):
        raise GoneError("That thread is not here.")
    await chat.files.add_shown(_shown(message), at)
    content = content_of(message)
    posted = await chat.messages.add(
        NewChatMessage(
            key=f"{BOT}:{key}",
            conversation=conversation,
            author=BOT,
            content=content,
            posted_at=at,
            private_to=private_to,
            about=about,
        )
    )
    return posted if posted.content == content else await chat.messages.set_content(posted, content)


async def change(chat: LocalChat, number: int, message: Message, at: datetime) -> None:
    """Let a message of the bot say this from now on.

    Raises:
        GoneError: There is no such message of the bot.
    """
    before = await chat.messages.get(number)
    if before.author != BOT:
        raise GoneError("That message is somebody else's.")
    content = content_of(message)
    if before.content != content:
        await chat.files.add_shown(_shown(message), at)
        await chat.messages.set_content(before, content)


async def spend(chat: LocalChat, number: int) -> None:
    """Let the buttons of a message that one person sees alone be spent."""
    message = await chat.messages.get(number)
    if message.private_to and isinstance(message.content, BotContent):
        blocks = (
            block.spent() if isinstance(block, Buttons) else block
            for block in message.content.blocks
        )
        await chat.messages.set_content(message, BotContent(tuple(blocks)))


def _shown(message: Message) -> dict[str, ChatFile]:
    """What lies beside a message, by id: the same bytes have the same one and are stored once."""
    shown: dict[str, ChatFile] = {}
    for block in message.blocks:
        match block:
            case Image(name, png):
                shown[_id_of("png", png)] = ChatFile(name, PICTURE, png)
            case File(name, content):
                shown[_id_of("zip", content)] = ChatFile(name, ARCHIVE, content)
            case _:
                pass
    return shown


def _id_of(kind: str, content: bytes) -> str:
    return f"{kind}-{hashlib.sha256(content).hexdigest()[:40]}"


def _stored(block: Block) -> StoredBlock:
    match block:
        case Image(name, png, alt):
            return StoredImage(_id_of("png", png), name, alt)
        case File(name, content):
            return StoredFile(_id_of("zip", content), name, len(content))
        case _:
            return block
