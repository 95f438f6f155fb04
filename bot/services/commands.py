"""The commands: what there is, who may use it, and what each one answers."""

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from bot.domain.challenge import Challenge
from bot.domain.chat.commands import CommandOption, CommandSpec
from bot.domain.chat.events import Event
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import BoardMode, Cohort, Member, Role
from bot.domain.errors import CatalogueError, NotAllowedError, NotFoundError, UserError
from bot.domain.exercise import Catalogue, Exercise
from bot.domain.schedule import WEEKDAYS
from bot.domain.store import Store
from bot.services.challenges.service import Challenges, listing, task
from bot.services.cohorts import founding, holidays, limits, rules
from bot.services.cohorts.founding import Founding
from bot.services.cohorts.joining import Joining, already, pledge
from bot.services.progress.leaderboard import Leaderboard
from bot.services.progress.service import Progress
from bot.services.submissions import hints

_EXERCISE = CommandOption("exercise", "Which exercise", suggests=True)

SPECS = (
    CommandSpec("join", "Join this cohort and take the honour pledge"),
    CommandSpec("plan", "Your week: its theme, its three days, and what is done"),
    CommandSpec("progress", "Your stage, milestones, points and weeks"),
    CommandSpec("history", "Your submissions, newest first"),
    CommandSpec(
        "leaderboard",
        "The board of a week",
        (CommandOption("week", "A week of the programme, if not this one", required=False),),
    ),
    CommandSpec("hint", "The next hint for this thread's challenge, for you alone"),
    CommandSpec(
        "reminders",
        "Whether I remind you before a challenge closes",
        (CommandOption("switch", "on or off", choices=("on", "off")),),
    ),
    CommandSpec(
        "board",
        "How the leaderboard shows you",
        (CommandOption("mode", "Name, alias or not at all", choices=("named", "alias", "hidden")),),
    ),
    CommandSpec("help", "What I do, and which commands there are"),
    CommandSpec("challenge post", "Release an exercise now", (_EXERCISE,), mentors_only=True),
    CommandSpec(
        "challenge preview", "See an exercise as learners will", (_EXERCISE,), mentors_only=True
    ),
    CommandSpec("challenge list", "This cohort's challenges", mentors_only=True),
    CommandSpec(
        "challenge close",
        "Close a challenge before its time",
        (CommandOption("challenge", "Its number in /challenge list", suggests=True),),
        mentors_only=True,
    ),
    CommandSpec(
        "challenge pin",
        "Choose the exercise of a coming day",
        (CommandOption("date", "For example 2026-11-23"), _EXERCISE),
        mentors_only=True,
    ),
    CommandSpec(
        "challenge unpin",
        "Let the calendar choose a day's exercise again",
        (CommandOption("date", "As /challenge list shows it", suggests=True),),
        mentors_only=True,
    ),
    founding.SPEC,
    CommandSpec(
        "cohort holidays",
        "Days without a challenge; shows them, or changes them",
        (
            CommandOption("first", "For example 2026-12-24", required=False),
            CommandOption("last", "The last of them, if more than one", required=False),
            CommandOption("change", "Add or remove", required=False, choices=holidays.CHANGES),
        ),
        mentors_only=True,
    ),
    CommandSpec(
        "cohort rules",
        "How long challenges are open, and the like; shows it, or changes it",
        (
            CommandOption("rule", "Which", required=False, choices=rules.NAMES),
            CommandOption("value", "A number, or on and off", required=False),
        ),
        mentors_only=True,
    ),
    CommandSpec(
        "cohort limits",
        "What one grading of this cohort may use; shows it, or sets a cap",
        (
            CommandOption("limit", "Which", required=False, choices=tuple(limits.UNITS)),
            CommandOption("cap", "A number, or off", required=False),
        ),
        mentors_only=True,
    ),
)

SUGGESTIONS_AT_MOST = 25
"""Discord's limit for one autocompletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command, where and by whom it was given.

    Attributes:
        member: The caller's membership of the cohort, if any.
        mentor: Whether the caller may steer.
    """

    event: Event
    args: Mapping[str, str]
    cohort: Cohort
    member: Member | None
    mentor: bool

    def joined(self) -> Member:
        """The caller's membership.

        Raises:
            UserError: They have not joined.
        """
        if self.member is None:
            raise UserError("You are not in this cohort yet. Type /join first.")
        return self.member

    def arg(self, name: str) -> str:
        """A required option's value.

        Raises:
            UserError: It is missing.
        """
        value = self.args.get(name, "").strip()
        if not value:
            raise UserError(f"That command needs `{name}`. Type /help to see how it goes.")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Answers commands; every answer is for the caller alone."""

    store: Store
    catalogue: Catalogue
    clock: Clock
    challenges: Challenges
    founding: Founding
    joining: Joining
    progress: Progress
    leaderboard: Leaderboard

    async def run(self, name: str, args: Mapping[str, str], event: Event) -> Message:
        """Carry out one command.

        Raises:
            UserError: It cannot be carried out, and what to do instead.
        """
        spec = _spec(name)
        if spec is founding.SPEC:  # there may be no cohort here yet
            return await self.founding.setup(event, args)
        call = await self._call(args, event)
        if spec.mentors_only:
            await self._authorise(spec, call)
        return await self._handlers()[spec.name](call)

    async def suggest(
        self, command: str, option: str, partial: str, where: ConversationRef
    ) -> Sequence[str]:
        """Completions for an option that has suggestions; mentors' lists hold no secrets."""
        if option == "exercise":
            words = [exercise.slug for exercise in self.catalogue.all()]
        elif (command, option) == ("challenge close", "challenge"):
            words = await self._open_challenges(where)
        elif (command, option) == ("challenge unpin", "date"):
            words = await self._pinned_dates(where)
        elif option == "timezone":
            words = sorted(available_timezones())
        else:
            words = []
        wanted = _spoken(partial)
        return [word for word in words if wanted in _spoken(word)][:SUGGESTIONS_AT_MOST]

    def _handlers(self) -> Mapping[str, Callable[[Call], Awaitable[Message]]]:
        return {
            "join": self._join,
            "plan": lambda call: self.progress.plan(call.cohort, call.joined()),
            "progress": lambda call: self.progress.standing(call.cohort, call.joined()),
            "history": lambda call: self.progress.history(call.joined()),
            "leaderboard": self._leaderboard,
            "hint": self._hint,
            "reminders": self._reminders,
            "board": self._board,
            "help": self._help,
            "challenge post": self._post,
            "challenge preview": self._preview,
            "challenge list": self._list,
            "challenge close": self._close,
            "challenge pin": self._pin,
            "challenge unpin": self._unpin,
            "cohort holidays": self._holidays,
            "cohort rules": self._rules,
            "cohort limits": self._limits,
        }

    async def _call(self, args: Mapping[str, str], event: Event) -> Call:
        async with self.store.read() as tx:
            cohort = await tx.cohorts.find_by_place(event.conversation)
            if cohort is None:
                raise UserError(
                    "No cohort practises in this channel. Commands work where one does; those who"
                    " manage the server make one with `/cohort setup`."
                )
            member = await tx.members.find(cohort.id, event.user)
        mentor = cohort.steered_by(event.info) or (
            member is not None and member.role is Role.MENTOR
        )
        return Call(event=event, args=args, cohort=cohort, member=member, mentor=mentor)

    async def _authorise(self, spec: CommandSpec, call: Call) -> None:
        if not call.mentor:
            raise NotAllowedError(f"Only mentors can use `/{spec.name}`.")
        async with self.store.write() as tx:
            await tx.audit.record(
                at=self.clock(),
                actor=f"{call.event.user.platform}:{call.event.user.user}",
                action=spec.name,
                target=f"cohort {call.cohort.id}",
                note=" ".join(f"{name}={value[:80]}" for name, value in call.args.items()),
            )

    async def _join(self, call: Call) -> Message:
        return already(call.member) if call.member else pledge(call.cohort)

    async def _leaderboard(self, call: Call) -> Message:
        now = call.cohort.week_at(self.clock())
        wanted = call.args.get("week", "").strip() or str(now)
        if not wanted.isdecimal() or not 1 <= int(wanted) <= now:
            raise UserError(f"The week is a number from 1 to {now}.")
        return await self.leaderboard.show(call.cohort, int(wanted))

    async def _hint(self, call: Call) -> Message:
        member = call.joined()
        async with self.store.write() as tx:
            challenge = await tx.challenges.find_by_thread(call.event.conversation)
            if challenge is None:
                raise UserError("Ask for a hint inside the challenge's thread.")
            exercise = self.catalogue.get(challenge.exercise)
            return await hints.take(tx, exercise, challenge, member, self.clock())

    async def _reminders(self, call: Call) -> Message:
        switch = call.args.get("switch", "").strip().lower()
        if switch not in {"on", "off"}:
            raise UserError("Say `/reminders on` or `/reminders off`.")
        return await self.joining.set_reminders(call.joined(), on=switch == "on")

    async def _board(self, call: Call) -> Message:
        mode = call.args.get("mode", "").strip().lower()
        if mode not in set(BoardMode):
            raise UserError("Say `/board named`, `/board alias` or `/board hidden`.")
        return await self.joining.set_board(call.joined(), BoardMode(mode))

    async def _help(self, call: Call) -> Message:
        lines = [
            f"- `{_usage(spec)}` — {spec.description}"
            for spec in SPECS
            if call.mentor or not spec.mentors_only
        ]
        return Message.of(
            "Monday you implement one function, Wednesday you debug, Friday you write a module;"
            " each challenge has a thread. Send your code there and I grade it. Inside a thread"
            " you can also mention me: `@Freehand plan`.",
            "\n".join(lines),
        )

    async def _post(self, call: Call) -> Message:
        exercise = self._exercise(call)
        async with self.store.read() as tx:
            for known in await tx.challenges.of(call.cohort.id):
                if known.exercise == exercise.slug and known.closed_at is None:
                    raise UserError(
                        f"**{exercise.title}** is open already, as number {known.id}."
                        f" `/challenge close {known.id}` closes it."
                    )
        challenge = await self.challenges.open(
            call.cohort,
            exercise,
            key=f"command:{call.event.key}",
            reason="a mentor chose it for the cohort",
        )
        if challenge is None:
            return Message.of("That one is posted already.")
        return Message.of(f"Posted: **{exercise.title}**, number {challenge.id}.")

    async def _preview(self, call: Call) -> Message:
        exercise = self._exercise(call)
        lowered = limits.lowered(exercise.limits, call.cohort.caps)
        return task(exercise, note=lowered, buttons_for=None)

    async def _list(self, call: Call) -> Message:
        async with self.store.read() as tx:
            challenges = await tx.challenges.of(call.cohort.id)
            pinned = await tx.challenges.pins(call.cohort.id, call.cohort.local_date(self.clock()))
            outcomes = [
                outcome
                for week in sorted({challenge.week for challenge in challenges})
                for outcome in await tx.progress.outcomes_of_week(call.cohort.id, week)
            ]
        rows: list[tuple[Challenge, str, int, int]] = []
        for challenge in challenges:
            tried = [outcome for outcome in outcomes if outcome.challenge == challenge.id]
            solved = sum(outcome.solved for outcome in tried)
            rows.append((challenge, self._title(challenge), len(tried), solved))
        pins = [(on, self._name(slug)) for on, slug in pinned]
        return listing(rows, pins, self.clock())

    async def _close(self, call: Call) -> Message:
        number = call.arg("challenge").split()[0].rstrip(".")
        if not number.isdecimal():
            raise UserError("Say its number, as `/challenge list` shows it.")
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(int(number))
        if challenge.cohort != call.cohort.id:
            raise NotFoundError(f"There is no challenge {number} in this cohort.")
        await self.challenges.close(challenge)
        return Message.of(f"Closed: **{self._title(challenge)}**. Its thread has the summary.")

    async def _pin(self, call: Call) -> Message:
        exercise = self._exercise(call)
        on = holidays.read(call.arg("date"))
        if on < call.cohort.local_date(self.clock()):
            raise UserError("That day is past.")
        if on > call.cohort.local_date(self.clock()) + holidays.WITHIN:
            raise UserError("That day is more than a year away.")
        day = WEEKDAYS.get(on.weekday())
        if day is None:
            raise UserError(
                f"{on:%d %B} is a {on:%A}. Challenges are posted on Monday, Wednesday and Friday."
            )
        self.challenges.require_gradable(exercise)
        async with self.store.write() as tx:
            by = call.member.id if call.member else None
            await tx.challenges.pin(cohort=call.cohort.id, on=on, exercise=exercise.slug, by=by)
        note = "" if exercise.day is day else " It takes the place of that day's usual kind."
        return Message.of(f"**{exercise.title}** is pinned for {on:%A, %d %B %Y}.{note}")

    async def _unpin(self, call: Call) -> Message:
        on = holidays.read(call.arg("date"))
        async with self.store.write() as tx:
            known = await tx.challenges.unpin(call.cohort.id, on)
        if not known:
            raise NotFoundError(f"Nothing is pinned for {on:%A, %d %B %Y}.")
        return Message.of(f"The calendar chooses again on {on:%A, %d %B %Y}.")

    async def _holidays(self, call: Call) -> Message:
        today, cohort = call.cohort.local_date(self.clock()), call.cohort
        first, last, change = (
            call.args.get(name, "").strip().lower() for name in ("first", "last", "change")
        )
        if first or last or change:
            first = call.arg("first")
            cohort = await self._change(
                cohort,
                lambda now: holidays.changed(
                    now, first=first, last=last, change=change, today=today
                ),
            )
        return holidays.told(cohort, today=today)

    async def _rules(self, call: Call) -> Message:
        cohort, name = call.cohort, call.args.get("rule", "").strip().lower()
        if name or call.args.get("value", "").strip():
            name, value = call.arg("rule").lower(), call.arg("value")
            cohort = await self._change(cohort, lambda now: rules.changed(now, name, value))
        return rules.told(cohort)

    async def _change(self, cohort: Cohort, change: Callable[[Cohort], Cohort]) -> Cohort:
        """Change a cohort as it is by now: two mentors at once undo nothing of each other's."""
        async with self.store.write() as tx:
            changed = change(await tx.cohorts.get(cohort.id))
            await tx.cohorts.update(changed)
        return changed

    async def _limits(self, call: Call) -> Message:
        name = call.args.get("limit", "").strip().lower()
        if not name and not call.args.get("cap", "").strip():
            return limits.table(call.cohort)
        name = call.arg("limit").lower()
        cap = call.arg("cap")
        return limits.table(
            await self._change(
                call.cohort, lambda now: replace(now, caps=limits.changed(now.caps, name, cap))
            )
        )

    def _exercise(self, call: Call) -> Exercise:
        slug = call.arg("exercise")
        try:
            return self.catalogue.get(slug)
        except CatalogueError as error:
            near = _nearest(slug, [exercise.slug for exercise in self.catalogue.all()])
            raise NotFoundError(f"There is no exercise `{slug}`.{near}") from error

    def _title(self, challenge: Challenge) -> str:
        return self._name(challenge.exercise)

    def _name(self, slug: str) -> str:
        try:
            return self.catalogue.get(slug).title
        except CatalogueError:
            return slug  # removed from the catalogue since

    async def _pinned_dates(self, where: ConversationRef) -> list[str]:
        async with self.store.read() as tx:
            cohort = await tx.cohorts.find_by_place(where)
            if cohort is None:
                return []
            pins = await tx.challenges.pins(cohort.id, cohort.local_date(self.clock()))
        return [on.isoformat() for on, _ in pins]

    async def _open_challenges(self, where: ConversationRef) -> list[str]:
        async with self.store.read() as tx:
            cohort = await tx.cohorts.find_by_place(where)
            return [
                f"{challenge.id} {challenge.exercise}"
                for challenge in (await tx.challenges.of(cohort.id) if cohort else ())
                if challenge.closed_at is None
            ]


def parse(text: str) -> tuple[str, dict[str, str]] | None:
    """A command from the words of a mention: ``challenge post clip-grad-norm``; None if none.

    Options follow in their order, or as ``name:value``.
    """
    words = text.strip().removeprefix("/").split()
    for spec in SPECS:
        name = spec.name.split()
        if [word.lower() for word in words[: len(name)]] == name:
            return spec.name, _options(spec, words[len(name) :])
    return None


def _options(spec: CommandSpec, words: Sequence[str]) -> dict[str, str]:
    args: dict[str, str] = {}
    names = [option.name for option in spec.options]
    for word in words:
        name, colon, value = word.partition(":")
        if colon and name in names:
            args[name] = value
        elif free := [name for name in names if name not in args]:
            args[free[0]] = word
    return args


def _spoken(words: str) -> str:
    """As somebody types it: New York is America/New_York."""
    return words.strip().lower().replace("_", " ")


def _spec(name: str) -> CommandSpec:
    for spec in SPECS:
        if spec.name == name:
            return spec
    near = _nearest(name, [spec.name for spec in SPECS])
    raise NotFoundError(f"I do not know `/{name[:40]}`.{near}")


def _nearest(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.4)
    return f" Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""


def _usage(spec: CommandSpec) -> str:
    return " ".join([f"/{spec.name}", *map(_shown, spec.options)])


def _shown(option: CommandOption) -> str:
    name = " | ".join(option.choices) or option.name
    return f"<{name}>" if option.required else f"[{name}]"
