"""What mentors and operators did, and disputes."""

from datetime import datetime
from typing import Protocol

from bot.domain.chat.refs import UserRef


def actor(user: UserRef) -> str:
    """Somebody in the audit trail."""
    return f"{user.platform}:{user.user}"


class Audit(Protocol):
    """The audit trail; it only grows."""

    async def record(
        self, *, at: datetime, actor: str, action: str, target: str, note: str = ""
    ) -> None:
        """Append one line."""
        ...
