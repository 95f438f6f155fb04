"""The pages that are open now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.chat.web.workspace import Person


class Tab(Protocol):
    """One open page, with somebody at it."""

    @property
    def id(self) -> str:
        """Stays the same when the page connects again."""
        ...

    @property
    def person(self) -> Person:
        """Who is at it."""
        ...

    async def send(self, frame: Mapping[str, Any]) -> None:
        """Send one frame.

        Raises:
            ConnectionError: The page is gone.
        """
        ...

    def wake(self) -> None:
        """Something has changed: look at the messages."""
        ...


@dataclass(slots=True)
class Tabs:
    """Finds and wakes open pages."""

    _open: dict[int, Tab] = field(default_factory=dict[int, Tab], init=False)

    def add(self, tab: Tab) -> None:
        """A page has opened."""
        self._open[id(tab)] = tab

    def remove(self, tab: Tab) -> None:
        """A page has gone."""
        self._open.pop(id(tab), None)

    def wake(self, person: str | None = None) -> None:
        """Let all pages, or those of one person, look at the messages."""
        for tab in self._open.values():
            if person is None or tab.person.id == person:
                tab.wake()

    def of(self, tab_id: str, person: str) -> Iterator[Tab]:
        """The connections of one page, latest first: a lost one may not have been noticed yet."""
        for tab in reversed(list(self._open.values())):
            if tab.id == tab_id and tab.person.id == person:
                yield tab
