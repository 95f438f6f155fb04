"""What goes wrong with the next requests, as a test asks for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto


class Trouble(Enum):
    """What happens to a request."""

    LIMITED = auto()  # 429; it was not done
    BANNED = auto()  # 429 by the proxy in front of Discord, a page of HTML; it was not done
    FAILED = auto()  # a 5xx; it was not done
    CUT_BEFORE = auto()  # the connection drops; it was not done
    CUT_AFTER = auto()  # the connection drops without an answer, but it was done
    GARBAGE = auto()  # done, and the answer breaks off
    ODD = auto()  # done, and answered as nothing documents it
    SILENT = auto()  # it is never answered, and not done
    NOT_FOUND = auto()  # 404 of what is there; it was not done
    EXHAUSTED = auto()  # done, and it was the last one that the bucket had


@dataclass(kw_only=True)
class Fault:
    """One kind of trouble on one route, for some requests."""

    trouble: Trouble
    times: int
    status: int = 500
    after_s: float = 0.0
    is_global: bool = False
    answer: str = ""
    about: str = ""


@dataclass
class Faults:
    """Trouble in store, by route: ``POST /channels/{channel_id}/messages``."""

    routes: Callable[[], Iterable[str]]
    _planned: dict[str, list[Fault]] = field(default_factory=dict[str, list[Fault]])

    def limit(
        self,
        route: str,
        *,
        times: int = 1,
        retry_after_s: float = 0.01,
        is_global: bool = False,
        about: str = "",
    ) -> None:
        """Answer 429, which says how long to wait.

        Args:
            route: The route.
            times: For how many requests.
            retry_after_s: How long the bot must wait.
            is_global: Whether that holds for every route.
            about: An id in the path, if other requests to the route are well.
        """
        fault = Fault(trouble=Trouble.LIMITED, times=times, after_s=retry_after_s, about=about)
        fault.is_global = is_global
        self._plan(route, fault)

    def ban(self, route: str, *, times: int = 1) -> None:
        """Answer 429 as the proxy does that bans an address for too many invalid requests."""
        self._plan(route, Fault(trouble=Trouble.BANNED, times=times))

    def exhaust(self, route: str, *, times: int = 1, reset_after_s: float = 0.01) -> None:
        """Do it, and say that the bucket is empty now."""
        self._plan(route, Fault(trouble=Trouble.EXHAUSTED, times=times, after_s=reset_after_s))

    def fail(self, route: str, *, status: int = 500, times: int = 1, about: str = "") -> None:
        """Answer that Discord has a fault; nothing is done.

        Args:
            route: The route.
            status: What it answers with.
            times: For how many requests.
            about: An id in the path, if other requests to the route are well.
        """
        self._plan(route, Fault(trouble=Trouble.FAILED, times=times, status=status, about=about))

    def cut_before(self, route: str, *, times: int = 1) -> None:
        """Drop the connection and do nothing."""
        self._plan(route, Fault(trouble=Trouble.CUT_BEFORE, times=times))

    def cut_after(self, route: str, *, times: int = 1) -> None:
        """Do what is asked, and drop the connection before the answer."""
        self._plan(route, Fault(trouble=Trouble.CUT_AFTER, times=times))

    def garble(self, route: str, *, times: int = 1) -> None:
        """Do what is asked, and answer with the beginning of the JSON alone."""
        self._plan(route, Fault(trouble=Trouble.GARBAGE, times=times))

    def answer_oddly(self, route: str, answer: str, *, status: int = 200, times: int = 1) -> None:
        """Do what is asked, and answer with these words, as JSON unless they are a page."""
        fault = Fault(trouble=Trouble.ODD, times=times, status=status, answer=answer)
        self._plan(route, fault)

    def hang(self, route: str, *, times: int = 1) -> None:
        """Leave a request without an answer for as long as the fake runs."""
        self._plan(route, Fault(trouble=Trouble.SILENT, times=times))

    def deny(self, route: str, *, times: int = 1) -> None:
        """Answer that there is no such message, and do nothing."""
        self._plan(route, Fault(trouble=Trouble.NOT_FOUND, times=times))

    def take(self, route: str, path: str = "") -> Fault | None:
        """The trouble that the next request to a route runs into."""
        planned = self._planned.get(route)
        if not planned or planned[0].about not in path:
            return None
        fault = planned[0]
        fault.times -= 1
        if fault.times <= 0:
            planned.pop(0)
        return fault

    def mend(self) -> None:
        """Let all be well from now on."""
        self._planned.clear()

    @property
    def left(self) -> list[str]:
        """Routes whose trouble was never met."""
        return [route for route, planned in self._planned.items() if planned]

    def _plan(self, route: str, fault: Fault) -> None:
        assert route in set(self.routes()), f"the fake does not serve {route}"
        self._planned.setdefault(route, []).append(fault)
