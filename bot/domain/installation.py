"""What all processes of one installation share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class InputKey:
    """A secret that hidden inputs are derived from.

    Attributes:
        name: What submissions keep of it.
        made_at: The newest key is for new submissions.
    """

    name: str
    secret: bytes = field(repr=False)
    made_at: datetime


class InputKeys(Protocol):
    """Every secret that hidden inputs were ever derived from."""

    async def all(self) -> Mapping[str, InputKey]:
        """All of them by name, the oldest first."""
        ...

    async def add(self, key: InputKey) -> bool:
        """Keep a new one; False when its name is known."""
        ...


class Watermarks(Protocol):
    """Until when everything was heard, for each source that can be asked for what came later."""

    async def find(self, source: str) -> datetime | None:
        """The mark of a source; None before the first."""
        ...

    async def set(self, source: str, at: datetime) -> None:
        """Move the mark; it never moves backwards."""
        ...
