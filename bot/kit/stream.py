"""Items that learner code takes from the judge one by one.

`Stream` and `Generator` both arrive as something to iterate over. The items of a `Stream` stay in
the judge until the learner's code asks for the next one, so it can be endless and it counts how
many were taken. The items of a `Generator` travel with the call: nothing is counted, and it costs
no message of its own.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.wire.values import Value


@dataclass
class Stream:
    """An argument whose items the judge serves one by one.

    Attributes:
        items: What is served; it may be endless.
        limit: How many are served at most; None for all.
        pulled: How many were served. Counted in the judge, so no submission can change it.
    """

    items: Iterable[Value]
    limit: int | None = None
    pulled: int = 0
    number: int = field(default_factory=itertools.count(1).__next__)
    _iterator: Iterator[Value] | None = None

    def next(self) -> tuple[Value, ...]:
        """The next item alone in a tuple; an empty one at the end."""
        if self._iterator is None:
            self._iterator = iter(self.items)
        if self.limit is not None and self.pulled >= self.limit:
            return ()
        for item in self._iterator:
            self.pulled += 1
            return (item,)
        return ()
