"""The loops beside the server or on their own: one folds figures, turns the day and seals the audit
trail, the other does long work. Neither waits for the other.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from app.core import clock, database
from app.core.settings import settings
from app.jobs import calendar, runner
from app.jobs.journalling import Journalling
from app.jobs.sealing import Sealing
from app.services import figure_days, figures

log = structlog.get_logger(__name__)

#: Seconds between two looks: for deltas to fold, for jobs, at the calendar.
PAUSE = 0.2
JOBS_EVERY = 1.0
CALENDAR_EVERY = 15.0
AFTER_A_FAULT = 5.0


def run(stop: threading.Event) -> None:
    """Work until told to stop. A fault is logged and tried again: nothing is lost by it."""
    second = threading.Thread(target=_do_long_work, args=(stop,), name="long work", daemon=True)
    second.start()
    sealing = Sealing()

    def look() -> float:
        folded = step()
        sealing.turn()
        return PAUSE if folded < figures.FOLD_LIMIT else 0.0

    _again_and_again(stop, look)
    second.join(timeout=10)


def step() -> int:
    """One turn of the first loop; how many deltas it folded."""
    figure_days.turn(clock.now())
    if database.engine().dialect.name != "postgresql":
        return 0  # SQLite's writers add to the units above themselves
    with database.writing() as session:
        return figures.fold(session)


def _do_long_work(stop: threading.Event) -> None:
    looked = -CALENDAR_EVERY
    journalling = Journalling()

    def look() -> float:
        nonlocal looked
        if time.monotonic() - looked >= CALENDAR_EVERY:
            calendar.keep()
            journalling.turn()
            looked = time.monotonic()
        return 0.0 if runner.run_next(stop) else JOBS_EVERY

    _again_and_again(stop, look)


def _again_and_again(stop: threading.Event, once: Callable[[], float]) -> None:
    """`once` says how long to wait before the next time."""
    while not stop.is_set():
        try:
            pause = once()
        except database.FAULTS as error:
            log.warning("worker waits for the database", kind=type(error).__name__)
            pause = AFTER_A_FAULT
        except Exception:  # one turn gone wrong must not end the folding of all that follow
            log.exception("fault")
            pause = AFTER_A_FAULT
        stop.wait(pause)


@contextmanager
def beside_the_server() -> Iterator[None]:
    """Run in a thread of the server, unless a worker of its own is configured."""
    if not settings().worker_in_server:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
