"""Long work, schedules, and a worker that does what waits."""

import threading
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session, SQLModel

from app.jobs import calendar, runner
from app.models import Job, JobKind, Organization, ReportKind, ReportSchedule
from app.services.job_claims import NOTHING
from tests.world import NOON, World, rows

R = TypeVar("R", bound=SQLModel)


def make_job(session: Session, account_id: UUID | None, **overrides: Any) -> Job:
    """A recount that waits since noon."""
    defaults: dict[str, Any] = {
        "account_id": account_id,
        "kind": JobKind.RECOUNT,
        "parameters": {"repair": False},
        "due_at": NOON,
        "created_at": NOON,
        "result": dict(NOTHING),
    }
    return _saved(session, Job(**(defaults | overrides)))


def make_schedule(session: Session, unit: Organization, owner: UUID, **over: Any) -> ReportSchedule:
    """On the first of each month at half past seven."""
    defaults: dict[str, Any] = {
        "organization_id": unit.id,
        "account_id": owner,
        "kind": ReportKind.MONTHLY,
        "day_of_month": 1,
        "local_time": "07:30",
        "next_at": NOON + timedelta(days=365),
        "created_at": NOON,
    }
    return _saved(session, ReportSchedule(**(defaults | over)))


def do_what_waits() -> None:
    """A worker looks at the calendar once, and does jobs until none is left."""
    calendar.keep()
    while runner.run_next(threading.Event()):
        pass


def job_of(session: Session, job_id: object) -> Job:
    (job,) = rows(session, Job, Job.id == UUID(str(job_id)))
    assert isinstance(job, Job)
    return job


def account_of(world: World, person: str) -> UUID:
    return world.people[person].account_id


def _saved(session: Session, row: R) -> R:
    session.add(row)
    session.flush()
    return row
