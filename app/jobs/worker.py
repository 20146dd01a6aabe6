"""The loop that folds waiting deltas, and turns the day; beside the server or on its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app.core import clock, database
from app.core.settings import settings
from app.services import figure_days, figures

log = structlog.get_logger(__name__)

PAUSE = 0.2


def run(stop: threading.Event) -> None:
    """Work until told to stop. A fault is logged and tried again: nothing is lost by it."""
    while not stop.is_set():
        try:
            folded = step()
        except database.FAULTS as error:
            log.warning("worker waits for the database", kind=type(error).__name__)
            folded = 0
            stop.wait(5)
        if folded < figures.FOLD_LIMIT:
            stop.wait(PAUSE)


def step() -> int:
    """One turn of the loop; how many deltas it folded."""
    figure_days.turn(clock.now())
    if database.engine().dialect.name != "postgresql":
        time.sleep(PAUSE)  # SQLite's writers add to the units above themselves
        return 0
    with database.writing() as session:
        return figures.fold(session)


@contextmanager
def beside_the_server() -> Iterator[None]:
    """Run in a thread of the server, unless a worker of its own is configured."""
    if not settings().worker_in_server or database.engine().dialect.name != "postgresql":
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
