"""Takes up one job and brings it to its end, by the rights of whoever asked for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from app.core import clock, database
from app.core.errors import AppError
from app.jobs.handlers import HANDLERS, Step
from app.models import Job, JobStatus
from app.policies.actors import SYSTEM
from app.services import figure_days, job_claims, report_schedules
from app.services.job_claims import Claim, ClaimLost, Fault, Tally
from app.work import Work

log = structlog.get_logger(__name__)

#: What the database failed to do is tried again so much later.
AGAIN_AFTER = timedelta(seconds=30)


def run_next(stop: threading.Event) -> bool:
    """Do the job that has waited longest; whether there was one."""
    with database.reading() as session:
        if not job_claims.is_any_due(session, clock.now()):
            return False
    now = clock.now()
    with database.writing() as session:
        for abandoned in job_claims.give_up(session, now):
            log.error("job abandoned", job_id=str(abandoned.id), kind=abandoned.kind)
            report_schedules.note_failed(Work(session, SYSTEM, now), abandoned, "abandoned")
        job = job_claims.take(session, now)
    if job is None:
        return False
    log.info("job begins", job_id=str(job.id), kind=job.kind, attempt=job.attempts)
    try:
        with renewed(job_claims.claim_of(job)):
            _Run(job, stop).to_the_end()
    except ClaimLost:
        log.warning("job lost to another worker", job_id=str(job.id), kind=job.kind)
    return True


@contextmanager
def renewed(claim: Claim) -> Iterator[None]:
    """Meanwhile say again and again that the job is held, however long a step takes."""
    over = threading.Event()
    thread = threading.Thread(target=_renew, args=(claim, over), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=5)


def _renew(claim: Claim, over: threading.Event) -> None:
    while not over.wait(job_claims.LEASE.total_seconds() / 4):
        try:
            with database.writing() as session:
                job_claims.renew(session, claim, clock.now())
        except ClaimLost:
            return  # whoever does the work notices when it writes
        except database.FAULTS as error:
            log.warning("lease not renewed", kind=type(error).__name__)


class _Run:
    """One attempt at one job."""

    def __init__(self, job: Job, stop: threading.Event) -> None:
        self.job, self.stop = job, stop
        self.claim = job_claims.claim_of(job)
        self.tally = Tally()

    def to_the_end(self) -> None:
        try:
            figure_days.turn(clock.now())
            self._take_steps()
        except ClaimLost:
            raise
        except AppError as refusal:
            self._fail(Fault(refusal.code, refusal.vi))
        except database.FAULTS as error:
            self._try_again(error)
        except Exception:  # a bug fails this job, where it is seen, and no other
            log.exception("fault", job_id=str(self.job.id), kind=self.job.kind)
            self._fail(Fault("internal_error"))

    def _take_steps(self) -> None:
        with database.snapshot() as session:
            work = job_claims.work_of(session, self.job, clock.now())
            steps = HANDLERS[self.job.kind](work, self.job)
        self.total = sum(step.size for step in steps)
        with database.writing() as session:
            job_claims.advance(session, self.claim, clock.now(), self.tally, self.total)
        for number, step in enumerate(steps, 1):
            if self._is_to_stop():
                return
            self._take(step, is_last=number == len(steps))
        if not steps:
            self._end(JobStatus.DONE)

    def _take(self, step: Step, *, is_last: bool) -> None:
        """The effect of a step, and how far the job has come by it: both, or neither."""
        with database.snapshot() as session:
            found = step.look(job_claims.work_of(session, self.job, clock.now()))
        with database.writing() as session:
            work = job_claims.work_of(session, self.job, clock.now())
            tally = self.tally.plus(step.act(work, found))
            session.flush()
            # Last, for it holds the job's row: until now it could be called off and renewed.
            if is_last:
                job_claims.end(session, self.claim, clock.now(), tally, JobStatus.DONE)
            else:
                job_claims.advance(session, self.claim, clock.now(), tally, self.total)
        self.tally = tally

    def _is_to_stop(self) -> bool:
        """Called off by whoever asked; or the worker stops, and leaves the job to the next."""
        with database.reading() as session:
            is_called_off = job_claims.is_called_off(session, self.claim)
        if is_called_off:
            self._end(JobStatus.CANCELLED)
        elif self.stop.is_set():
            with database.writing() as session:
                job_claims.put_back(session, self.claim, clock.now(), counts=False)
        return is_called_off or self.stop.is_set()

    def _end(self, status: JobStatus) -> None:
        with database.writing() as session:
            job_claims.end(session, self.claim, clock.now(), self.tally, status)

    def _fail(self, fault: Fault) -> None:
        log.warning("job failed", job_id=str(self.job.id), kind=self.job.kind, code=fault.code)
        with database.writing() as session:
            work = Work(session, SYSTEM, clock.now())
            report_schedules.note_failed(work, self.job, fault.code)
            session.flush()
            failed = self.tally.failing(fault)
            job_claims.end(session, self.claim, work.now, failed, JobStatus.FAILED)

    def _try_again(self, error: Exception) -> None:
        """A database that is away or overloaded comes back; not for ever."""
        log.warning("job waits for the database", job_id=str(self.job.id), cause=str(error))
        if self.job.attempts >= job_claims.ATTEMPTS:
            self._fail(Fault("unavailable"))
            return
        with database.writing() as session:
            due_at = clock.now() + AGAIN_AFTER
            job_claims.put_back(session, self.claim, due_at, counts=True)
