"""So many at once of each class of work, and so many who wait; the rest are told to come back.

What is slow (hashing, workbooks, papers) has few places of its own, so that it never takes those of
the others. Whoever finds too many before them learns it at once, not after a minute.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from prometheus_client import Counter

from app.core import patience
from app.core.errors import Unavailable
from app.core.patience import OPERATION, REQUEST, Patience
from app.core.settings import THREADS

R = TypeVar("R")
E = TypeVar("E", bound=Callable[..., Any])
REFUSED = Counter("sotay_lane_refused", "Requests refused because too many waited", ["lane"])


@dataclass
class _Line:
    """Of one event loop: who is being served, and how many are there with those who wait."""

    limiter: CapacityLimiter
    present: int = 0


class Lane:
    """`at_once` threads of its own; `waiting` is how many may stand in line for them.

    What goes through it waits for the database with the same patience.
    """

    def __init__(self, name: str, at_once: int, waiting: int, waits: Patience = REQUEST) -> None:
        self.name, self.at_once, self.waiting, self.waits = name, at_once, waiting, waits
        self._lines: RunVar[_Line] = RunVar(f"lane {name}")

    async def run(self, step: Callable[[], R]) -> R:
        """Do the step in a thread of this lane; `Unavailable` when the line is full."""
        line = self._of_this_loop()
        if line.present >= self.at_once + self.waiting:
            REFUSED.labels(self.name).inc()
            raise Unavailable
        line.present += 1
        try:
            return await anyio.to_thread.run_sync(self._do, step, limiter=line.limiter)
        finally:
            line.present -= 1

    def _do(self, step: Callable[[], R]) -> R:
        with patience.waiting(self.waits):
            return step()

    def _of_this_loop(self) -> _Line:
        line = self._lines.get(None)
        if line is None:
            line = _Line(CapacityLimiter(self.at_once))
            self._lines.set(line)
        return line


NORMAL = Lane("normal", THREADS, 1_000)
#: A password takes some 25 ms of one core: 200 in line are served within three seconds.
HASHING = Lane("hashing", 2, 200)
EXPORTS = Lane("exports", 2, 16, OPERATION)
UPLOADS = Lane("uploads", 2, 32)
IMPORTS = Lane("imports", 1, 4, OPERATION)
#: What writes rows of a whole branch: months that lock, units that move.
BRANCHES = Lane("branches", 2, 16, OPERATION)


def through(lane: Lane) -> Callable[[E], E]:
    """Mark an endpoint whose work belongs into this lane."""

    def mark(endpoint: E) -> E:
        endpoint.lane = lane  # type: ignore[attr-defined]  # read where the route is made
        return endpoint

    return mark


def lane_of(endpoint: Callable[..., Any]) -> Lane:
    lane: Lane = getattr(endpoint, "lane", NORMAL)
    return lane
