"""A worker killed in the middle of what it does: no delta is lost or doubled, no job done twice."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core import clock, database, periods
from app.jobs import runner
from app.models import COUNTS, Figure, FigureDelta, Job, JobStatus
from app.policies.actors import SYSTEM
from app.services import figure_days, figures
from app.work import Work
from tests.factories.jobs import job_of, make_job
from tests.factories.people import make_member
from tests.recounts import differences
from tests.test_crash import environment  # noqa: F401 - a fixture
from tests.world import World, rows

pytestmark = pytest.mark.long


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:  # noqa: F811 - the fixture's value
    command = [sys.executable, "-m", "app.cli", "worker"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def held_up(period: str) -> Iterator[None]:
    """Whoever adds to the figures of the roots, or looks at all of them, waits."""
    with database.engine().begin() as connection:
        connection.execute(
            text("SELECT 1 FROM figures WHERE period = :period AND parent_id IS NULL FOR UPDATE"),
            {"period": period},
        )
        yield


def until(holds: Callable[[], Any]) -> None:
    for _ in range(2_000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def others(session: Session, *, that_wait: bool) -> int:
    """How many other connections wait for a lock in this database, or do anything at all."""
    asked = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        " AND (NOT :that_wait OR wait_event_type = 'Lock')"
    )
    return int(session.connection().execute(text(asked), {"that_wait": that_wait}).scalar_one())


def test_in_mid_fold_and_in_mid_job(
    environment: dict[str, str],  # noqa: F811 - the fixture
    world: World,
    session: Session,
) -> None:
    if database.engine().dialect.name != "postgresql":
        pytest.skip("on SQLite nothing waits to be folded, and a job is one of the writers")
    period = periods.period_at(clock.now())
    job = make_job(session, None, parameters={"repair": True}, due_at=clock.now())
    one_more_member(session, world, period)
    waiting = len(rows(session, FigureDelta))
    assert waiting
    with held_up(period), worker(environment) as process:
        until(lambda: job_of(session, job.id).status is JobStatus.RUNNING)
        until(lambda: others(session, that_wait=True) >= 2)  # the fold, and the recount
        process.send_signal(signal.SIGKILL)
        process.wait()
    until(lambda: others(session, that_wait=False) == 0)  # the server has noticed
    assert len(rows(session, FigureDelta)) == waiting

    take_over(session, job)

    after = job_of(session, job.id)
    assert (after.status, after.attempts, after.failed) == (JobStatus.DONE, 2, 0)
    assert after.result["differences"] == 0
    assert rows(session, FigureDelta) == []
    expect_sums(session, world, period)
    assert differences() == []


def take_over(session: Session, job: Job) -> None:
    """As after the lease of the worker that was killed."""
    left = job_of(session, job.id)
    assert (left.status, left.attempts) == (JobStatus.RUNNING, 1)
    left.claimed_until = clock.now() - timedelta(seconds=1)
    session.add(left)
    session.flush()
    while runner.run_next(threading.Event()):
        pass


def expect_sums(session: Session, world: World, period: str) -> None:
    """The root's row is the sum of its cells, each added once."""
    of_root = Figure.organization_id == world.root.id
    (root,) = rows(session, Figure, Figure.period == period, of_root)
    cells = rows(session, Figure, Figure.period == period, Figure.is_cell)
    own = [row for row in cells if row.path.startswith(root.path)]
    for name in COUNTS:
        assert getattr(root, name) == sum(getattr(row, name) for row in own)


def one_more_member(session: Session, world: World, period: str) -> None:
    figure_days.turn(clock.now())
    make_member(session, world.south_one, number=901)
    with database.writing() as writer:
        work = Work(writer, SYSTEM, clock.now())
        figures.recount(work, [world.south_one.id], periods.span("2026-01", period))
