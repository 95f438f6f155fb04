"""A slash command as typed, checked against what the bot has registered."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.discord import payloads
from tests.fakes.discord.errors import Json
from tests.fakes.discord.model import Channel, Role, User, World
from tests.fakes.discord.permissions import Allow, in_guild

SUBCOMMAND, GROUP = 1, 2
TEXT, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, NUMBER = 3, 4, 5, 6, 7, 8, 10
TYPES: Mapping[int, tuple[type, ...]] = {
    TEXT: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    NUMBER: (int, float),
}
IN_GUILD, IN_DIRECT = 0, 1


def command_data(
    world: World,
    user: User,
    place: Channel,
    typed: str,
    options: Mapping[str, Any],
    *,
    focused: str = "",
) -> Json:
    """The data of an interaction. Fails where Discord's client would not send the command."""
    name, *path = typed.split()
    known = {entry["name"]: entry for entry in world.commands_in(place.guild)}
    assert name in known, f"/{name} is not registered; there is {sorted(known)}"
    command = known[name]
    _may_use(command, user, place)
    resolved: Json = {}
    data: Json = {"id": command["id"], "name": name, "type": 1}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    spot, node = data, command
    for part in path:
        inner = {entry["name"]: entry for entry in node.get("options") or ()}
        assert part in inner, f"/{typed}: no {part!r}; there is {sorted(inner)}"
        node = inner[part]
        below: Json = {"name": part, "type": node["type"]}
        spot["options"] = [below]
        spot = below
    wanted: Sequence[Json] = node.get("options") or ()
    assert not any(entry["type"] in {SUBCOMMAND, GROUP} for entry in wanted), (
        f"/{typed} goes on: {[entry['name'] for entry in wanted]}"
    )
    given = _given(typed, wanted, options, focused)
    spot["options"] = [_option(entry, options[entry["name"]], focused, resolved) for entry in given]
    return {**data, "resolved": resolved} if resolved else data


def _may_use(command: Json, user: User, place: Channel) -> None:
    name, contexts = command["name"], command.get("contexts")
    where = IN_DIRECT if place.guild is None else IN_GUILD
    assert contexts is None or where in contexts, f"/{name} cannot be used here"
    needed = command.get("default_member_permissions")
    if place.guild is not None and needed is not None:
        allowed = in_guild(place.guild, place.guild.members[user.id])
        # "0" leaves it to administrators, who have everything.
        enough = Allow(int(needed)) in allowed if int(needed) else Allow.ADMINISTRATOR in allowed
        assert enough, f"{user.name} does not see /{name}"


def _given(
    typed: str, wanted: Sequence[Json], options: Mapping[str, Any], focused: str
) -> list[Json]:
    names = {entry["name"] for entry in wanted}
    unknown = options.keys() - names
    assert not unknown, f"/{typed} has no option {sorted(unknown)}; there is {sorted(names)}"
    needed = {entry["name"] for entry in wanted if entry.get("required")}
    missing = needed - options.keys()
    assert focused or not missing, f"/{typed} needs {sorted(missing)}"
    return [entry for entry in wanted if entry["name"] in options]


def _option(entry: Json, value: Any, focused: str, resolved: Json) -> Json:  # noqa: ANN401  # of the option's own type
    name, kind = entry["name"], entry["type"]
    made: Json = {"name": name, "type": kind}
    if name == focused:
        assert entry.get("autocomplete"), f"{name!r} has no suggestions"
        return {**made, "value": value, "focused": True}
    if kind == USER:
        value = value.user if hasattr(value, "user") else value
    expected = TYPES.get(kind, (User,))
    assert isinstance(value, expected), f"{name!r} takes {expected}, not {value!r}"
    choices = {choice["name"]: choice["value"] for choice in entry.get("choices") or ()}
    if choices:
        assert value in {*choices, *choices.values()}, f"{name!r} offers {sorted(choices)}"
        return {**made, "value": choices.get(value, value)}
    return {**made, "value": _resolved(kind, value, resolved)}


def _resolved(kind: int, value: Any, resolved: Json) -> Any:  # noqa: ANN401  # of the option's own type
    match kind:
        case 6:
            resolved.setdefault("users", {})[str(value.id)] = payloads.user(value)
        case 7:
            made = {**payloads.channel(value), "permissions": "0"}
            resolved.setdefault("channels", {})[str(value.id)] = made
        case 8:
            resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
        case _:
            return value
    return str(value.id)
