"""How long one may wait for the database: it belongs to the work in hand, as its transaction does.

Nobody watches a clock for a job of the night; somebody waits for the answer to a request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Patience(NamedTuple):
    """Seconds for one statement, None for as long as it takes; and for others who hold a lock."""

    statement: float | None
    lock: float


REQUEST = Patience(5, 10)
#: Requests that write much at once, and whoever turns the day.
OPERATION = Patience(60, 10)
#: Workers and the command line.
LONG = Patience(600, 60)
#: May take its time, but never stands in a queue that holds up everybody behind it.
MIGRATION = Patience(None, 5)
#: Reads everything, and holds up nobody.
BACKUP = Patience(None, 60)

_present: ContextVar[Patience] = ContextVar("patience", default=LONG)


def present() -> Patience:
    """How long the work in hand may wait."""
    return _present.get()


@contextmanager
def waiting(patience: Patience) -> Iterator[None]:
    """Meanwhile wait so long; for connections that are taken up within."""
    token = _present.set(patience)
    try:
        yield
    finally:
        _present.reset(token)
