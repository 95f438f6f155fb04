"""What the bot says, with its pictures. Works inside the transaction it is given."""

import hashlib
from datetime import datetime

from bot.chat.web.workspace import BOT
from bot.domain.chat.keys import MessageKey
from bot.domain.chat.message import Block, Buttons, Image, Message
from bot.domain.errors import GoneError
from bot.domain.local_chat import (
    PICTURE,
    BotContent,
    ChatFile,
    ChatMessage,
    Conversation,
    LocalChat,
    NewChatMessage,
    StoredBlock,
    StoredImage,
)


def content_of(message: Message) -> BotContent:
    """A message of the bot as it is stored: pictures are files."""
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
    await chat.files.add_pictures(_pictures(message), at)
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
        await chat.files.add_pictures(_pictures(message), at)
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


def _pictures(message: Message) -> dict[str, ChatFile]:
    images = [block for block in message.blocks if isinstance(block, Image)]
    return {_file_of(image): ChatFile(image.name, PICTURE, image.png) for image in images}


def _file_of(image: Image) -> str:
    """The same bytes have the same name, so that posting again stores nothing new."""
    return f"png-{hashlib.sha256(image.png).hexdigest()[:40]}"


def _stored(block: Block) -> StoredBlock:
    return (
        StoredImage(_file_of(block), block.name, block.alt) if isinstance(block, Image) else block
    )
