"""What stands beside the messages: events for the core, files, opened forms, known browsers.

Every function works inside the transaction it is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat.web.codec import event_from_json, event_to_json, form_from_json, form_to_json
from bot.chat.web.database import Connection
from bot.chat.web.workspace import Spot
from bot.domain.chat.events import Attachment, Event
from bot.domain.chat.message import Form, Image
from bot.domain.errors import GoneError, TooLargeError, UserError

LEFTOVERS_KEPT = timedelta(days=1)
"""Uploads that no message took, and dialogs nobody sent."""

EVENTS_KEPT = timedelta(days=7)
BROWSERS_KEPT = timedelta(days=90)


def purge(tx: Connection, now: datetime) -> None:
    """Forget what nobody will ask for again."""
    leftovers = ((now - LEFTOVERS_KEPT).isoformat(),)
    tx.execute("DELETE FROM files WHERE used = 0 AND made_at < ?", leftovers)
    tx.execute("DELETE FROM forms WHERE opened_at < ?", leftovers)
    tx.execute("DELETE FROM events WHERE accepted_at < ?", ((now - EVENTS_KEPT).isoformat(),))
    tx.execute("DELETE FROM browsers WHERE made_at < ?", ((now - BROWSERS_KEPT).isoformat(),))


# --- events -----------------------------------------------------------------------------------


def put_event(tx: Connection, event: Event) -> bool:
    """Keep an event until the core has it; False if its key is known."""
    done = tx.execute(
        "INSERT OR IGNORE INTO events (key, content) VALUES (?, ?)",
        (event.key, event_to_json(event)),
    )
    return bool(done.rowcount)


def has_event(tx: Connection, key: str) -> bool:
    """Whether an event is known."""
    return tx.execute("SELECT 1 FROM events WHERE key = ?", (key,)).fetchone() is not None


def waiting_events(tx: Connection, *, limit: int) -> list[Event]:
    """Events the core does not have yet, oldest first."""
    rows = tx.execute(
        "SELECT content FROM events WHERE accepted_at IS NULL ORDER BY number LIMIT ?", (limit,)
    )
    return [event_from_json(row["content"]) for row in rows]


def accepted(tx: Connection, key: str, at: datetime) -> None:
    """The core has this event."""
    tx.execute("UPDATE events SET accepted_at = ? WHERE key = ?", (at.isoformat(), key))


# --- files ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A file's bytes, with what they are."""

    name: str
    media_type: str
    content: bytes


def put_upload(tx: Connection, file_id: str, file: File, at: datetime) -> None:
    """Keep a file until a message or form takes it."""
    tx.execute(
        "INSERT INTO files (id, name, media_type, content, used, made_at)"
        " VALUES (?, ?, ?, ?, 0, ?)",
        (file_id, file.name, file.media_type, file.content, at.isoformat()),
    )


def put_pictures(tx: Connection, images: Mapping[str, Image], at: datetime) -> None:
    """Keep the pictures of a message."""
    tx.executemany(
        "INSERT OR IGNORE INTO files (id, name, media_type, content, used, made_at)"
        " VALUES (?, ?, 'image/png', ?, 1, ?)",
        [(name, image.name, image.png, at.isoformat()) for name, image in images.items()],
    )


def take_uploads(tx: Connection, ids: Sequence[str]) -> tuple[Attachment, ...]:
    """The uploads with these ids, for a message or form.

    Raises:
        UserError: One is not there, or another message has it.
    """
    return tuple(_take(tx, file_id) for file_id in dict.fromkeys(ids))


def _take(tx: Connection, file_id: str) -> Attachment:
    done = tx.execute("UPDATE files SET used = 1 WHERE id = ? AND used = 0", (file_id,))
    if not done.rowcount:
        raise UserError("An attached file is no longer here. Please attach it again.")
    row = tx.execute(
        "SELECT name, media_type, length(content) AS size FROM files WHERE id = ?", (file_id,)
    ).fetchone()
    return Attachment(
        name=row["name"], size_bytes=row["size"], media_type=row["media_type"], ref=file_id
    )


def drop_upload(tx: Connection, file_id: str) -> None:
    """Forget an upload that was taken back."""
    tx.execute("DELETE FROM files WHERE id = ? AND used = 0", (file_id,))


def get_file(tx: Connection, file_id: str, *, max_bytes: int | None = None) -> File:
    """A file.

    Raises:
        GoneError: It is not there.
        TooLargeError: Over `max_bytes`; it is not read.
    """
    row = tx.execute(
        "SELECT name, media_type, length(content) AS size FROM files WHERE id = ?", (file_id,)
    ).fetchone()
    if row is None:
        raise GoneError("That file is no longer here.")
    if max_bytes is not None and row["size"] > max_bytes:
        raise TooLargeError(f"{row['name']} has {row['size']} bytes, over {max_bytes}.")
    content = tx.execute("SELECT content FROM files WHERE id = ?", (file_id,)).fetchone()[0]
    return File(row["name"], row["media_type"], content)


# --- forms ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenedForm:
    """A dialog on somebody's screen."""

    token: str
    person: str
    spot: Spot
    form: Form


def put_form(tx: Connection, opened: OpenedForm, at: datetime) -> None:
    """Remember a dialog."""
    tx.execute(
        "INSERT INTO forms (token, person, channel, thread, content, opened_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            opened.token,
            opened.person,
            opened.spot.channel,
            opened.spot.thread,
            form_to_json(opened.form),
            at.isoformat(),
        ),
    )


def find_form(tx: Connection, token: str, person: str) -> OpenedForm | None:
    """A dialog that was opened for this person."""
    row = tx.execute(
        "SELECT * FROM forms WHERE token = ? AND person = ?", (token, person)
    ).fetchone()
    if row is None:
        return None
    return OpenedForm(
        token, person, Spot(row["channel"], row["thread"]), form_from_json(row["content"])
    )


# --- browsers ---------------------------------------------------------------------------------


def put_browser(tx: Connection, cookie_hash: str, at: datetime) -> None:
    """Let a browser in."""
    tx.execute("INSERT OR IGNORE INTO browsers VALUES (?, ?)", (cookie_hash, at.isoformat()))


def browsers(tx: Connection) -> Iterable[str]:
    """Hashes of the cookies of those who were let in."""
    return [row["hash"] for row in tx.execute("SELECT hash FROM browsers")]
