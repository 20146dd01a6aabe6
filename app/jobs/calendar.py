"""Puts into the queue what is to be done at its time: the calendar's, and scheduled reports."""

import structlog

from app.core import clock, database
from app.policies.actors import SYSTEM
from app.services import calendar_runs, report_schedules
from app.work import Work

log = structlog.get_logger(__name__)


def keep() -> None:
    """Look once; whatever is due is taken in hand by one worker, each in its own transaction."""
    now = clock.now()
    with database.reading() as session:
        names = calendar_runs.due(session, now)
        has_reports = report_schedules.is_any_due(session, now)
        late = calendar_runs.lateness(session, now)
    for name in names:
        with database.writing() as session:
            job = calendar_runs.take(Work(session, SYSTEM, now), name)
        if job is not None and late[name]:
            log.error("calendar late", name=name, seconds=late[name])
    if has_reports:
        with database.writing() as session:
            report_schedules.queue_due(Work(session, SYSTEM, now))
