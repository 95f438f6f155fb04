"""Routes of accounts, guilds and commands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.fakes.discord import errors, limits, payloads
from tests.fakes.discord.backend import Backend
from tests.fakes.discord.errors import Json
from tests.fakes.discord.model import Overwrite
from tests.fakes.discord.permissions import Allow, in_guild
from tests.fakes.discord.rest import Call, Reply, Route, number

COMMANDS = "/applications/{application_id}/commands"
GUILD = "/guilds/{guild_id}"
GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
SUBCOMMAND, GROUP = 1, 2


@dataclass(eq=False)
class GuildRoutes:
    """Who and what there is."""

    backend: Backend

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("GET", "/users/@me", self.me),
            Route("GET", "/users/@me/guilds", self.joined),
            Route("GET", "/users/{user_id}", self.user),
            Route("GET", "/oauth2/applications/@me", self.application),
            Route("GET", "/applications/@me", self.application),
            Route("GET", "/gateway", self.gateway),
            Route("GET", "/gateway/bot", self.gateway),
            Route("GET", GUILD, self.guild),
            Route("GET", f"{GUILD}/channels", self.channels),
            Route("GET", f"{GUILD}/roles", self.roles),
            Route("GET", f"{GUILD}/members/{{user_id}}", self.member),
            Route("PUT", f"{GUILD}/members/{{user_id}}/roles/{{role_id}}", self.give_role),
            Route("DELETE", f"{GUILD}/members/{{user_id}}/roles/{{role_id}}", self.take_role),
            Route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", self.overwrite),
            Route("GET", COMMANDS, self.commands),
            Route("PUT", COMMANDS, self.set_commands, check_commands),
            Route("GET", GUILD_COMMANDS, self.commands),
            Route("PUT", GUILD_COMMANDS, self.set_commands, check_commands),
        ]

    def me(self, call: Call) -> Reply:
        """The bot's own account."""
        del call
        account = payloads.user(self.backend.world.bot)
        return Reply({**account, "mfa_enabled": False, "locale": "en-US"})

    def joined(self, call: Call) -> Reply:
        """The servers that the bot is in."""
        del call
        world = self.backend.world
        guilds = [guild for guild in world.guilds.values() if world.bot.id in guild.members]
        return Reply(list(map(payloads.guild_summary, guilds)))

    def user(self, call: Call) -> Reply:
        """Anybody's account."""
        found = self.backend.world.users.get(call.id("user_id"))
        if found is None:
            raise errors.unknown_user()
        return Reply(payloads.user(found))

    def application(self, call: Call) -> Reply:
        """The application, with the intents it may use."""
        del call
        return Reply(payloads.application(self.backend.world))

    def gateway(self, call: Call) -> Reply:
        """Where the gateway is; the plain client of discord.py knows and does not ask."""
        address: Json = {"url": f"{self.backend.links.base.replace('http', 'ws', 1)}/gateway"}
        if call.route.endswith("bot"):
            starts = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
            address |= {"shards": 1, "session_start_limit": starts}
        return Reply(address)

    def guild(self, call: Call) -> Reply:
        """One guild."""
        return Reply(payloads.guild_summary(self.backend.guild(call)))

    def channels(self, call: Call) -> Reply:
        """Its channels, without threads."""
        found = self.backend.guild(call).channels.values()
        return Reply([payloads.channel(place) for place in found])

    def roles(self, call: Call) -> Reply:
        """Its roles."""
        return Reply([payloads.role(entry) for entry in self.backend.guild(call).roles.values()])

    def member(self, call: Call) -> Reply:
        """One member; this needs no intent."""
        found = self.backend.guild(call).members.get(call.id("user_id"))
        if found is None:
            raise errors.unknown_member()
        return Reply(payloads.member(found))

    def give_role(self, call: Call) -> Reply:
        """Give a member a role."""
        return self._change_role(call, given=True)

    def take_role(self, call: Call) -> Reply:
        """Take a role from a member."""
        return self._change_role(call, given=False)

    def _change_role(self, call: Call, *, given: bool) -> Reply:
        guild, world = self.backend.guild(call), self.backend.world
        found, role = guild.members.get(call.id("user_id")), guild.roles.get(call.id("role_id"))
        if found is None:
            raise errors.unknown_member()
        if role is None:
            raise errors.unknown_role()
        mine = guild.members[world.bot.id]
        highest = max((guild.roles[one].position for one in mine.roles), default=0)
        allowed = in_guild(guild, mine)
        if Allow.MANAGE_ROLES not in allowed or role.position >= highest:
            raise errors.missing_permissions()
        (found.roles.add if given else found.roles.discard)(role.id)
        data: Json = {**payloads.member(found), "guild_id": str(guild.id)}
        self.backend.gateway.tell("GUILD_MEMBER_UPDATE", data)
        return Reply(status=204)

    def overwrite(self, call: Call) -> Reply:
        """Set what a channel allows and denies a role or member."""
        place = self.backend.channel(call.at["channel_id"])
        self.backend.need(place, Allow.MANAGE_ROLES)
        target = call.id("overwrite_id")
        place.overwrites[target] = Overwrite(
            target,
            of_member=call.body.get("type") == 1,
            allow=Allow(number(call.body.get("allow") or 0)),
            deny=Allow(number(call.body.get("deny") or 0)),
        )
        self.backend.gateway.tell("CHANNEL_UPDATE", payloads.channel(place), place)
        return Reply(status=204)

    # --- commands -----------------------------------------------------------------------------

    def commands(self, call: Call) -> Reply:
        """What is registered."""
        return Reply(self.backend.world.commands.get(self._where(call), []))

    def set_commands(self, call: Call) -> Reply:
        """Make these the registered ones; those that are not named are gone."""
        world, where = self.backend.world, self._where(call)
        before = {entry["name"]: int(entry["id"]) for entry in world.commands.get(where, [])}
        world.commands[where] = [
            payloads.command(
                entry,
                world.application_id,
                before.get(entry["name"]) or world.ids.next(),
                where,
            )
            for entry in call.body
        ]
        return Reply(world.commands[where])

    def _where(self, call: Call) -> int | None:
        if call.id("application_id") != self.backend.world.application_id:
            raise errors.missing_access()
        return self.backend.guild(call).id if "guild_id" in call.at else None


def check_commands(call: Call) -> None:
    """Raise what Discord says of commands over its limits."""
    entries: list[Json] = call.body or []
    problems = [limits.too_long("", limits.COMMANDS)] if len(entries) > limits.COMMANDS else []
    names = [entry.get("name") for entry in entries]
    if len(names) != len(set(names)):
        words = "Application command names must be unique"
        problems.append(("", "APPLICATION_COMMANDS_DUPLICATE_NAME", words))
    for place, entry in enumerate(entries):
        problems += _named(str(place), entry)
        problems += _options(f"{place}.options", entry.get("options") or ())
    if problems:
        raise errors.invalid_form(*problems)


def _named(path: str, entry: Json) -> list[limits.Problem]:
    name = str(entry.get("name"))
    problems: list[limits.Problem] = []
    if entry.get("type", 1) == 1 and (not COMMAND_NAME.fullmatch(name) or name != name.lower()):
        words = "Command name is invalid"
        problems.append((f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", words))
    if not 1 <= limits.length(entry.get("description")) <= limits.DESCRIPTION_CHARS:
        problems.append(limits.bad_length(f"{path}.description", 1, limits.DESCRIPTION_CHARS))
    return problems


def _options(path: str, options: Sequence[Json]) -> list[limits.Problem]:
    problems: list[limits.Problem] = []
    if len(options) > limits.OPTIONS:
        problems.append(limits.too_long(path, limits.OPTIONS))
    plain = [option for option in options if option.get("type") not in {SUBCOMMAND, GROUP}]
    needs = [bool(option.get("required")) for option in plain]
    if needs != sorted(needs, reverse=True):
        words = "Required options must be placed before non-required options"
        problems.append((path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words))
    for place, option in enumerate(options):
        problems += _named(f"{path}.{place}", option)
        problems += _options(f"{path}.{place}.options", option.get("options") or ())
        if len(option.get("choices") or ()) > limits.CHOICES:
            problems.append(limits.too_long(f"{path}.{place}.choices", limits.CHOICES))
    return problems
