"""Counts what a piece of work costs the database, for budgets that tests hold."""

import re
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.store.store import SqlStore

_KIND = re.compile(
    r"(?P<verb>INSERT|UPDATE|DELETE|SELECT|WITH)\b"
    r"(?:.*?\b(?:INTO|UPDATE|FROM)\s+|\s+)\"?(?P<table>\w+)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass
class Statements:
    """What ran on a store between two moments.

    Attributes:
        kinds: How often each kind ran: `BEGIN`, `SELECT members`, `UPDATE outbox`.
        in_writes: Statements in transactions that were begun for writing.
        write_transactions: Transactions that were begun for writing, whether they wrote or not.
        read_transactions: Those that could only read.
    """

    kinds: Counter[str] = field(default_factory=Counter[str])
    write_transactions: int = 0
    in_writes: int = 0
    read_transactions: int = 0

    @property
    def total(self) -> int:
        """Everything that was sent to the database, each BEGIN counted as one; COMMITs are not."""
        return self.kinds.total()

    def __str__(self) -> str:
        kinds = "\n".join(f"{count:5}  {kind}" for kind, count in self.kinds.most_common())
        return (
            f"{self.total} statements, {self.write_transactions} write transactions,"
            f" {self.read_transactions} read transactions\n{kinds}"
        )

    def check(self, *, write_transactions: int, statements: int) -> None:
        """Fail, with everything that ran, where there were more of either."""
        within = self.write_transactions <= write_transactions and self.total <= statements
        assert within, (
            f"at most {statements} statements in {write_transactions} write transactions: {self}"
        )


@contextmanager
def counted(store: SqlStore) -> Generator[Statements]:
    """Count what runs on a store within the block, whichever task it comes from."""
    writing = store.writing.sync_engine
    reading = store.reading.sync_engine
    seen = Statements()

    def write_begun(_: Connection) -> None:
        seen.kinds["BEGIN"] += 1
        seen.in_writes += 1
        seen.write_transactions += 1

    def read_begun(_: Connection) -> None:
        seen.kinds["BEGIN"] += 1
        seen.read_transactions += 1

    def ran(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):  # SQLite's, which the engine says by itself
            seen.kinds[kind_of(statement)] += 1
            seen.in_writes += connection.engine is writing

    with ExitStack() as stack:
        for engine, begun in ((writing, write_begun), (reading, read_begun)):
            stack.enter_context(_listening(engine, "begin", begun))
            stack.enter_context(_listening(engine, "before_cursor_execute", ran))
        yield seen


@contextmanager
def _listening(engine: Engine, name: str, listener: Any) -> Generator[None]:  # noqa: ANN401 - SQLAlchemy knows each event's own
    event.listen(engine, name, listener)
    try:
        yield
    finally:
        event.remove(engine, name, listener)


def kind_of(statement: str) -> str:
    """The verb and the first table of a statement; its first word alone where it has no table."""
    found = _KIND.match(statement.strip())
    if found is None:
        return statement.split(maxsplit=1)[0].upper()
    return f"{found['verb'].upper()} {found['table']}"
