"""Messages and threads: what was said, and what a person may see of it.

Every function works inside the transaction it is given, so that callers can join several.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.chat.web.codec import Content, Typed, content_from_json, content_to_json
from bot.chat.web.database import Connection, Row
from bot.chat.web.workspace import Spot
from bot.domain.errors import GoneError

PAGE_SIZE = 50
"""Messages shown when a conversation opens, and more each time one scrolls up."""

THREADS_LISTED = 30
_BEYOND = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to be.

    Attributes:
        key: A second message with the same key is the first one.
        private_to: Who alone may read it; empty for everyone in the channel.
        about: The command it answers, as typed.
    """

    key: str
    spot: Spot
    author: str
    content: Content
    at: datetime
    private_to: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A message as the file holds it; see `Draft`.

    Attributes:
        revision: Grows with every change of any message.
        dismissed: Hidden by its only reader, until it changes.
    """

    id: int
    revision: int
    spot: Spot
    author: str
    private_to: str
    about: str
    content: Content
    posted_at: datetime
    edited: bool
    dismissed: bool

    def visible_to(self, person: str) -> bool:
        """Whether somebody who sees the channel may read it."""
        return not self.dismissed and self.private_to in {"", person}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: sees these channels, and what is private to them."""

    person: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread in one line, as somebody sees it."""

    id: int
    channel: str
    title: str
    replies: int
    unread: int
    last_at: datetime | None


# --- writing ----------------------------------------------------------------------------------


def find_by_key(tx: Connection, key: str) -> Stored | None:
    """The message that was posted with this key."""
    row = tx.execute("SELECT * FROM messages WHERE key = ?", (key,)).fetchone()
    return None if row is None else _stored(row)


def add(tx: Connection, draft: Draft) -> Stored:
    """Store a message, unless its key is known: then that message is it.

    Raises:
        GoneError: The thread is not there.
    """
    known = find_by_key(tx, draft.key)
    if known is not None:
        return known
    if draft.spot.thread:
        _thread_parent(tx, draft.spot)
    tx.execute(
        "INSERT INTO messages"
        " (revision, key, channel, thread, author, private_to, about, content, posted_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            revision(tx) + 1,
            draft.key,
            draft.spot.channel,
            draft.spot.thread,
            draft.author,
            draft.private_to,
            draft.about,
            content_to_json(draft.content),
            draft.at.isoformat(),
        ),
    )
    row = tx.execute("SELECT * FROM messages WHERE id = last_insert_rowid()").fetchone()
    return _stored(row)


def change(tx: Connection, message: int, content: Content) -> Stored | None:
    """Replace what a message says; None if it says so already.

    Raises:
        GoneError: There is no such message.
    """
    before = get(tx, message)
    if before.content == content:
        return None
    tx.execute(
        "UPDATE messages SET content = ?, edited = 1, dismissed = 0, revision = ? WHERE id = ?",
        (content_to_json(content), revision(tx) + 1, message),
    )
    return get(tx, message)


def dismiss(tx: Connection, message: int) -> None:
    """Hide a private message from its reader until it changes."""
    tx.execute(
        "UPDATE messages SET dismissed = 1, revision = ? WHERE id = ?",
        (revision(tx) + 1, message),
    )


def delete(tx: Connection, message: int) -> None:
    """Forget what a message said, and show it to nobody any more."""
    tx.execute(
        "UPDATE messages SET content = ?, dismissed = 1, revision = ? WHERE id = ?",
        (content_to_json(Typed("")), revision(tx) + 1, message),
    )


def open_thread(tx: Connection, message: int, title: str) -> Spot:
    """The thread of a message, made on first use; a thread has no threads of its own.

    Raises:
        GoneError: There is no such message.
    """
    parent = get(tx, message)
    if parent.spot.thread:
        return parent.spot
    made = tx.execute("INSERT OR IGNORE INTO threads (id, title) VALUES (?, ?)", (message, title))
    if made.rowcount:  # pages learn of the thread by its first message
        tx.execute("UPDATE messages SET revision = ? WHERE id = ?", (revision(tx) + 1, message))
    return Spot(parent.spot.channel, message)


def mark_read(tx: Connection, person: str, spot: Spot, message: int) -> bool:
    """Somebody has read a conversation up to a message; False if that was known."""
    done = tx.execute(
        "INSERT INTO marks (person, channel, thread, message) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET message = excluded.message"
        " WHERE excluded.message > message",
        (person, spot.channel, spot.thread, message),
    )
    return bool(done.rowcount)


# --- reading ----------------------------------------------------------------------------------


def revision(tx: Connection) -> int:
    """The latest change."""
    return int(tx.execute("SELECT coalesce(max(revision), 0) FROM messages").fetchone()[0])


def get(tx: Connection, message: int) -> Stored:
    """One message.

    Raises:
        GoneError: There is no such message.
    """
    row = tx.execute("SELECT * FROM messages WHERE id = ?", (message,)).fetchone()
    if row is None:
        raise GoneError("That message is no longer here.")
    return _stored(row)


def get_by(tx: Connection, message: int, author: str) -> Stored:
    """One message of this author.

    Raises:
        GoneError: There is no such message of theirs.
    """
    found = get(tx, message)
    if found.author != author:
        raise GoneError("That message is somebody else's.")
    return found


def has_thread(tx: Connection, message: int) -> bool:
    """Whether a message has a thread."""
    return tx.execute("SELECT 1 FROM threads WHERE id = ?", (message,)).fetchone() is not None


def changed(tx: Connection, viewer: Viewer, *, after: int, limit: int) -> list[Stored]:
    """What changed for somebody after a revision, in order of change, as it is now."""
    rows = tx.execute(
        "SELECT * FROM messages WHERE revision > :after AND private_to IN ('', :person)"
        " AND channel IN (SELECT value FROM json_each(:channels)) ORDER BY revision LIMIT :limit",
        {**_reader(viewer), "after": after, "limit": limit},
    )
    return [_stored(row) for row in rows]


def page(tx: Connection, viewer: Viewer, spot: Spot, *, before: int | None) -> list[Stored]:
    """The latest messages of a conversation, or those before one; oldest first."""
    rows = tx.execute(
        "SELECT * FROM messages WHERE channel = :channel AND thread = :thread AND id < :before"
        " AND dismissed = 0 AND private_to IN ('', :person)"
        " AND channel IN (SELECT value FROM json_each(:channels)) ORDER BY id DESC LIMIT :limit",
        {
            **_reader(viewer),
            "channel": spot.channel,
            "thread": spot.thread,
            "before": before or _BEYOND,
            "limit": PAGE_SIZE,
        },
    )
    return [_stored(row) for row in rows][::-1]


def unread(tx: Connection, viewer: Viewer) -> dict[str, int]:
    """How many messages of each channel, outside threads, somebody has not read."""
    rows = tx.execute(
        "SELECT messages.channel, count(*) FROM messages"
        " LEFT JOIN marks ON marks.person = :person AND marks.channel = messages.channel"
        "  AND marks.thread = 0"
        " WHERE messages.thread = 0 AND dismissed = 0 AND author != :person"
        " AND private_to IN ('', :person) AND messages.id > coalesce(marks.message, 0)"
        " AND messages.channel IN (SELECT value FROM json_each(:channels))"
        " GROUP BY messages.channel",
        _reader(viewer),
    )
    return {str(row[0]): int(row[1]) for row in rows}


def read_up_to(tx: Connection, person: str, spot: Spot) -> int:
    """The last message of a conversation that somebody has read; 0 for none."""
    row = tx.execute(
        "SELECT message FROM marks WHERE person = ? AND channel = ? AND thread = ?",
        (person, spot.channel, spot.thread),
    ).fetchone()
    return 0 if row is None else int(row["message"])


def threads(tx: Connection, viewer: Viewer, ids: Iterable[int] | None = None) -> list[Thread]:
    """These threads, or the most recently used ones; latest activity first."""
    chosen = None if ids is None else list(ids)
    rows = tx.execute(
        "SELECT threads.id, title, parent.channel, count(reply.id) AS replies,"
        " max(reply.posted_at) AS last_at,"
        " coalesce(sum(reply.author != :person AND reply.id > coalesce(marks.message, 0)), 0)"
        "  AS unread"
        " FROM threads JOIN messages AS parent ON parent.id = threads.id"
        " LEFT JOIN messages AS reply ON reply.channel = parent.channel"
        "  AND reply.thread = threads.id AND reply.dismissed = 0"
        "  AND reply.private_to IN ('', :person)"
        " LEFT JOIN marks ON marks.person = :person AND marks.channel = parent.channel"
        "  AND marks.thread = threads.id"
        " WHERE parent.channel IN (SELECT value FROM json_each(:channels))"
        " AND parent.private_to IN ('', :person)"
        " AND (:ids IS NULL OR threads.id IN (SELECT value FROM json_each(:ids)))"
        " GROUP BY threads.id ORDER BY max(coalesce(max(reply.id), 0), threads.id) DESC"
        " LIMIT :limit",
        {
            **_reader(viewer),
            "ids": None if chosen is None else json.dumps(chosen),
            "limit": THREADS_LISTED if chosen is None else len(chosen),
        },
    )
    return [_thread(row) for row in rows]


def _reader(viewer: Viewer) -> dict[str, str | int | None]:
    return {"person": viewer.person, "channels": json.dumps(viewer.channels)}


def _thread_parent(tx: Connection, spot: Spot) -> Stored:
    parent = get(tx, spot.thread)
    if parent.spot != Spot(spot.channel) or not has_thread(tx, spot.thread):
        raise GoneError("That thread is not here.")
    return parent


def _thread(row: Row) -> Thread:
    return Thread(
        id=row["id"],
        channel=row["channel"],
        title=row["title"],
        replies=row["replies"],
        unread=row["unread"],
        last_at=datetime.fromisoformat(row["last_at"]) if row["last_at"] else None,
    )


def _stored(row: Row) -> Stored:
    return Stored(
        id=row["id"],
        revision=row["revision"],
        spot=Spot(row["channel"], row["thread"]),
        author=row["author"],
        private_to=row["private_to"],
        about=row["about"],
        content=content_from_json(row["content"]),
        posted_at=datetime.fromisoformat(row["posted_at"]),
        edited=bool(row["edited"]),
        dismissed=bool(row["dismissed"]),
    )
