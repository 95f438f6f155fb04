"""What happened in our threads while nobody listened."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import structlog
from slack_sdk.errors import SlackApiError

from bot.chat.slack.client import Client
from bot.chat.slack.errors import word_of
from bot.chat.slack.payload import Payload, next_cursor
from bot.domain.chat.events import UNKNOWN_PERSON, Event, MessagePosted
from bot.domain.chat.refs import UserRef

log = structlog.get_logger()

THREADS_SINCE = timedelta(days=21)
"""Threads that began earlier are over: nobody answers there any more."""

PAGE = 200
CLOSED = {"channel_not_found", "is_archived", "missing_scope", "not_in_channel", "thread_not_found"}

Reading = Callable[[list[Event]], Awaitable[Sequence["Reading"]]]
"""Reads one thing, adds the events in it, and says what is to be read because of it."""


@dataclass(slots=True)
class Missed:
    """Messages and edits since a moment. Deletions are in no history.

    Each thing is read by itself: one that fails keeps nothing else from being heard.

    Attributes:
        since: The moment; None where nothing was missed.
        left: What could not be read yet.
    """

    client: Client
    since: datetime | None
    left: list[Reading] = field(default_factory=list[Reading], init=False)

    def __post_init__(self) -> None:
        if self.since is not None:
            self.left.append(partial(self._channels, self.since))

    async def read(self) -> Sequence[Event]:
        """Read what can be read now; in order."""
        found: list[Event] = []
        failed: list[Reading] = []
        while self.left:
            reading = self.left.pop()
            try:
                self.left += await reading(found)
            except Exception as error:  # noqa: BLE001  # whatever it was, the others are read
                word = word_of(error) if isinstance(error, SlackApiError) else type(error).__name__
                log.warning("not_yet_read", reason=word)
                if word not in CLOSED:
                    failed.append(reading)
        self.left = failed
        return sorted(await self._informed(found), key=lambda event: event.at)

    async def _informed(self, found: Sequence[Event]) -> list[Event]:
        """The events with what Slack knows of their authors, which history does not say.

        Who calls the bot by its name may need rights; an answer needs none.
        """
        informed: list[Event] = []
        infos = {user: await self._info(user) for user in {event.user for event in found}}
        for event in found:
            event = replace(event, info=infos[event.user])  # noqa: PLW2901  # the same, with more
            if event.info is UNKNOWN_PERSON and _is_call(event):
                self.left.append(partial(self._again, event))
            else:
                informed.append(event)
        return informed

    async def _info(self, user: UserRef) -> Any:  # noqa: ANN401
        return await self.client.members.info(user.user)

    async def _again(self, event: Event, found: list[Event]) -> Sequence[Reading]:
        found.append(event)
        return ()

    async def _channels(self, since: datetime, found: list[Event]) -> Sequence[Reading]:
        """Every channel that we are in."""
        del found
        web, readings, cursor = cast("Any", self.client.web), list[Reading](), ""
        while True:
            page = await web.users_conversations(
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor or None,
            )
            readings += [partial(self._channel, str(c["id"]), since) for c in page["channels"]]
            cursor = next_cursor(page.data)
            if not cursor:
                return readings

    async def _channel(
        self, channel: str, since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        """What was said there, and the threads below messages of ours."""
        threads: list[Reading] = []
        oldest = f"{(since - THREADS_SINCE).timestamp():.6f}"
        web: Any = self.client.web
        pages = self._pages(web.conversations_history, channel=channel, oldest=oldest)
        async for message in pages:
            found += self._events({**message, "channel": channel}, since)
            answered = float(message.get("latest_reply") or 0) >= since.timestamp()
            edited = bool(message.get("reply_count"))  # an edit does not make a reply newer
            if message.get("user") == self.client.workspace.me and (answered or edited):
                threads.append(partial(self._thread, channel, str(message["ts"]), since))
        return threads

    async def _thread(
        self, channel: str, ts: str, since: datetime, found: list[Event]
    ) -> Sequence[Reading]:
        web: Any = self.client.web
        pages = self._pages(web.conversations_replies, channel=channel, ts=ts)
        async for message in pages:
            if message.get("ts") != ts:
                found += self._events({**message, "channel": channel}, since)
        return ()

    def _events(self, message: Payload, since: datetime) -> list[Event]:
        reader = self.client.reader
        events = reader.message(message), reader.edited_since(message)
        return [event for event in events if event is not None and event.at >= since]

    async def _pages(
        self,
        read: Callable[..., Awaitable[Any]],
        **arguments: str,
    ) -> AsyncIterator[Payload]:
        cursor = ""
        while True:
            page = await read(limit=PAGE, cursor=cursor or None, **arguments)
            for message in page["messages"]:
                yield message
            cursor = next_cursor(page.data)
            if not cursor:
                return


def _is_call(event: Event) -> bool:
    return isinstance(event, MessagePosted) and event.mentions_bot
