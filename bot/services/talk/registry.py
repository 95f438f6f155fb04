"""What people can ask for: every command, button and form, gathered once at the start.

What does not fit together ends the start with an AssertionError that names it, so that no learner
finds it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from bot.domain.chat.commands import CommandSpec, Invocation, Permission, parse, unknown_command
from bot.domain.chat.events import Event
from bot.domain.chat.refs import ConversationRef
from bot.domain.cohort import Cohort
from bot.domain.errors import NotAMemberError, NotFoundError, UserError
from bot.domain.member import Member
from bot.services.talk import messages
from bot.services.talk.reply import Answer, Confirm
from bot.services.talk.verbs import Action, Verb

MAX_SUGGESTIONS = 25
"""Discord's limit for one autocompletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command, where and by whom it was given.

    Attributes:
        found_cohort: The cohort of this channel, if any.
        member: The caller's membership of the cohort, if any.
        permissions: What the caller may use.
    """

    event: Event
    args: Mapping[str, str]
    found_cohort: Cohort | None
    member: Member | None
    permissions: frozenset[Permission]

    @property
    def cohort(self) -> Cohort:
        """The cohort of this channel.

        Raises:
            UserError: There is none.
        """
        if self.found_cohort is None:
            raise UserError(messages.NO_COHORT)
        return self.found_cohort

    def require_member(self) -> Member:
        """The caller's membership.

        Raises:
            UserError: They have not joined.
        """
        if self.member is None:
            raise NotAMemberError(messages.NOT_A_MEMBER)
        return self.member

    def require(self, option: str) -> str:
        """The value of an option that is needed.

        Raises:
            UserError: It is missing.
        """
        value = self.get(option)
        if not value:
            raise UserError(messages.missing_option(option))
        return value

    def get(self, option: str) -> str:
        """The value of an option; empty where it was not given."""
        return self.args.get(option, "").strip()

    def get_word(self, option: str) -> str:
        """The value of an option that is the same in capitals and small letters."""
        return self.get(option).lower()


Handler = Callable[[Call], Awaitable[Answer]]
Question = Callable[[Call], Awaitable[Confirm]]
Completion = Callable[[ConversationRef], Awaitable[Sequence[str]]]
"""Every value that an option can have in a conversation, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, whole.

    Attributes:
        handler: Carries it out.
        completions: By option, for those with `suggests`.
        confirmation: Asked before `handler`, where that cannot be undone. It raises UserError where
            the command could not be carried out anyway.
        anywhere: Whether it may be given where no cohort practises.
    """

    spec: CommandSpec
    handler: Handler
    completions: Mapping[str, Completion] = field(default_factory=dict[str, Completion])
    confirmation: Question | None = None
    anywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one subject offers.

    Attributes:
        verbs: Every verb that its messages may show.
    """

    commands: Sequence[Command] = ()
    actions: Sequence[Action] = ()
    verbs: Sequence[Verb[Any]] = ()


def verbs_of(module: ModuleType) -> Sequence[Verb[Any]]:
    """The verbs that a module declares."""
    values: Iterable[object] = vars(module).values()
    verbs: list[Verb[Any]] = [value for value in values if isinstance(value, Verb)]
    return verbs


@dataclass(frozen=True, slots=True)
class Registry:
    """Every command by its name, every action by its verb's."""

    commands: Mapping[str, Command]
    actions: Mapping[str, Action]

    @staticmethod
    def of(*rooms: Room) -> "Registry":
        """Gather what the rooms offer.

        Raises:
            AssertionError: Something does not fit together; the message names it.
        """
        commands = [command for room in rooms for command in room.commands]
        actions = [action for room in rooms for action in room.actions]
        _check_names([command.spec.name for command in commands], "command")
        _check_names([action.verb.name for action in actions], "verb")
        _check_verbs([verb for room in rooms for verb in room.verbs], actions)
        for command in commands:
            _check_completions(command)
        for action in actions:
            _check_form(action)
        return Registry(
            {command.spec.name: command for command in commands},
            {action.verb.name: action for action in actions},
        )

    @property
    def specs(self) -> Sequence[CommandSpec]:
        """What the platforms are told."""
        return [command.spec for command in self.commands.values()]

    def read(self, line: str) -> Invocation | None:
        """The command in the words of a mention, if they begin with one."""
        return parse(line, self.specs)

    def permitted(self, call: Call) -> Sequence[CommandSpec]:
        """The commands that a caller may use."""
        return [spec for spec in self.specs if spec.permission in call.permissions]

    def get(self, name: str, call: Call) -> Command:
        """A command by its name.

        Raises:
            NotFoundError: There is none; the message names the nearest ones.
        """
        if name not in self.commands:
            raise NotFoundError(unknown_command(name, self.permitted(call)))
        return self.commands[name]

    def find_spec(self, name: str) -> CommandSpec | None:
        """What a command of that name looks like, if there is one."""
        found = self.commands.get(name)
        return found.spec if found else None

    def find_action(self, verb: str) -> Action | None:
        """What a verb leads to, unless it is of another version."""
        return self.actions.get(verb)

    async def suggest(
        self, command: str, option: str, partial: str, where: ConversationRef
    ) -> Sequence[str]:
        """Values of an option that hold what was typed so far, at most `MAX_SUGGESTIONS`."""
        known = self.commands.get(command)
        complete = known.completions.get(option) if known else None
        values = await complete(where) if complete else ()
        wanted = _as_typed(partial)
        return [value for value in values if wanted in _as_typed(value)][:MAX_SUGGESTIONS]


def _as_typed(words: str) -> str:
    """As somebody types it: New York is America/New_York."""
    return words.strip().lower().replace("_", " ")


def _check_names(names: Sequence[str], kind: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise AssertionError(f"there are two of the {kind} {name!r}")


def _check_verbs(declared: Iterable[Verb[Any]], actions: Sequence[Action]) -> None:
    handled = [action.verb for action in actions]
    for verb in declared:
        if verb not in handled:
            raise AssertionError(f"nothing follows from the verb {verb.name!r}")
        if ":" in verb.name:
            raise AssertionError(f"the verb {verb.name!r} holds a colon")


def _check_form(action: Action) -> None:
    if action.takes_form != (action.verb.layout is not None):
        raise AssertionError(f"the verb {action.verb.name!r} needs both a form and what takes it")


def _check_completions(command: Command) -> None:
    name, options = command.spec.name, command.spec.options
    unknown = set(command.completions) - {option.name for option in options}
    if unknown:
        raise AssertionError(f"{name!r} completes {unknown}, which it does not have")
    for option in options:
        if option.suggests != (option.name in command.completions):
            raise AssertionError(f"{option.name!r} of {name!r} suggests, but nothing completes it")
        if any(len(choice.split()) != 1 for choice in option.choices):
            raise AssertionError(f"a choice for {option.name!r} of {name!r} is not one word")
