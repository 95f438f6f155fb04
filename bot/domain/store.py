"""What the services keep, as ports. One transaction sees and changes everything below, or nothing.

Facts are append-only events; standings are derived from them.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.challenge import Challenge, NewChallenge
from bot.domain.chat.events import Event
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.cohort import BoardMode, Cohort, Member, Role
from bot.domain.exercise import Exercise
from bot.domain.grading import Grade
from bot.domain.outbox import MessageKey
from bot.domain.progression import HintTaken, Outcome, PlanItem, PointsEvent
from bot.domain.submission import NewSubmission, Submission


class Cohorts(Protocol):
    """Cohorts."""

    async def add(self, cohort: Cohort) -> Cohort:
        """Store a new one (its `id` is ignored) and return it with its id."""
        ...

    async def update(self, cohort: Cohort) -> None:
        """Replace a stored one. Raises NotFoundError."""
        ...

    async def all(self) -> Sequence[Cohort]:
        """Every cohort, by id."""
        ...

    async def get(self, cohort: int) -> Cohort:
        """One cohort. Raises NotFoundError."""
        ...

    async def find_by_place(self, channel: ConversationRef) -> Cohort | None:
        """The cohort whose channel (or mentors' channel) this is; a thread counts as its parent."""
        ...


class Members(Protocol):
    """Members of cohorts."""

    async def join(
        self, *, cohort: int, user: UserRef, name: str, role: Role, at: datetime
    ) -> tuple[Member, bool]:
        """The member, and whether they are new. Gives a new member an alias of their own."""
        ...

    async def find(self, cohort: int, user: UserRef) -> Member | None:
        """The member this person is in a cohort, if any."""
        ...

    async def get(self, member: int) -> Member:
        """One member. Raises NotFoundError."""
        ...

    async def of(self, cohort: int) -> Sequence[Member]:
        """Every member of a cohort, by id."""
        ...

    async def set_board(self, member: int, board: BoardMode) -> None:
        """How they stand on the leaderboard."""
        ...

    async def set_reminders(self, member: int, *, on: bool) -> None:
        """Whether they are reminded."""
        ...


class Exercises(Protocol):
    """Exercise versions that were ever released; content is immutable per version."""

    async def record(self, exercise: Exercise, at: datetime) -> None:
        """Remember this version; nothing happens when it is known."""
        ...


class Challenges(Protocol):
    """Challenges and the slots that release them."""

    async def open(self, challenge: NewChallenge) -> Challenge | None:
        """Store it; None when its key exists."""
        ...

    async def get(self, challenge: int) -> Challenge:
        """One challenge. Raises NotFoundError."""
        ...

    async def find_by_thread(self, conversation: ConversationRef) -> Challenge | None:
        """The challenge answered in this thread."""
        ...

    async def of(self, cohort: int, *, week: int | None = None) -> Sequence[Challenge]:
        """A cohort's challenges, oldest first, of one programme week if given."""
        ...

    async def set_posted(self, challenge: int, post: MessageRef, thread: ConversationRef) -> None:
        """Remember where it was posted and is answered."""
        ...

    async def due_reminders(self, now: datetime) -> Sequence[Challenge]:
        """Posted, not yet reminded, not closed, within their cohort's reminder hours of closing."""
        ...

    async def due_closings(self, now: datetime) -> Sequence[Challenge]:
        """Past `closes_at` and not yet summarised."""
        ...

    async def set_reminded(self, challenge: int, at: datetime) -> bool:
        """Mark once; False when it was marked before."""
        ...

    async def set_closed(self, challenge: int, at: datetime) -> bool:
        """Mark once, and end its open time if it was still open. False when it was marked."""
        ...

    async def take_slot(self, *, cohort: int, key: str, due_at: datetime, at: datetime) -> bool:
        """Claim a scheduled moment (``post:2026-11-23``); False when it was claimed before."""
        ...

    async def last_slot(self, cohort: int, prefix: str) -> datetime | None:
        """`due_at` of the newest claimed slot whose key starts with the prefix."""
        ...

    async def pin(self, *, cohort: int, on: date, exercise: str, by: int | None) -> None:
        """A mentor's choice for a date; a later pin replaces it."""
        ...

    async def unpin(self, cohort: int, on: date) -> bool:
        """Forget the choice for a date; False when there was none."""
        ...

    async def pins(self, cohort: int, since: date) -> Sequence[tuple[date, str]]:
        """What is pinned from a date on, soonest first: the date and the slug."""
        ...

    async def find_pin(self, cohort: int, on: date) -> str | None:
        """The slug pinned for a date."""
        ...

    async def last_used(self, cohort: int) -> dict[str, datetime]:
        """When each exercise was last opened in a cohort, by slug."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """A submission this process may run until its lease ends."""

    submission: Submission
    run: int


class Submissions(Protocol):
    """Submissions, their runs and results."""

    async def add(self, submission: NewSubmission) -> bool:
        """Queue it; False when its event is known."""
        ...

    async def get(self, submission: str) -> Submission:
        """One submission with its grade. Raises NotFoundError."""
        ...

    async def find_latest(self, answer: str) -> Submission | None:
        """The newest submission for one answer."""
        ...

    async def pending_of(self, member: int) -> int:
        """How many of a member's submissions are queued or running."""
        ...

    async def queued(self) -> Sequence[Submission]:
        """Everything queued, in the order it will be claimed, with `place` filled in."""
        ...

    async def claim(
        self, *, owner: str, now: datetime, lease_s: float, without: Collection[str] = ()
    ) -> Claim | None:
        """Lease the next one: queued, or running with its lease run out.

        Fair: those whose member has fewer outstanding come first, then the oldest.

        Args:
            owner: Names the process in the run.
            now: Aware UTC.
            lease_s: How long it may be silent.
            without: Slugs of exercises whose submissions stay in line.
        """
        ...

    async def renew(self, claim: Claim, *, now: datetime, lease_s: float) -> None:
        """Extend a lease. Raises LeaseLostError when the run is no longer the current one."""
        ...

    async def release(self, claim: Claim, *, not_before: datetime) -> None:
        """Queue it again, not to be claimed before a moment. Raises LeaseLostError."""
        ...

    async def finish(self, claim: Claim, grade: Grade, *, at: datetime) -> Submission:
        """Store the grade with its check results. Raises LeaseLostError."""
        ...

    async def withdraw(self, answer: str) -> bool:
        """Take what is queued for an answer out of the line; False when nothing is."""
        ...

    async def reclaim(self) -> int:
        """End every lease; for a start that holds the only lock on the store. Returns how many."""
        ...

    async def of(self, *, challenge: int, member: int | None = None) -> Sequence[Submission]:
        """Submissions to a challenge, oldest first, of one member if given."""
        ...

    async def history(self, member: int, *, limit: int = 20) -> Sequence[Submission]:
        """A member's submissions, newest first."""
        ...


class Progress(Protocol):
    """Append-only facts about members."""

    async def add_points(self, event: PointsEvent) -> None:
        """Record points; a known (member, challenge, reason, submission) changes nothing."""
        ...

    async def points_of(self, member: int) -> Sequence[PointsEvent]:
        """Every points event of a member, oldest first."""
        ...

    async def points_of_week(self, cohort: int, week: int) -> Sequence[PointsEvent]:
        """Every points event of a cohort's programme week."""
        ...

    async def outcomes_of(self, member: int) -> Sequence[Outcome]:
        """One per challenge that the member has tried, oldest first."""
        ...

    async def outcomes_of_week(self, cohort: int, week: int) -> Sequence[Outcome]:
        """One per member and challenge of a programme week."""
        ...

    async def take_hint(self, hint: HintTaken) -> None:
        """Record that a member read a hint; the same level again changes nothing."""
        ...

    async def hints_of(self, *, member: int, challenge: int) -> int:
        """Highest level a member has read for a challenge; 0 for none."""
        ...

    async def plan(self, item: PlanItem) -> None:
        """Put an item on a member's plan; an item for the same week and day is replaced."""
        ...

    async def plan_of(self, member: int, week: int) -> Sequence[PlanItem]:
        """A member's plan for a programme week, Monday's item first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What one of the bot's messages should say: a wanted state, which the sender makes true.

    Attributes:
        key: Names the message; the platform's idempotency key.
        revision: Counts changes of the wanted content.
        ref: The message on the platform, once posted; later revisions edit it.
        challenge: Set for a challenge's post: the sender opens its thread and stores both.
    """

    key: MessageKey
    conversation: ConversationRef
    message: Message
    private_to: UserRef | None
    challenge: int | None
    revision: int
    ref: MessageRef | None
    failures: int


class Outbox(Protocol):
    """What the bot wants to have said."""

    async def say(
        self,
        key: MessageKey,
        conversation: ConversationRef,
        message: Message,
        *,
        private_to: UserRef | None = None,
        challenge: int | None = None,
    ) -> None:
        """State what the message `key` should say. Unsent older wording is simply replaced.

        Saying the same again changes nothing; saying something else also revives a message that
        was given up.
        """
        ...

    async def unsent(self, now: datetime, *, limit: int = 20) -> Sequence[Outgoing]:
        """Messages whose wanted state is not on the platform yet; feedback before announcements."""
        ...

    async def sent(self, item: Outgoing, ref: MessageRef) -> None:
        """This revision is on the platform."""
        ...

    async def failed(self, item: Outgoing, *, reason: str, retry_at: datetime | None) -> None:
        """Try again at a moment; never when None."""
        ...


class Inbox(Protocol):
    """Events as they came, until they are handled."""

    async def put(self, event: Event) -> bool:
        """Store it; False when its key is known."""
        ...

    async def pending(self) -> Sequence[Event]:
        """Not handled yet, in the order they came."""
        ...

    async def handled(self, key: str, *, at: datetime, error: str = "") -> None:
        """Done with this event, well or with an error that no retry would mend."""
        ...

    async def purge(self, before: datetime) -> int:
        """Forget what was in events handled before a moment, though not their keys. How many."""
        ...


class Audit(Protocol):
    """What mentors and operators did, and disputes."""

    async def record(
        self, *, at: datetime, actor: str, action: str, target: str, note: str = ""
    ) -> None:
        """Append one line."""
        ...


class Transaction(Protocol):
    """Everything, seen at one moment and changed together."""

    cohorts: Cohorts
    members: Members
    exercises: Exercises
    challenges: Challenges
    submissions: Submissions
    progress: Progress
    outbox: Outbox
    inbox: Inbox
    audit: Audit


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
