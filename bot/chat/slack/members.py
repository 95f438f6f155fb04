"""What Slack says of people: their name, and what they may do in the workspace."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.errors import translate_errors
from bot.chat.slack.payload import Payload, part, parts, word
from bot.domain.chat.events import UNKNOWN_PERSON, UserInfo
from bot.domain.errors import ChatError

log = structlog.get_logger()

KEEP_S = 60.0
"""So long what was heard of somebody holds: who loses a right loses it within a minute."""

MAX_KEPT = 5000


@dataclass(slots=True)
class Members:
    """Looks people up, and remembers them for a moment.

    Attributes:
        client: The client of now. Raises TransientError while there is none.
    """

    client: Callable[[], AsyncWebClient]
    _kept: OrderedDict[str, tuple[float, UserInfo]] = field(
        default_factory=OrderedDict[str, tuple[float, UserInfo]], init=False
    )
    _groups: tuple[float, Mapping[str, frozenset[str]]] = field(default=(0.0, {}), init=False)

    async def info(self, user: str) -> UserInfo:
        """What is known of a person; of somebody whom Slack does not tell of, nothing."""
        at_s, known = self._kept.get(user, (0.0, UNKNOWN_PERSON))
        if time.monotonic() - at_s < KEEP_S and known is not UNKNOWN_PERSON:
            return known
        try:
            info = await self._look_up(user)
        except ChatError as error:
            log.info("member_not_found", reason=type(error).__name__)
            return UNKNOWN_PERSON
        self._kept[user] = time.monotonic(), info
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return info

    async def _look_up(self, user: str) -> UserInfo:
        with translate_errors("look at a member"):
            web: Any = self.client()
            answer = await web.users_info(user=user)
            groups = await self._user_groups()
            return info_of(answer["user"], groups)

    async def _user_groups(self) -> Mapping[str, frozenset[str]]:
        """The members of each user group; none where the workspace has no such thing."""
        at_s, groups = self._groups
        if time.monotonic() - at_s < KEEP_S and at_s:
            return groups
        try:
            with translate_errors("look at the user groups"):
                web: Any = self.client()
                answer = await web.usergroups_list(include_users=True)
                groups = {
                    word(group, "id"): frozenset(map(str, group.get("users") or ()))
                    for group in parts(answer.data, "usergroups")
                }
        except ChatError as error:
            log.info("user_groups_not_read", reason=type(error).__name__)
        self._groups = time.monotonic(), groups
        return groups


def info_of(user: Payload, groups: Mapping[str, frozenset[str]]) -> UserInfo:
    """What Slack's description of somebody says.

    An admin or owner of the workspace is a mentor of all its cohorts.
    """
    profile = part(user, "profile")
    name = word(profile, "display_name") or word(profile, "real_name") or word(user, "name")
    manages = any(user.get(right) is True for right in ("is_admin", "is_owner"))
    return UserInfo(
        name=name,
        mentor=manages,
        admin=manages,
        roles=frozenset(group for group, users in groups.items() if word(user, "id") in users),
    )
