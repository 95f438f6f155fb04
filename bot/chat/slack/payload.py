"""What Slack sends, read without trust in its form: what is not as documented counts as absent."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

Payload = Mapping[str, Any]


def word(holder: Payload, name: str) -> str:
    """A string; empty where there is none."""
    found = holder.get(name)
    return found if isinstance(found, str) else ""


def part(holder: Payload, name: str) -> Payload:
    """An object; empty where there is none."""
    found = holder.get(name)
    return cast("Payload", found) if isinstance(found, dict) else {}


def parts(holder: Payload, name: str) -> Sequence[Payload]:
    """A list's objects; none where there is no list."""
    found = holder.get(name)
    items = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Payload", item) for item in items if isinstance(item, dict)]


def number(holder: Payload, name: str) -> int:
    """A whole number; 0 where there is none."""
    found = holder.get(name)
    return found if isinstance(found, int) else 0


def next_cursor(page: Payload) -> str:
    """Where a list goes on; empty at its end."""
    return word(part(page, "response_metadata"), "next_cursor")
