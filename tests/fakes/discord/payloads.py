"""The world as Discord sends it: JSON of everything."""

from datetime import datetime

from tests.fakes.discord.errors import Json
from tests.fakes.discord.links import Links
from tests.fakes.discord.model import (
    EPHEMERAL,
    LOADING,
    Channel,
    File,
    Guild,
    Interaction,
    Kind,
    Member,
    Message,
    Role,
    User,
    World,
)

GUILD_ONLY = 0
"""The context of an interaction, and the installation that it came with."""

BOT_DM = 1
COMMAND = 2
REPLY, ANSWER_TO_COMMAND = 19, 20
"""A kind of interaction, and kinds of message."""


def stamp(moment: datetime) -> str:
    """A time as Discord writes it."""
    return moment.isoformat(timespec="microseconds")


def user(account: User) -> Json:
    return {
        "id": str(account.id),
        "username": account.name,
        "discriminator": "0000" if account.bot else "0",
        "global_name": None if account.bot else account.name,
        "avatar": None,
        "bot": account.bot,
        "system": False,
        "public_flags": 0,
        "flags": 0,
    }


def member(entry: Member, *, with_user: bool = True) -> Json:
    made: Json = {
        "nick": entry.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(number) for number in sorted(entry.roles)],
        "joined_at": stamp(entry.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    return {**made, "user": user(entry.user)} if with_user else made


def role(entry: Role) -> Json:
    return {
        "id": str(entry.id),
        "name": entry.name,
        "permissions": bits(entry.permissions),
        "position": entry.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def bits(permissions: int) -> str:
    """Permissions, of which an administrator has all that there are."""
    return str(int(permissions) & ((1 << 53) - 1))


def channel(place: Channel) -> Json:
    made: Json = {
        "id": str(place.id),
        "type": int(place.kind),
        "flags": 0,
        "last_message_id": str(max(place.messages)) if place.messages else None,
    }
    if place.kind is Kind.DIRECT:
        assert place.recipient is not None
        return {**made, "recipients": [user(place.recipient)]}
    assert place.guild is not None
    made |= {"guild_id": str(place.guild.id), "name": place.name, "rate_limit_per_user": 0}
    return made | (_thread_part(place) if place.is_thread else _channel_part(place))


def _channel_part(place: Channel) -> Json:
    return {
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": [
            {
                "id": str(entry.id),
                "type": int(entry.of_member),
                "allow": bits(entry.allow),
                "deny": bits(entry.deny),
            }
            for entry in place.overwrites.values()
        ],
    }


def _thread_part(place: Channel) -> Json:
    assert place.parent is not None
    assert place.owner is not None
    assert place.archive_changed_at is not None
    return {
        "parent_id": str(place.parent.id),
        "owner_id": str(place.owner.id),
        "message_count": len(place.messages),
        "member_count": 1,
        "total_message_sent": len(place.messages),
        "thread_metadata": {
            "archived": place.archived,
            "locked": place.locked,
            "auto_archive_duration": place.auto_archive_minutes,
            "archive_timestamp": stamp(place.archive_changed_at),
            "create_timestamp": stamp(place.archive_changed_at),
        },
    }


def guild(place: Guild, bot: User) -> Json:
    """A guild as GUILD_CREATE has it, for a bot that does not ask for all members."""
    me = place.members[bot.id]
    return {
        **guild_summary(place),
        "unavailable": False,
        "joined_at": stamp(me.joined_at),
        "large": False,
        "member_count": len(place.members),
        "members": [member(me)],
        "channels": [channel(entry) for entry in place.channels.values()],
        "threads": [channel(entry) for entry in place.threads.values() if not entry.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def guild_summary(place: Guild) -> Json:
    """A guild as GET /guilds/{id} has it."""
    return {
        "id": str(place.id),
        "name": place.name,
        "owner_id": str(place.owner_id),
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "roles": [role(entry) for entry in place.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
    }


def attachment(file: File, links: Links) -> Json:
    made: Json = {
        "id": str(file.id),
        "filename": file.name,
        "size": len(file.content),
        "url": links.sign(file),
        "proxy_url": links.sign(file),
        "content_type": file.media_type,
    }
    if file.description is not None:
        made["description"] = file.description
    return {**made, "ephemeral": True} if file.ephemeral else made


def message(entry: Message, world: World, links: Links) -> Json:
    """A message as REST has it."""
    made: Json = {
        "id": str(entry.id),
        "channel_id": str(entry.channel.id),
        "type": _kind(entry),
        "author": user(entry.author),
        "content": entry.content,
        "embeds": [_shown(embed, entry, links) for embed in entry.embeds],
        "components": entry.components,
        "attachments": [attachment(file, links) for file in entry.files],
        "timestamp": stamp(entry.at),
        "edited_timestamp": None if entry.edited_at is None else stamp(entry.edited_at),
        "mentions": [user(account) for account in entry.mentions],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "flags": entry.flags,
    }
    thread = world.channels.get(entry.id)
    if thread is not None and not thread.deleted:
        made["thread"] = channel(thread)
        made["flags"] |= 1 << 5
    if entry.webhook_id is not None:
        made |= {"webhook_id": str(entry.webhook_id), "application_id": str(entry.webhook_id)}
    if entry.interaction is not None:
        made["interaction_metadata"] = _origin(entry.interaction)
    return made | _reference(entry, world, links)


def _kind(entry: Message) -> int:
    if entry.kind is not None:
        return entry.kind
    if entry.reply_to is not None:
        return REPLY
    asked = entry.interaction is not None and entry.interaction.kind == COMMAND
    return ANSWER_TO_COMMAND if asked else 0


def _reference(entry: Message, world: World, links: Links) -> Json:
    if entry.reply_to is None:
        return {}
    gone = entry.reply_to.deleted
    return {
        "message_reference": {
            "type": 0,
            "message_id": str(entry.reply_to.id),
            "channel_id": str(entry.reply_to.channel.id),
        },
        "referenced_message": None if gone else message(entry.reply_to, world, links),
    }


def _origin(interaction: Interaction) -> Json:
    made: Json = {
        "id": str(interaction.id),
        "type": interaction.kind,
        "user": user(interaction.user),
        "authorizing_integration_owners": {},
    }
    return {**made, "name": interaction.data["name"]} if "name" in interaction.data else made


def _shown(embed: Json, entry: Message, links: Links) -> Json:
    """An embed with the pictures of the message that it names."""
    made: Json = {"type": "rich", **embed}
    for part in ("image", "thumbnail"):
        url = str(made.get(part, {}).get("url", ""))
        for file in entry.embedded:
            if url == f"attachment://{file.name}":
                made[part] = {**made[part], "url": links.sign(file)}
    return made


def heard(entry: Message, world: World, links: Links) -> Json:
    """A message as the gateway tells of it."""
    made = message(entry, world, links)
    if entry.nonce is not None:
        made["nonce"] = entry.nonce
    place = entry.channel
    if place.guild is None or entry.only_for is not None:
        # Ephemeral ones come as if they were direct messages: discord/discord-api-docs#4557.
        return {**made, "channel_type": int(place.kind)}
    made |= {"guild_id": str(place.guild.id), "channel_type": int(place.kind)}
    writer = place.guild.members.get(entry.author.id)
    return made if writer is None else {**made, "member": member(writer, with_user=False)}


def blanked(made: Json, bot: User) -> Json:
    """A message to somebody without the message content intent; `made` is from the gateway."""
    if "guild_id" not in made or made["author"]["id"] == str(bot.id):
        return made
    if any(entry["id"] == str(bot.id) for entry in made["mentions"]):
        return made
    return {**made, "content": "", "embeds": [], "attachments": [], "components": []}


def interaction(entry: Interaction, world: World, links: Links) -> Json:
    """INTERACTION_CREATE."""
    place = entry.channel
    made: Json = {
        "id": str(entry.id),
        "application_id": str(world.application_id),
        "type": entry.kind,
        "token": entry.token,
        "version": 1,
        "data": entry.data,
        "channel_id": str(place.id),
        "channel": {**channel(place), "permissions": bits(world.permissions(entry.user, place))},
        "locale": "en-US",
        "app_permissions": bits(world.permissions(world.bot, place)),
        "entitlements": [],
        "attachment_size_limit": world.file_bytes,
    }
    if entry.message is not None:
        made["message"] = message(entry.message, world, links)
    if place.guild is None:
        return made | {
            "user": user(entry.user),
            "context": BOT_DM,
            "authorizing_integration_owners": {"0": "0"},
        }
    guild_id = str(place.guild.id)
    permissions = bits(world.permissions(entry.user, place))
    return made | {
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": {**member(place.guild.members[entry.user.id]), "permissions": permissions},
        "context": GUILD_ONLY,
        "authorizing_integration_owners": {"0": guild_id},
    }


def callback(entry: Interaction, world: World, links: Links) -> Json:
    """The body of the first answer to an interaction, when it was asked for."""
    about: Json = {"id": str(entry.id), "type": entry.kind}
    made: Json = {"interaction": about}
    if entry.answer is None:
        return made
    if entry.original is not None:
        about |= {
            "response_message_id": str(entry.original.id),
            "response_message_loading": bool(entry.original.flags & LOADING),
            "response_message_ephemeral": bool(entry.original.flags & EPHEMERAL),
        }
        made["resource"] = {
            "type": entry.answer,
            "message": message(entry.original, world, links),
        }
    return made


def command(entry: Json, application_id: int, number: int, guild_id: int | None) -> Json:
    """A registered command as Discord gives it back."""
    made: Json = {
        "type": 1,
        "options": [],
        "default_member_permissions": None,
        "nsfw": False,
        "integration_types": [0],
        "contexts": None,
        **entry,
        "id": str(number),
        "application_id": str(application_id),
        "version": str(number),
        "name_localizations": None,
        "description_localizations": None,
    }
    return made if guild_id is None else {**made, "guild_id": str(guild_id)}


def application(world: World) -> Json:
    """GET /oauth2/applications/@me."""
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": world.app_flags,
        "owner": user(next(iter(world.users.values()))),
        "team": None,
        "bot": user(world.bot),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
    }
