"""What the owner of a server does: channels, roles, people, and letting the bot in or out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord import payloads
from tests.fakes.discord.api_threads import remove
from tests.fakes.discord.errors import Json
from tests.fakes.discord.model import Channel, Guild, Message, Overwrite, Role
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import EVERYONE, NOTHING, Allow

if TYPE_CHECKING:
    from tests.fakes.discord.server import FakeDiscord


@dataclass(eq=False)
class OwnedGuild:
    """A server, as its owner works on it. The gateway reports everything done here."""

    fake: "FakeDiscord"
    guild: Guild

    @staticmethod
    def found(fake: "FakeDiscord", name: str, bot_permissions: Allow) -> "OwnedGuild":
        """A new server with the bot in it."""
        guild = fake.world.new_guild(name, bot_permissions)
        fake.gateway.tell("GUILD_CREATE", payloads.guild(guild, fake.world.bot))
        return OwnedGuild(fake, guild)

    @property
    def id(self) -> int:
        """Its number."""
        return self.guild.id

    @property
    def bot_role(self) -> Role:
        """The role that came with the bot."""
        return next(role for role in self.guild.roles.values() if role.position > 0)

    # --- channels -----------------------------------------------------------------------------

    def channel(self, name: str) -> Channel:
        """A text channel that everybody sees."""
        place = self.fake.world.new_channel(self.guild, name)
        self.fake.gateway.tell("CHANNEL_CREATE", payloads.channel(place), place)
        return place

    def delete(self, place: Channel) -> None:
        """Delete a channel with its threads, or a thread."""
        remove(self.fake.backend, place)

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Archive a thread, as happens when nobody writes there for its time."""
        thread.locked = locked
        self.fake.backend.set_archived(thread, archived=True)

    def thread(self, parent: Channel, name: str, by: "Person") -> Channel:
        """A thread that a person opens."""
        by.must(parent, Allow.CREATE_PUBLIC_THREADS)
        thread = self.fake.world.new_thread(parent, name, by.user)
        data: Json = {**payloads.channel(thread), "newly_created": True}
        self.fake.gateway.tell("THREAD_CREATE", data, thread)
        return thread

    def system_message(self, place: Channel, kind: int, by: "Person") -> Message:
        """A message that Discord writes in somebody's name: 6 for a pin, 18 for a thread."""
        message = self.fake.world.new_message(place, by.user, kind=kind)
        self.fake.gateway.tell_of_message("MESSAGE_CREATE", message)
        return message

    # --- permissions --------------------------------------------------------------------------

    def role(self, name: str, permissions: Allow = EVERYONE) -> Role:
        """A role below the bot's."""
        role = Role(self.fake.world.ids.next(), name, permissions)
        self.guild.roles[role.id] = role
        self._tell("GUILD_ROLE_CREATE", {"role": payloads.role(role)})
        return role

    def set_permissions(self, role: Role, permissions: Allow) -> None:
        """Change what a role allows everywhere."""
        role.permissions = permissions
        self._tell("GUILD_ROLE_UPDATE", {"role": payloads.role(role)})

    def everyone(self, permissions: Allow) -> None:
        """Change what everybody may everywhere."""
        self.set_permissions(self.guild.everyone, permissions)

    def overwrite(
        self,
        place: Channel,
        target: "Role | Person | None" = None,
        *,
        allow: Allow = NOTHING,
        deny: Allow = NOTHING,
    ) -> None:
        """Change what a channel allows a role, a person, or everybody."""
        number = self.id if target is None else target.id
        of_member = isinstance(target, Person)
        place.overwrites[number] = Overwrite(number, of_member, allow, deny)
        # Reported also when the bot sees the channel no more: that is how it learns of it.
        self.fake.gateway.tell("CHANNEL_UPDATE", payloads.channel(place))

    def restrict_bot(self, place: Channel, deny: Allow) -> None:
        """Deny the bot something in one channel; it must not be an administrator."""
        role = self.bot_role
        assert Allow.ADMINISTRATOR not in role.permissions, "administrators are denied nothing"
        self.overwrite(place, role, deny=deny)

    # --- people -------------------------------------------------------------------------------

    def person(
        self, name: str, *, roles: Sequence[Role] = (), takes_messages: bool = True
    ) -> "Person":
        """Somebody who is in this server."""
        user = self.fake.world.new_user(name, takes_messages=takes_messages)
        person = Person(self.fake, user)
        self.admit(person, *roles)
        return person

    def admit(self, person: "Person", *roles: Role) -> None:
        """Let somebody in who is in another server already."""
        member = self.fake.world.new_member(self.guild, person.user)
        member.roles |= {role.id for role in roles}
        self._tell("GUILD_MEMBER_ADD", payloads.member(member))

    def give(self, person: "Person", role: Role) -> None:
        """Give somebody a role."""
        self._change_roles(person, role, given=True)

    def take(self, person: "Person", role: Role) -> None:
        """Take a role from somebody."""
        self._change_roles(person, role, given=False)

    def _change_roles(self, person: "Person", role: Role, *, given: bool) -> None:
        member = self.guild.members[person.id]
        (member.roles.add if given else member.roles.discard)(role.id)
        self._tell("GUILD_MEMBER_UPDATE", payloads.member(member))

    def part(self, person: "Person") -> None:
        """Somebody leaves."""
        del self.guild.members[person.id]
        self._tell("GUILD_MEMBER_REMOVE", {"user": payloads.user(person.user)})

    # --- the server itself --------------------------------------------------------------------

    def remove_bot(self) -> None:
        """Throw the bot out."""
        del self.guild.members[self.fake.world.bot.id]
        self.fake.gateway.tell("GUILD_DELETE", {"id": str(self.id)})

    def invite_bot(self) -> None:
        """Let the bot in again."""
        world = self.fake.world
        world.new_member(self.guild, world.bot).roles.add(self.bot_role.id)
        self.fake.gateway.tell("GUILD_CREATE", payloads.guild(self.guild, world.bot))

    def go_down(self) -> None:
        """Discord has an outage, and this server is not there for a while."""
        self.guild.unavailable = True
        self.fake.gateway.tell("GUILD_DELETE", {"id": str(self.id), "unavailable": True})

    def come_back(self) -> None:
        """The outage is over."""
        self.guild.unavailable = False
        bot = self.fake.world.bot
        self.fake.gateway.tell("GUILD_CREATE", payloads.guild(self.guild, bot))

    def _tell(self, event: str, data: Json) -> None:
        self.fake.gateway.tell(event, {**data, "guild_id": str(self.id)})
