"""Who works on a job: one worker at a time, until it is done or the worker is heard of no more.

A worker holds a job by a `Claim`. Whatever it writes of the job is written only while the claim
stands, in the transaction of what it tells; a worker that lost it changes nothing any more.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, inspect, literal, null, or_, update
from sqlmodel import Session, col, exists, select

from app.core.ids import new_id
from app.models import CalendarRun, Job, JobStatus, ReportSchedule
from app.policies.actors import SYSTEM
from app.schemas.jobs import JobResult
from app.services import sessions
from app.work import Work

#: A job whose worker has not been heard of for so long is taken over.
LEASE = timedelta(seconds=60)
#: So often a job is taken up at most.
ATTEMPTS = 3
#: What ended longer ago is forgotten.
KEPT = timedelta(days=90)
#: So many errors of a job are kept.
FIRST = 20
#: What came of a job that has not ended.
NOTHING = JobResult(report_id=None, import_id=None, differences=None).model_dump()


class ClaimLost(Exception):
    """Another worker has taken the job over: nothing more may be written of it."""


class Claim(NamedTuple):
    job_id: UUID
    token: UUID


@dataclass(frozen=True)
class Fault:
    """What went wrong with one part: a stable code, and what it was about."""

    code: str
    detail: str | None = None


@dataclass(frozen=True)
class Tally:
    """How far a job has come."""

    done: int = 0
    skipped: int = 0
    failed: int = 0
    errors: tuple[Fault, ...] = ()
    result: dict[str, Any] = field(default_factory=dict)

    def plus(self, more: "Tally") -> "Tally":
        """Counts add up, and so do the numbers of the results; the first errors stay."""
        return Tally(
            self.done + more.done,
            self.skipped + more.skipped,
            self.failed + more.failed,
            (self.errors + more.errors)[:FIRST],
            self.result | {name: self._with(name, said) for name, said in more.result.items()},
        )

    def failing(self, fault: Fault) -> "Tally":
        """The same, with what ended it."""
        return replace(self, failed=self.failed + 1, errors=(*self.errors[: FIRST - 1], fault))

    def _with(self, name: str, said: Any) -> Any:
        before = self.result.get(name)
        return before + said if isinstance(before, int) else said


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether a worker would find something; asked often, and without a transaction."""
    found = select(exists(select(Job.id).where(_is_free(now))))
    return bool(session.execute(_of_all(found)).scalar_one())


def give_up(session: Session, now: datetime) -> list[Job]:
    """End the jobs whose last worker was lost: those called off, and those tried often enough."""
    lost = and_(col(Job.status) == JobStatus.RUNNING, col(Job.claimed_until) <= now)
    called_off = col(Job.cancel_requested_at).is_not(None)
    ended = {"ended_at": now, "claim": None, "version": Job.version + 1}
    abandoned = {"errors": [asdict(Fault("abandoned"))], "failed": Job.failed + 1}
    session.execute(
        _of_all(update(Job).where(lost, called_off).values(status=JobStatus.CANCELLED, **ended))
    )
    failed = (
        update(Job)
        .where(lost, col(Job.attempts) >= ATTEMPTS)
        .values(status=JobStatus.FAILED, **ended, **abandoned)
        .returning(Job)
    )
    return list(session.execute(_of_all(failed)).scalars())


def take(session: Session, now: datetime) -> Job | None:
    """Claim the job that has waited longest; None when all are taken.

    On PostgreSQL rows that another worker is just claiming are passed over; on SQLite whoever
    writes is alone. What an earlier worker told of the job is told anew.
    """
    due = select(Job.id).where(_is_free(now)).order_by(col(Job.due_at), col(Job.id)).limit(1)
    first = due.with_for_update(skip_locked=True).scalar_subquery()
    statement = (
        update(Job)
        .where(col(Job.id) == first)
        .values(
            status=JobStatus.RUNNING,
            claim=new_id(),
            claimed_until=now + LEASE,
            attempts=Job.attempts + 1,
            started_at=func.coalesce(
                col(Job.started_at), literal(now, inspect(Job).columns.started_at.type)
            ),
            total=null(),
            version=Job.version + 1,
            **_columns(Tally()),
        )
        .returning(Job)
    )
    job: Job | None = session.execute(_of_all(statement)).scalar_one_or_none()
    return job


def claim_of(job: Job) -> Claim:
    assert job.claim is not None  # noqa: S101 - it was just taken
    return Claim(job.id, job.claim)


def work_of(session: Session, job: Job, now: datetime) -> Work:
    """By the positions that the account holds now; `Forbidden` when it no longer acts."""
    if job.account_id is None:
        return Work(session, SYSTEM, now)
    return Work(session, sessions.acting_for(session, job.account_id, now, str(job.id)), now)


def renew(session: Session, claim: Claim, now: datetime) -> None:
    _write(session, claim, {"claimed_until": now + LEASE})


def advance(session: Session, claim: Claim, now: datetime, tally: Tally, total: int) -> None:
    """Tell how far it has come."""
    told = {"claimed_until": now + LEASE, "total": total, "version": Job.version + 1}
    _write(session, claim, told | _columns(tally))


def end(session: Session, claim: Claim, now: datetime, tally: Tally, status: JobStatus) -> None:
    """Tell how it ended, with what came of it."""
    told = {"status": status, "ended_at": now, "claim": None, "version": Job.version + 1}
    _write(session, claim, told | _columns(tally))


def put_back(session: Session, claim: Claim, due_at: datetime, *, counts: bool) -> None:
    """Leave the job to the next worker from a moment on; `counts` whether this was an attempt."""
    told = {"status": JobStatus.QUEUED, "claim": None, "due_at": due_at, "version": Job.version + 1}
    _write(session, claim, told | ({} if counts else {"attempts": Job.attempts - 1}))


def is_called_off(session: Session, claim: Claim) -> bool:
    """Whether somebody wants it stopped; `ClaimLost` when it is nobody's to stop any more."""
    asked = select(Job.cancel_requested_at).where(_stands(claim))
    found = session.execute(_of_all(asked)).one_or_none()
    if found is None:
        raise ClaimLost
    return found[0] is not None


def waiting(session: Session, now: datetime) -> int:
    """How many jobs are due and not taken up."""
    number: int = session.execute(
        _of_all(select(func.count()).select_from(Job).where(_is_free(now)))
    ).scalar_one()
    return number


def forget(session: Session, now: datetime) -> int:
    """Delete what ended long ago; how many jobs that were."""
    old = select(Job.id).where(col(Job.ended_at) <= now - KEPT)
    session.execute(_of_all(delete(CalendarRun).where(col(CalendarRun.job_id).in_(old))))
    named = update(ReportSchedule).where(col(ReportSchedule.last_job_id).in_(old))
    session.execute(_of_all(named.values(last_job_id=None, version=ReportSchedule.version + 1)))
    forgotten: Any = session.execute(_of_all(delete(Job).where(col(Job.id).in_(old))))
    return int(forgotten.rowcount)


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Nobody works on it: it waits, or whoever held it let the lease run out."""
    return or_(
        and_(col(Job.status) == JobStatus.QUEUED, col(Job.due_at) <= now),
        and_(col(Job.status) == JobStatus.RUNNING, col(Job.claimed_until) <= now),
    )


def _stands(claim: Claim) -> ColumnElement[bool]:
    held = and_(col(Job.id) == claim.job_id, col(Job.claim) == claim.token)
    return and_(held, col(Job.status) == JobStatus.RUNNING)


def _write(session: Session, claim: Claim, values: dict[str, Any]) -> None:
    changed: Any = session.execute(_of_all(update(Job).where(_stands(claim)).values(values)))
    if not changed.rowcount:
        raise ClaimLost


def _columns(tally: Tally) -> dict[str, Any]:
    return {
        "considered": tally.done + tally.skipped + tally.failed,
        "done": tally.done,
        "skipped": tally.skipped,
        "failed": tally.failed,
        "errors": [asdict(fault) for fault in tally.errors],
        "result": NOTHING | tally.result,
    }


def _of_all(statement: Any) -> Any:
    return statement.execution_options(
        scoped="workers serve every account", synchronize_session=False
    )
