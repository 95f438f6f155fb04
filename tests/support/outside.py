"""Text as hostile people write it, and the bot's messages with it in them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import strategies as st

from bot.catalogue.reading import Catalogue
from bot.domain.board import Row, Standings
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.cohort import Cohort, Place
from bot.domain.errors import UserError
from bot.domain.grading import CheckResult, CheckStatus, Grade, Usage, Verdict
from bot.domain.journey import stages
from bot.domain.member import Member, Role
from bot.domain.signoff import Signed, Signoff
from bot.domain.submission import Submission, SubmissionState
from bot.domain.text import shown_name
from bot.services.challenges import messages as challenges
from bot.services.cohorts import holidays
from bot.services.cohorts import messages as cohorts
from bot.services.progress import journey_messages as journey
from bot.services.progress import messages as progress
from bot.services.progress import signing_messages as signing
from bot.services.progress.signing_messages import What
from bot.services.submissions import messages as submissions
from bot.services.submissions import remarks

PIECES = [
    *("\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u2029", "\0", "\x1b[2J", "\x9b31m", "\x08"),
    *("\u202e", "\u2066", "\u2069", "\u200b", "\u200f", "\ufeff", "\u00ad", "\u00a0", "\ud800"),
    *("`", "``", "```", "\\", "**", "_", "[a](https://a.b)", "<https://a.b>", "http://x", "# "),
    *("> ", "- ", "1. ", "||", "~~", "@everyone", "<@1>", "&nbsp;", "&#8238;", "/join", "e\u0301"),
    *("\n\n✅ **Solved.** Ana\n\n", "\n# Won\n", "| a |\n|---|\n", "<b>", "@freehand", "~~~\n"),
    *("\u0301" * 9, "é", "漢", "🎉", "word ", " "),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=6), max_size=12).map(
    "".join
)

_EXERCISE = Catalogue.load(Path(__file__).parents[2] / "exercises").get("clip-grad-norm")
_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_THREAD = ConversationRef("web", "local", "practice", "1")
_COHORT = Cohort(
    id=1,
    name="Owls",
    places=(Place(channel=_THREAD.parent, mentors_channel=_THREAD.parent),),
    timezone="UTC",
    starts_on=_NOW.date(),
)


def grade_with(text: str) -> Grade:
    """A grade with this text wherever a learner's own words can be, as an old row may have it."""
    seen = CheckResult(
        name="one",
        title="It clips",
        core=True,
        points=1,
        status=CheckStatus.FAILED,
        message=f"it raised `{text}`",
        traceback=(f"line 1, in {text}", text),
        example=text,
    )
    return Grade(
        verdict=Verdict.CRASHED,
        checks=(seen, replace(seen, message=text, traceback=())),
        detail=f"Loading it raised `{text}`.",
        traceback=(text,),
        output=text,
        usage=Usage(start_s=0.0, run_s=0.0),
    )


def messages_with(text: str) -> list[Message]:
    """Everything that the bot says with words from outside in it."""
    submission = _submission(text)
    member = Member(
        id=1,
        cohort=1,
        identities=(UserRef("web", "local", "ana"),),
        name=text,
        alias="Quiet Tensor",
        role=Role.LEARNER,
        joined_at=_NOW,
    )
    row = Row(
        rank=1, member=1, shown=shown_name(text), points=1.0, possible=6.0, personal_best=True
    )
    return [
        submissions.verdict(submission, _EXERCISE, name=text, points=1.0, details=True),
        submissions.details(submission, _EXERCISE, points=1.0),
        submissions.dispute(submission, member, _COHORT, _EXERCISE.slug, text),
        submissions.waiting(1, problem=text),
        progress.board(Standings(week=1, rows=(row,), solved=1, possible=3), b""),
        *_about_the_way(text, member),
        *map(
            Message.of,
            [
                remarks.not_a_code_file(text),
                remarks.file_too_large(text, limit_kib=1),
                remarks.file_gone(text),
                remarks.file_unreadable(text),
                cohorts.unknown_member(text),
                cohorts.unknown_timezone(text),
                cohorts.cannot_write("this channel", text),
                challenges.unknown_exercise(text, []),
                _refused_date(text),
            ],
        ),
    ]


def _about_the_way(text: str, member: Member) -> list[Message]:
    """What is said of what was reached, and of what mentors sign off."""
    what = What(Signed.STAGE, "5")
    stage = stages([], {}, now=_NOW)[4]
    signoff = Signoff(
        member=1,
        kind=what.kind,
        code=what.code,
        mentor=UserRef("web", "local", "maria"),
        mentor_member=None,
        mentor_name=text,
        reason=text,
        at=_NOW,
        withdrawn_at=_NOW,
        withdrawn_by=text,
        withdrawn_why=text,
    )
    names = journey.Names(str, _COHORT.zone)
    return [
        journey.celebration(stage, text or "Somebody"),
        signing.signed(what, member, stage),
        signing.told(signoff, stage),
        signing.taken_back(signoff, member, stage),
        signing.told_back(signoff, stage, by=text, why=text),
        Message.of(*signing.given([signoff], Signed.STAGE, names)),
    ]


def _submission(text: str) -> Submission:
    return Submission(
        id="s1",
        event="e1",
        answer="answer:1",
        challenge=1,
        member=1,
        source=text,
        received_at=_NOW,
        conversation=_THREAD,
        late=False,
        private=False,
        seed_key="k",
        state=SubmissionState.GRADED,
        grade=grade_with(text),
        try_number=1,
    )


def _refused_date(text: str) -> str:
    try:
        return str(holidays.read_date(text))
    except UserError as error:
        return str(error)
