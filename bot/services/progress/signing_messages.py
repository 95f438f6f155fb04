"""What is said about sign-offs: to mentors, and to the member whom they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.chat.message import Message
from bot.domain.exercise import MILESTONES, STAGES, MilestoneRule
from bot.domain.journey import StageState
from bot.domain.member import Member
from bot.domain.milestones import MilestoneStanding
from bot.domain.reached import Goal
from bot.domain.signoff import Signed, Signoff, signable
from bot.domain.text import sentence
from bot.services.progress.journey_messages import (
    Names,
    mentors_missing,
    milestone_gap,
    shown,
    stage_gaps,
)

LISTED = 10
"""Sign-offs that a member is shown, the newest."""

NOT_YOURSELF = "Nobody signs themselves off. Ask another mentor."


@dataclass(frozen=True, slots=True)
class What:
    """A stage or milestone that mentors sign off."""

    kind: Signed
    code: str

    def __str__(self) -> str:
        return name_of(self.kind, self.code)


def name_of(kind: Signed, code: str) -> str:
    """What was signed off, in words."""
    if kind is Signed.STAGE:
        return f"stage {code} ({STAGES[int(code) - 1]})"
    return f"the milestone “{MILESTONES.get(code, code)}”"


def what_can_be_signed(rules: Mapping[str, MilestoneRule]) -> str:
    """To who named something else."""
    stages, milestones = (" or ".join(signable(kind, rules)) for kind in Signed)
    more = f", or milestone {milestones}" if milestones else ""
    return f"Mentors sign off stage {stages}{more}. Exercises alone reach everything else."


def signed_already(what: What, member: Member) -> str:
    """To a mentor who signs the same twice."""
    return f"You have signed off {what} for {shown(member.name)} already."


def nothing_signed(what: What, member: Member) -> str:
    """To a mentor who takes back what there is not."""
    return f"Nobody has signed off {what} for {shown(member.name)}, or it was withdrawn already."


def signed(what: What, member: Member, now: Goal) -> Message:
    """To the mentor, once it is kept."""
    follows = "It is reached now." if now.reached else f"It still needs {_still(now)}."
    return Message.of(f"Signed off: {what} for {shown(member.name)}, who is told. {follows}")


def told(given: Signoff, now: Goal) -> Message:
    """To the member."""
    what = name_of(given.kind, given.code)
    follows = "🎉 You have reached it." if now.reached else f"It still needs {_still(now)}."
    return Message.of(
        f"**{shown(given.mentor_name)} has signed off {what} for you.** {follows}",
        f"Why: {sentence(given.reason)}",
    )


def taken_back(found: Signoff, member: Member, now: Goal) -> Message:
    """To the mentor, once it is taken back."""
    what = name_of(found.kind, found.code)
    follows = "It stays reached." if now.reached else f"It needs {_still(now)} now."
    return Message.of(
        f"Withdrawn: {shown(found.mentor_name)}'s sign-off of {what} for {shown(member.name)}, who"
        f" is told. {follows}"
    )


def told_back(found: Signoff, now: Goal, *, by: str, why: str) -> Message:
    """To the member whose sign-off was taken back."""
    what = name_of(found.kind, found.code)
    whose = "their" if by == found.mentor_name else f"{shown(found.mentor_name)}'s"
    follows = "You keep it." if now.reached else f"It needs {_still(now)} now."
    return Message.of(
        f"**{shown(by)} has withdrawn {whose} sign-off of {what}.** {follows}",
        f"Why: {sentence(why)}",
        "You can talk about it with your mentors.",
    )


def given(signoffs: Sequence[Signoff], kind: Signed, names: Names) -> list[str]:
    """What mentors said of a member's stages or milestones, for the member; nothing without any."""
    own = [signoff for signoff in signoffs if signoff.kind is kind][-LISTED:]
    if not own:
        return []
    return ["\n".join(["**What mentors signed off**", *(_given(item, names) for item in own)])]


def _given(signoff: Signoff, names: Names) -> str:
    what, who = name_of(signoff.kind, signoff.code), shown(signoff.mentor_name)
    line = f"- {what}: {who}, {names.day(signoff.at)}: {sentence(signoff.reason)}"
    if signoff.withdrawn_at is None:
        return line
    when, why = names.day(signoff.withdrawn_at), sentence(signoff.withdrawn_why)
    return f"{line} — withdrawn by {shown(signoff.withdrawn_by)}, {when}: {why}"


def _still(now: Goal) -> str:
    """What a stage or milestone needs that is not reached."""
    if isinstance(now, MilestoneStanding):
        return milestone_gap(now.missing, str) if now.missing else ""
    wants = [stage_gaps(now)] if now.state is StageState.OPEN else []
    return "; ".join([*wants, *([mentors_missing(now)] if now.signoffs_missing else [])])
