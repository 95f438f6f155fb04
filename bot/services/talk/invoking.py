"""Carrying out commands: who may, what is written down, what is asked before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.audit import actor
from bot.domain.chat.commands import CommandSpec, OptionKind, Permission
from bot.domain.chat.events import Event, UserInfo
from bot.domain.chat.message import Message
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import GoneError, NotAllowedError, UserError
from bot.domain.member import Role
from bot.domain.store import Store
from bot.domain.text import one_line
from bot.services.talk import messages
from bot.services.talk.confirming import ConfirmationService
from bot.services.talk.registry import Call, Command, Registry
from bot.services.talk.reply import Answer, CarryOut, Confirm

_NOTED_CHARS = 80
"""Of each option, in the audit trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandService:
    """Runs commands for those who may use them."""

    store: Store
    chats: Mapping[str, ChatPort]
    registry: Registry
    confirmations: ConfirmationService
    clock: Clock

    async def run(self, event: Event, name: str, args: Mapping[str, str]) -> Answer:
        """Carry out a command, or ask first whether to.

        Raises:
            UserError: It cannot be carried out, and what to do instead.
        """
        call = await self._call(event, args)
        await self._keep_role(call)
        command = self._permitted(name, call)
        call = replace(call, args=await self._resolved(command.spec, call))
        await self._require_whole(command.spec, call)
        if command.confirmation is None:
            return await self._carry_out(command, call)
        question = await command.confirmation(call)
        return await self.confirmations.ask(question, event, command=name, args=call.args)

    async def ask(self, question: Confirm, event: Event) -> Message:
        """Put a question of a button or form, which names the command that it is about."""
        return await self.confirmations.ask(question, event, command="", args={})

    async def carry_out(self, confirmed: CarryOut, event: Event) -> Answer:
        """Carry out what was confirmed, by somebody who still may.

        Raises:
            UserError: It cannot be carried out, and what to do instead.
        """
        given = replace(event, conversation=confirmed.conversation)
        call = await self._call(given, confirmed.args)
        return await self._carry_out(self._permitted(confirmed.command, call), call)

    async def suggest(
        self, name: str, option: str, partial: str, *, where: ConversationRef, info: UserInfo
    ) -> Sequence[str]:
        """Values that an option of a command can have; none to somebody who may not give it.

        Args:
            name: The command's.
            option: Which one is being typed.
            partial: What was typed of it so far.
            where: The conversation.
            info: What the platform says of who types.
        """
        spec = self.registry.find_spec(name)
        if spec is None:
            return ()
        cohort = None
        if spec.permission is Permission.MENTORS:
            async with self.store.read() as tx:
                cohort = await tx.cohorts.find_by_channel(where)
        if spec.permission not in _permissions(info, cohort):
            return ()
        return await self.registry.suggest(name, option, partial, where)

    async def _require_whole(self, spec: CommandSpec, call: Call) -> None:
        """Check that nothing is missing.

        Raises:
            UserError: Something is: it says what was understood, and what may stand there.
        """
        for option in spec.options:
            if option.required and not call.get(option.name):
                where = call.event.conversation
                possible = await self.registry.suggest(spec.name, option.name, "", where)
                raise UserError(
                    messages.incomplete(spec, option.name, given=call.args, possible=possible)
                )

    async def _resolved(self, spec: CommandSpec, call: Call) -> Mapping[str, str]:
        """The options, with the ids of what they point at: people type mentions and names."""
        near, args = call.event.conversation, dict(call.args)
        for option in spec.options:
            typed = call.get(option.name)
            if option.kind is OptionKind.TEXT or not typed:
                continue
            try:
                chat = self.chats[near.platform]
                args[option.name] = await chat.resolve(option.kind, typed, near=near)
            except GoneError as error:
                raise UserError(messages.points_at_nothing(option, typed)) from error
        return args

    async def _keep_role(self, call: Call) -> None:
        """Let a member count as what their platform calls them now."""
        if call.member is None:
            return
        role = Role.of(is_mentor=Permission.MENTORS in call.permissions)
        if call.member.role is not role:
            async with self.store.write() as tx:
                await tx.members.set_role(call.member.id, role)

    async def _call(self, event: Event, args: Mapping[str, str]) -> Call:
        async with self.store.read() as tx:
            cohort = await tx.cohorts.find_by_channel(event.conversation)
            member = await tx.members.find(cohort.id, event.user) if cohort else None
        return Call(
            event=event,
            args=args,
            found_cohort=cohort,
            member=member,
            permissions=_permissions(event.info, cohort),
        )

    def _permitted(self, name: str, call: Call) -> Command:
        command = self.registry.get(name, call)
        permission = command.spec.permission
        is_bound = not command.anywhere and permission is not Permission.ADMINS
        if call.found_cohort is None and is_bound:
            raise UserError(messages.NO_COHORT)
        if permission not in call.permissions:
            raise NotAllowedError(messages.not_permitted(command.spec))
        return command

    async def _carry_out(self, command: Command, call: Call) -> Answer:
        if command.spec.permission is not Permission.EVERYONE:
            await self._write_down(command, call)
        return await command.handler(call)

    async def _write_down(self, command: Command, call: Call) -> None:
        where = call.event.conversation
        cohort = call.found_cohort
        async with self.store.write() as tx:
            await tx.audit.record(
                at=self.clock(),
                actor=actor(call.event.user),
                action=command.spec.name,
                target=f"cohort {cohort.id}" if cohort else f"channel {where.channel}",
                note=" ".join(
                    f"{name}={one_line(value, max_chars=_NOTED_CHARS)}"
                    for name, value in call.args.items()
                ),
            )


def _permissions(info: UserInfo, cohort: Cohort | None) -> frozenset[Permission]:
    """What somebody may use, by what their platform says of them now."""
    is_mentor = cohort is not None and cohort.steered_by(info)
    return frozenset(
        [
            Permission.EVERYONE,
            *([Permission.MENTORS] if is_mentor else []),
            *([Permission.ADMINS] if info.admin else []),
        ]
    )
