"""Plain records for laws about rules: sensible everywhere, apart from what a test names."""

from datetime import UTC, date, datetime, timedelta

from bot.domain.challenge import Challenge
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.cohort import Cohort, Place
from bot.domain.exercise import Day, Device, Exercise, Limits
from bot.domain.member import BoardMode, Member, Role
from bot.domain.progression import Outcome, PointsEvent, PointsReason

FIRST_MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""Nine o'clock in Berlin, a Monday in winter time."""

FIRST_DAY = date(2026, 11, 23)


def a_place(platform: str = "web", *, mentor_role: str = "") -> Place:
    return Place(
        channel=ConversationRef(platform, "local", "practice"),
        mentors_channel=ConversationRef(platform, "local", "mentors"),
        mentor_role=mentor_role,
    )


def a_cohort(
    timezone: str = "Europe/Berlin", *, starts_on: date = FIRST_DAY, hour: int = 9
) -> Cohort:
    return Cohort(
        id=1,
        name="Cohort",
        places=(a_place(),),
        timezone=timezone,
        starts_on=starts_on,
        hour=hour,
    )


def an_exercise(
    slug: str,
    day: Day = Day.IMPLEMENT,
    *,
    week: int = 1,
    stage: int = 4,
    difficulty: int = 0,
    milestones: tuple[str, ...] = (),
) -> Exercise:
    return Exercise(
        slug=slug,
        title=slug,
        day=day,
        stage=stage,
        week=week,
        milestones=milestones,
        concepts=(),
        minutes=20,
        difficulty=difficulty,
        entry=("f",),
        forbidden=(),
        limits=Limits(),
        device=Device.CPU,
        fingerprint=f"hash of {slug}",
        task="",
        starter="",
        hints=("", "", ""),
    )


def a_member(
    number: int = 1,
    *,
    name: str = "",
    board: BoardMode = BoardMode.NAMED,
    role: Role = Role.LEARNER,
    joined_at: datetime = FIRST_MONDAY,
) -> Member:
    return Member(
        id=number,
        cohort=1,
        identities=(UserRef("web", "local", str(number)),),
        name=name or f"Learner {number}",
        alias=f"Alias {number}",
        role=role,
        joined_at=joined_at,
        board=board,
    )


def a_challenge(number: int, *, opens_at: datetime, week: int = 1) -> Challenge:
    return Challenge(
        id=number,
        key=f"post:{number}",
        cohort=1,
        exercise="a",
        version="hash of a",
        day=Day.IMPLEMENT,
        week=week,
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=48),
        late_until=opens_at + timedelta(hours=96),
    )


def points(
    member: int,
    challenge: int,
    reason: PointsReason,
    amount: float,
    *,
    week: int = 1,
    at: datetime = FIRST_MONDAY,
) -> PointsEvent:
    return PointsEvent(
        member=member,
        cohort=1,
        challenge=challenge,
        week=week,
        reason=reason,
        points=amount,
        submission=f"{member}-{challenge}",
        at=at,
    )


def an_outcome(
    exercise: str,
    *,
    share: float = 1.0,
    tries: int = 1,
    hints: int = 0,
    day: Day = Day.IMPLEMENT,
    after_days: float = 0.0,
) -> Outcome:
    """An outcome some days after the first Monday."""
    return Outcome(
        member=1,
        challenge=1,
        exercise=exercise,
        day=day,
        week=1,
        best_core_share=share,
        solved=share == 1,
        tries=tries,
        hints=hints,
        at=FIRST_MONDAY + timedelta(days=after_days),
    )


def a_key(subject: str) -> MessageKey:
    """Names a message of which nothing else matters."""
    return MessageKey(Kind.ANSWER, subject)
