"""What is done at its time, day by day or week by week: each time once, whoever is first to see it.

Nothing is lost while no worker runs: the last time that was missed is made up when one comes back.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, exists, func, select

from app.core.clock import LOCAL, local_date
from app.core.database import insert_once
from app.core.errors import Forbidden
from app.core.selects import pick
from app.models import CalendarRun, Job, JobKind, JobStatus
from app.policies.permissions import Permission
from app.schemas.calendar_runs import CalendarRead, CalendarRunRead
from app.services import jobs
from app.work import Work

#: What has not ended so long after its time is late.
PATIENCE = timedelta(hours=1)


class Entry(NamedTuple):
    """The local time of a kind of job; on one day of the week (1 is Monday), or on all."""

    kind: JobKind
    at: time
    weekday: int | None = None

    def last(self, now: datetime) -> datetime:
        """Its latest moment, up to now."""
        return max(moment for moment in self._around(now) if moment <= now)

    def next(self, now: datetime) -> datetime:
        """Its first moment after now."""
        return min(moment for moment in self._around(now) if moment > now)

    def _around(self, now: datetime) -> Iterator[datetime]:
        today = local_date(now)
        for days in range(-7, 8):
            day = today + timedelta(days=days)
            if self.weekday in (None, day.isoweekday()):
                yield _moment(day, self.at)


#: The whole calendar, by the names of its runs.
ENTRIES: Mapping[str, Entry] = {
    "recount": Entry(JobKind.RECOUNT, time(2, 0)),
    "finding_count": Entry(JobKind.FINDING_COUNT, time(1, 30), weekday=1),
    "audit_check": Entry(JobKind.AUDIT_CHECK, time(4, 0)),
    "forgetting": Entry(JobKind.FORGETTING, time(3, 30)),
    "retention": Entry(JobKind.RETENTION, time(3, 0)),
    "weekly_summary": Entry(JobKind.WEEKLY_SUMMARY, time(7, 30), weekday=1),
}


def due(session: Session, now: datetime) -> list[str]:
    """The names whose latest moment nobody has taken in hand."""
    latest = {name: entry.last(now) for name, entry in ENTRIES.items()}
    taken = pick(CalendarRun.name, CalendarRun.due_at).where(
        col(CalendarRun.due_at) >= min(latest.values())
    )
    seen = {(name, due_at) for name, due_at in session.execute(taken)}
    return [name for name, due_at in latest.items() if (name, due_at) not in seen]


def take(work: Work, name: str) -> Job | None:
    """Put into the queue what the calendar asks for; None when another worker was first.

    What lay before the service began was not missed: it is only noted.
    """
    entry = ENTRIES[name]
    due_at = entry.last(work.now)
    had_begun = work.now - due_at <= PATIENCE or _ever(work.session, name)
    row = {"name": name, "due_at": due_at, "job_id": None}
    if not insert_once(work.session, CalendarRun, row) or not had_begun:
        return None
    asked = {"due_at": due_at.isoformat()}
    job = jobs.queue(work, entry.kind, asked, None)
    run = work.session.get_one(CalendarRun, (name, due_at))
    run.job_id = job.id
    return job


def search(work: Work) -> CalendarRead:
    """Each entry with its latest run and its next moment, for whoever may ask for jobs."""
    if not work.actor.may(Permission.JOB_READ):
        raise Forbidden
    latest = _latest(work.session)
    items = [_shown(name, latest.get(name), work.now) for name in sorted(ENTRIES)]
    return CalendarRead(items=items)


def lateness(session: Session, now: datetime) -> dict[str, float]:
    """For how many seconds each entry is late; zero when its latest run has ended, or may yet."""
    latest = _latest(session)
    return {
        name: (now - entry.last(now)).total_seconds()
        if _is_late(entry, latest.get(name), now)
        else 0.0
        for name, entry in ENTRIES.items()
    }


def failures(session: Session) -> dict[str, int]:
    """How many parts failed in the latest run of each entry."""
    latest = _latest(session)
    jobs_of = {name: latest[name][1] for name in ENTRIES if name in latest}
    return {name: job.failed for name, job in jobs_of.items() if job is not None}


def _shown(name: str, found: tuple[CalendarRun, Job | None] | None, now: datetime) -> Any:
    entry = ENTRIES[name]
    run, job = found or (None, None)
    return CalendarRunRead(
        name=name,
        next_at=entry.next(now),
        is_late=_is_late(entry, found, now),
        due_at=run.due_at if run else None,
        **{field: getattr(job, field, None) for field in _OF_THE_JOB},
    )


_OF_THE_JOB = tuple(set(CalendarRunRead.model_fields) & set(Job.model_fields) - {"due_at"})


def _is_late(entry: Entry, found: tuple[CalendarRun, Job | None] | None, now: datetime) -> bool:
    """Whether its latest moment is over and what it asks for is not done."""
    due_at = entry.last(now)
    if now - due_at <= PATIENCE:
        return False
    run, job = found or (None, None)
    if run is None or run.due_at != due_at:
        return True
    return job is not None and job.status in (*jobs.STANDING, JobStatus.FAILED)


def _latest(session: Session) -> dict[str, tuple[CalendarRun, Job | None]]:
    newest = (
        select(CalendarRun.name, func.max(CalendarRun.due_at).label("due_at"))
        .group_by(CalendarRun.name)
        .subquery()
    )
    statement = (
        pick(CalendarRun, Job)
        .join(
            newest,
            (newest.c.name == col(CalendarRun.name)) & (newest.c.due_at == col(CalendarRun.due_at)),
        )
        .outerjoin(Job, col(Job.id) == col(CalendarRun.job_id))
    )
    scoped = statement.execution_options(scoped="the calendar's jobs are nobody's")
    return {run.name: (run, job) for run, job in session.execute(scoped)}


def _ever(session: Session, name: str) -> bool:
    ran = exists(select(CalendarRun.name).where(CalendarRun.name == name))
    return bool(session.execute(select(ran)).scalar_one())


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=LOCAL).astimezone(UTC)
