"""The database as one: a transaction sees and changes all of it at one moment, or nothing.

Facts are append-only events; standings are derived from them.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.domain.audit import Audit
from bot.domain.challenge import Challenges
from bot.domain.cohort import Cohorts
from bot.domain.confirmation import Confirmations
from bot.domain.correction import Corrections
from bot.domain.exercise import ExerciseVersions
from bot.domain.inbox import Inbox
from bot.domain.installation import InputKeys, Watermarks
from bot.domain.member import Members
from bot.domain.outbox import Outbox
from bot.domain.personal import Personal
from bot.domain.progression import Progress
from bot.domain.regrade import Regrades
from bot.domain.review import Reviews
from bot.domain.schedule import Calendar
from bot.domain.self_view import SelfViews
from bot.domain.signoff import Signoffs
from bot.domain.submission import Submissions
from bot.domain.worker import Workers


class Transaction(Protocol):
    """Everything, seen at one moment and changed together."""

    cohorts: Cohorts
    members: Members
    exercises: ExerciseVersions
    challenges: Challenges
    calendar: Calendar
    submissions: Submissions
    workers: Workers
    progress: Progress
    self_views: SelfViews
    signoffs: Signoffs
    outbox: Outbox
    inbox: Inbox
    audit: Audit
    input_keys: InputKeys
    watermarks: Watermarks
    confirmations: Confirmations
    personal: Personal
    corrections: Corrections
    regrades: Regrades
    reviews: Reviews


class Store(Protocol):
    """The database."""

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that commits when the block ends, and rolls back when it raises.

        Raises:
            StoreError: The database could not be reached or written; nothing was changed.
        """
        ...

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A read-only view of one moment."""
        ...
