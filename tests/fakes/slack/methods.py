"""The methods of Slack's web API that the bot calls."""
# ruff: noqa: N802  # the methods' own names

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.slack import limits
from tests.fakes.slack.model import (
    APP_TOKEN,
    BOT,
    BOT_ID,
    BOT_NAME,
    BOT_TOKEN,
    DOMAIN,
    TEAM,
    Channel,
    File,
    Json,
    Message,
    User,
    View,
    World,
)
from tests.fakes.slack.socket import Socket

Args = Mapping[str, Any]

SCOPES = {
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.info": "channels:read",
    "conversations.list": "channels:read",
    "conversations.open": "im:write",
    "conversations.replies": "channels:history",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "usergroups.list": "usergroups:read",
    "users.conversations": "channels:read",
    "users.info": "users:read",
}
PAGE = 100


class RefusedError(Exception):
    """Slack says no, with a word."""

    def __init__(self, word: str, **more: object) -> None:
        super().__init__(word)
        self.word, self.more = word, more


@dataclass(kw_only=True)
class Fault:
    """What goes wrong with the next calls of a method.

    Attributes:
        done: It is carried out all the same.
        answer: Text that it is answered with instead; empty to drop the connection.
    """

    times: int = 1
    done: bool = False
    status: int = 200
    answer: str = ""
    retry_after_s: float = 0.0


@dataclass(eq=False)
class Methods:
    """Answers calls.

    Attributes:
        calls: All so far: method and arguments.
        faults: Trouble in store, by method.
        violations: What broke the documentation; nothing is meant to.
        valid: Whether the bot's token is any good.
    """

    world: World
    socket: Socket
    told: Callable[[], None]
    calls: list[tuple[str, Args]] = field(default_factory=list[tuple[str, Args]])
    faults: dict[str, list[Fault]] = field(default_factory=dict[str, list[Fault]])
    violations: list[str] = field(default_factory=list[str])
    valid: bool = True

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        method, args = request.match_info["method"], await _arguments(request)
        self.calls.append((method, args))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self._fault(method)
        answer = None if fault and not fault.done else self._carried_out(method, args, token)
        self.told()
        if fault is None:
            assert answer is not None
            granted = ",".join(sorted(self.world.scopes)) if token == BOT_TOKEN else ""
            return web.json_response(answer, headers={"X-OAuth-Scopes": granted})
        if fault.retry_after_s:
            wait = {"Retry-After": str(int(fault.retry_after_s))}
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers=wait
            )
        if not fault.answer:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(text=fault.answer, status=fault.status, content_type=_type(fault))

    def _fault(self, method: str) -> Fault | None:
        planned = self.faults.get(method)
        if not planned:
            return None
        planned[0].times -= 1
        return planned[0] if planned[0].times else planned.pop(0)

    def _carried_out(self, method: str, args: Args, token: str) -> Json:
        try:
            self._authorize(method, token)
            do: Any = getattr(self, f"do_{method.replace('.', '_')}", self._unknown)
            return {"ok": True, **do(args)}
        except RefusedError as error:
            return {"ok": False, "error": error.word, **error.more}

    def _unknown(self, args: Args) -> Json:
        del args
        raise RefusedError("unknown_method")

    def _authorize(self, method: str, token: str) -> None:
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != wanted or not self.valid:
            raise RefusedError("invalid_auth")
        scope = SCOPES.get(method)
        if scope and scope not in self.world.scopes:
            raise RefusedError("missing_scope", needed=scope, provided=sorted(self.world.scopes))

    # --- the app ------------------------------------------------------------------------------

    def do_auth_test(self, args: Args) -> Json:
        del args
        return {
            "url": f"https://{DOMAIN}.slack.com/",
            "team": "Freehand",
            "user": BOT_NAME.lower(),
            "team_id": TEAM,
            "user_id": BOT,
            "bot_id": BOT_ID,
        }

    def do_apps_connections_open(self, args: Args) -> Json:
        del args
        return {"url": self.socket.ticket()}

    # --- messages -----------------------------------------------------------------------------

    def do_chat_postMessage(self, args: Args) -> Json:
        channel = self._writable(args)
        thread = str(args.get("thread_ts") or "")
        if thread and channel.find(thread) is None:
            raise RefusedError("thread_not_found")
        message = self._made(channel, args, thread)
        channel.messages.append(message)
        self._tell_of(message)
        return {"channel": channel.id, "ts": message.ts, "message": self.world.payload(message)}

    def do_chat_update(self, args: Args) -> Json:
        channel = self._writable(args)
        message = channel.find(str(args["ts"]))
        if message is None:
            raise RefusedError("message_not_found")
        if message.user != BOT:
            raise RefusedError("cant_update_message")
        made = self._made(channel, args, message.thread_ts)
        message.text, message.blocks, message.edited_ts = made.text, made.blocks, made.ts
        return {"channel": channel.id, "ts": message.ts, "text": message.text}

    def do_chat_postEphemeral(self, args: Args) -> Json:
        channel = self._writable(args)
        message = self._made(channel, args, str(args.get("thread_ts") or ""))
        message.only_for = self._user(args)
        channel.messages.append(message)
        return {"message_ts": message.ts}

    def _made(self, channel: Channel, args: Args, thread: str) -> Message:
        blocks: list[Json] = _json(args.get("blocks")) or []
        text = str(args.get("text") or "")
        if not text and not blocks:
            raise RefusedError("no_text")
        if blocks and not text:
            self.violations.append("a message without text for notifications")
        if len(text) > limits.TEXT_CHARS:
            raise RefusedError("msg_too_long")
        self._checked(blocks)
        metadata = _json(args.get("metadata"))
        return Message(
            channel,
            self.world.next_ts(),
            BOT,
            text,
            blocks,
            thread_ts=thread,
            metadata=metadata,
        )

    def _checked(self, blocks: list[Json], *, form: bool = False) -> None:
        found = list(limits.problems(blocks, form=form))
        for block in blocks:
            file = block.get("slack_file")
            if file and not self.world.files[file["id"]].complete:
                raise RefusedError("invalid_blocks", errors=["invalid slack file"])
        if found:
            self.violations += found
            raise RefusedError("invalid_blocks", errors=found)
        if limits.words_in(blocks) > limits.MESSAGE_CHARS and not form:
            self.violations.append("msg_blocks_too_long")
            raise RefusedError("msg_blocks_too_long")

    def _tell_of(self, message: Message) -> None:
        event = {**self.world.payload(message), "channel": message.channel.id}
        self.socket.event(event)

    # --- conversations ------------------------------------------------------------------------

    def do_conversations_info(self, args: Args) -> Json:
        return {"channel": self._described(self._channel(args))}

    def do_conversations_list(self, args: Args) -> Json:
        del args
        return self._all(bool)

    def do_users_conversations(self, args: Args) -> Json:
        del args
        return self._all(lambda channel: channel.has_bot)

    def _all(self, wanted: Callable[[Channel], bool]) -> Json:
        channels = [one for one in self.world.channels.values() if not one.direct and wanted(one)]
        return {"channels": [self._described(one) for one in channels if not one.archived]}

    def do_conversations_open(self, args: Args) -> Json:
        user = self.world.users.get(str(args["users"]))
        if user is None:
            raise RefusedError("user_not_found")
        if user.deleted:
            raise RefusedError("user_disabled")
        return {"channel": {"id": self.world.direct(user).id}}

    def do_conversations_history(self, args: Args) -> Json:
        channel = self._readable(args)
        found = [m for m in channel.messages if not m.thread_ts or m.thread_ts == m.ts]
        return self._page(found[::-1], args)

    def do_conversations_replies(self, args: Args) -> Json:
        channel, ts = self._readable(args), str(args["ts"])
        parent = channel.find(ts)
        if parent is None:
            raise RefusedError("thread_not_found")
        return self._page([parent, *channel.replies(ts)], args)

    def _page(self, messages: list[Message], args: Args) -> Json:
        oldest, start = float(args.get("oldest") or 0), int(args.get("cursor") or 0)
        seen = [
            m for m in messages if not m.deleted and m.only_for is None and float(m.ts) >= oldest
        ]
        limit = min(int(args.get("limit") or PAGE), 999)
        metadata = str(args.get("include_all_metadata")).lower() in {"true", "1"}
        page = [self.world.payload(m, metadata=metadata) for m in seen[start : start + limit]]
        more = start + limit < len(seen)
        return {
            "messages": page,
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    # --- people -------------------------------------------------------------------------------

    def do_users_info(self, args: Args) -> Json:
        user = self._user(args)
        return {
            "user": {
                "id": user.id,
                "name": user.name.lower(),
                "deleted": user.deleted,
                "is_admin": user.is_admin,
                "is_owner": user.is_owner,
                "profile": {"display_name": user.name, "real_name": f"{user.name} R."},
            }
        }

    def do_usergroups_list(self, args: Args) -> Json:
        del args
        return {
            "usergroups": [
                {"id": number, "handle": handle, "users": [user.id for user in users]}
                for number, (handle, users) in self.world.groups.items()
            ]
        }

    def do_views_open(self, args: Args) -> Json:
        trigger = self.world.triggers.get(str(args["trigger_id"]))
        if trigger is None or self.world.clock() > trigger.until:
            raise RefusedError("expired_trigger_id")
        if trigger.used:
            raise RefusedError("exchanged_trigger_id")
        view: Json = _json(args["view"])
        for name in ("title", "submit", "close"):
            if len(view[name]["text"]) > limits.TITLE_CHARS:
                raise RefusedError("invalid_arguments")
        self._checked(view["blocks"], form=True)
        trigger.used = True
        self.world.views.append(View(self.world.next_id("V"), trigger.user, view))
        return {"view": view}

    # --- files --------------------------------------------------------------------------------

    def do_files_getUploadURLExternal(self, args: Args) -> Json:
        name = str(args["filename"])
        media_type = "image/png" if name.endswith(".png") else "text/plain"
        file = File(self.world.next_id("F"), name, media_type=media_type)
        self.world.files[file.id] = file
        return {"upload_url": f"{self.world.base}/upload/{file.id}", "file_id": file.id}

    def do_files_completeUploadExternal(self, args: Args) -> Json:
        asked: list[Json] = _json(args["files"])
        files = [self.world.files[one["id"]] for one in asked]
        for file in files:
            if not file.content:
                raise RefusedError("file_not_found")
            file.complete = True
        if args.get("channel_id"):
            channel = self.world.channels[str(args["channel_id"])]
            ts = str(args.get("thread_ts") or "")
            message = Message(channel, self.world.next_ts(), BOT, "", thread_ts=ts, files=files)
            channel.messages.append(message)
        return {"files": [self.world.file_payload(file) for file in files]}

    def do_files_info(self, args: Args) -> Json:
        file = self.world.files.get(str(args["file"]))
        if file is None:
            raise RefusedError("file_not_found")
        return {"file": self.world.file_payload(file)}

    # --- parts --------------------------------------------------------------------------------

    def _channel(self, args: Args) -> Channel:
        channel = self.world.channels.get(str(args.get("channel")))
        if channel is None:
            raise RefusedError("channel_not_found")
        return channel

    def _readable(self, args: Args) -> Channel:
        channel = self._channel(args)
        if not channel.has_bot:
            raise RefusedError("not_in_channel")
        return channel

    def _writable(self, args: Args) -> Channel:
        channel = self._readable(args)
        if channel.archived:
            raise RefusedError("is_archived")
        return channel

    def _user(self, args: Args) -> User:
        user = self.world.users.get(str(args["user"]))
        if user is None:
            raise RefusedError("user_not_found")
        return user

    def _described(self, channel: Channel) -> Json:
        return {
            "id": channel.id,
            "name": channel.name,
            "is_archived": channel.archived,
            "is_member": channel.has_bot,
        }


def _type(fault: Fault) -> str:
    return "text/html" if fault.answer.startswith("<") else "application/json"


def _json(value: Any) -> Any:  # noqa: ANN401  # any JSON
    return json.loads(value) if isinstance(value, str) and value else value


async def _arguments(request: web.Request) -> Args:
    """A call's arguments, in whichever of Slack's forms they came."""
    if request.content_type == "application/json":
        return await request.json()
    return {**request.query, **dict(await request.post())}
