"""Takes over the local chat's file of earlier versions, once.

They kept the local chat in a SQLite file of its own, with other JSON in it. All of it is copied in
one transaction, and the caller sets the file aside. After a crash in between, the next start finds
the messages here already, and only sets it aside.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, cast

import structlog
from sqlalchemy import Connection, Table, select

from bot.domain.chat.events import Event
from bot.domain.chat.message import Form
from bot.domain.errors import StoreError
from bot.domain.local_chat import BotContent, PersonContent
from bot.store import codec
from bot.store.base import Base
from bot.store.engine import errors_translated, migration_engine, parse_url
from bot.store.local_inputs import BrowserRow, ChatFileRow, OpenedFormRow, WaitingEventRow
from bot.store.local_messages import MessageRow, ReadMarkRow, ThreadRow

log = structlog.get_logger()

Json = dict[str, Any]
Columns = Mapping[str, Any]

BATCH = 100
"""Rows copied at a time: a file may have a megabyte."""


async def import_old_chat(url: str, file: Path) -> bool:
    """Take over the local chat's own file.

    Args:
        url: The database, with the newest schema.
        file: Where earlier versions kept the local chat.

    Returns:
        Whether everything in the file is in the database now.

    Raises:
        StoreError: It cannot be read, or the database cannot be written; nothing was changed.
    """
    return await asyncio.to_thread(_import, url, file)


def _import(url: str, file: Path) -> bool:
    engine = migration_engine(parse_url(url))
    try:
        with errors_translated(), closing(_opened(file)) as old, engine.begin() as new:
            return _copied(old, new, file)
    except (sqlite3.Error, LookupError, TypeError, ValueError) as error:
        raise StoreError(
            f"The local chat's file of an earlier version, {file}, cannot be read ({error})."
            " Move it elsewhere to start without what was said in it."
        ) from error
    finally:
        engine.dispose()


def _opened(file: Path) -> sqlite3.Connection:
    old = sqlite3.connect(file)
    old.row_factory = sqlite3.Row
    old.execute("PRAGMA journal_mode = DELETE")  # takes in what stands in side files
    return old


def _copied(old: sqlite3.Connection, new: Connection, file: Path) -> bool:
    """Whether everything in the old file is here now."""
    if _holds_anything(new):
        if _holds_latest(old, new):
            return True
        log.warning("local_chat_file_left", file=str(file), reason="the chat has other messages")
        return False
    counts = {name: _copy(old, new, name) for name in _COPIES}
    log.info("local_chat_file_imported", file=str(file), **counts)
    return True


def _holds_anything(new: Connection) -> bool:
    return any(new.execute(select(kind).limit(1)).first() for kind, _ in _COPIES.values())


def _holds_latest(old: sqlite3.Connection, new: Connection) -> bool:
    latest = old.execute("SELECT id, key FROM messages ORDER BY id DESC LIMIT 1").fetchone()
    if latest is None:
        return True
    known = new.execute(select(MessageRow.key).where(MessageRow.id == latest["id"])).scalar()
    return known == latest["key"]


def _copy(old: sqlite3.Connection, new: Connection, name: str) -> int:
    kind, columns_of = _COPIES[name]
    table = cast("Table", kind.__table__)
    rows = old.execute(f"SELECT * FROM {name} ORDER BY rowid")  # noqa: S608  # our own names
    count = 0
    for batch in _batches(columns_of(dict(row)) for row in rows):
        new.execute(table.insert(), batch)
        count += len(batch)
    return count


def _batches(rows: Iterable[Columns]) -> Generator[list[Columns]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


# --- the old file's rows ----------------------------------------------------------------------


def _message(row: Json) -> Columns:
    return {
        **row,
        "content": _content(json.loads(row["content"])),
        "posted_at": datetime.fromisoformat(row["posted_at"]),
        "edited": bool(row["edited"]),
        "dismissed": bool(row["dismissed"]),
    }


def _event(row: Json) -> Columns:
    accepted_at = row["accepted_at"]
    return {
        "key": row["key"],
        "event": _read(_event_json(json.loads(row["content"])), Event),
        "accepted_at": datetime.fromisoformat(accepted_at) if accepted_at else None,
    }


def _file(row: Json) -> Columns:
    return {**row, "used": bool(row["used"]), "made_at": datetime.fromisoformat(row["made_at"])}


def _form(row: Json) -> Columns:
    form_id, title, fields, submit_label, accepts_file = json.loads(row["content"])
    names = ("name", "label", "code", "required")
    form = {
        "form_id": form_id,
        "title": title,
        "fields": [dict(zip(names, field, strict=True)) for field in fields],
        "submit_label": submit_label,
        "accepts_file": accepts_file,
    }
    return {
        "token": row["token"],
        "person": row["person"],
        "channel": row["channel"],
        "thread": row["thread"],
        "form": _read(form, Form),
        "opened_at": datetime.fromisoformat(row["opened_at"]),
    }


def _browser(row: Json) -> Columns:
    return {"cookie_hash": row["hash"], "made_at": datetime.fromisoformat(row["made_at"])}


_COPIES: Mapping[str, tuple[type[Base], Callable[[Json], Columns]]] = {
    "messages": (MessageRow, _message),
    "threads": (ThreadRow, dict),
    "marks": (ReadMarkRow, dict),
    "events": (WaitingEventRow, _event),
    "files": (ChatFileRow, _file),
    "forms": (OpenedFormRow, _form),
    "browsers": (BrowserRow, _browser),
}
"""Each table of the old file: where its rows go, and how."""


# --- the old file's JSON ----------------------------------------------------------------------

_BLOCKS = {
    "text": "Text",
    "code": "Code",
    "table": "Table",
    "moment": "Moment",
    "place": "ChannelLink",
    "picture": "StoredImage",
    "buttons": "Buttons",
}


def _read(plain: Json, kind: type[object]) -> object:
    try:
        return codec.decode(json.dumps(plain), kind)
    except StoreError as error:
        raise ValueError(f"it holds a {kind.__name__} of no known form") from error


def _content(old: Json) -> object:
    if "text" in old:
        return _read({"text": old["text"], "attachments": _attachments(old)}, PersonContent)
    return _read({"blocks": [_block(block) for block in old["blocks"]]}, BotContent)


def _block(old: Json) -> Json:
    new = {**old, "type": _BLOCKS[old["is"]]}
    if "conversation" in old:
        new["conversation"] = _conversation(old["conversation"])
    if "row" in old:
        names = ("action", "label", "style")
        new["row"] = [dict(zip(names, button, strict=True)) for button in old["row"]]
    return new


def _event_json(old: Json) -> Json:
    new = {**old, "type": old["is"], "conversation": _conversation(old["conversation"])}
    new["user"] = dict(zip(("platform", "tenant", "user"), old["user"], strict=True))
    if "message" in old:
        message = old["message"]
        new["message"] = {**message, "conversation": _conversation(message["conversation"])}
    if "files" in old:
        new["attachments"] = _attachments(old)
    if "mentions" in old:
        new["mentions_bot"] = old["mentions"]
    if "form" in old:
        new["form_id"] = old["form"]
    return new


def _conversation(old: list[str]) -> Json:
    return dict(zip(("platform", "tenant", "channel", "thread"), old, strict=True))


def _attachments(old: Json) -> list[Json]:
    return [
        {"name": a["name"], "size_bytes": a["size"], "media_type": a["type"], "ref": a["ref"]}
        for a in old["files"]
    ]
