"""Who works on a job: one worker at a time, and what is done is told with it or not at all."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from sqlalchemy import event
from sqlmodel import Session

from app.core import database
from app.core.errors import Conflict
from app.jobs import handlers, runner
from app.jobs.handlers import Step
from app.models import Job, JobKind, JobStatus, Report
from app.services import job_claims
from app.services.job_claims import ClaimLost, Tally
from app.work import Work
from tests.factories.jobs import account_of, do_what_waits, job_of, make_job
from tests.test_jobs import monthly
from tests.world import NOON, World, rows

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the jobs of these tests do something else than a recount."""

    def does(*acts: Callable[[Work], Tally]) -> None:
        steps: Sequence[Step] = [Step(lambda work, _, act=act: act(work)) for act in acts]  # type: ignore[misc]  # bound at once
        table = dict(handlers.HANDLERS) | {JobKind.RECOUNT: lambda *_: steps}
        monkeypatch.setattr(runner, "HANDLERS", table)

    return does


class TestWorkers:
    def test_two_at_once_do_each_job_once(
        self, session: Session, does: Callable[..., None]
    ) -> None:
        done: Counter[Any] = Counter()

        def act(work: Work) -> Tally:
            done[threading.current_thread().name] += 1
            return Tally(done=1)

        does(act)
        made = [make_job(session, None).id for _ in range(12)]

        workers = [threading.Thread(target=do_what_waits) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        after = [job_of(session, job_id) for job_id in made]
        assert {(job.status, job.attempts, job.done) for job in after} == {(JobStatus.DONE, 1, 1)}
        assert done.total() == len(made)

    def test_the_one_that_waited_longest_comes_first(self, session: Session) -> None:
        later = make_job(session, None)
        sooner = make_job(session, None, due_at=NOON - timedelta(hours=1))
        make_job(session, None, due_at=NOON + timedelta(hours=1))

        taken = [self.take() for _ in range(3)]

        assert [job and job.id for job in taken] == [sooner.id, later.id, None]

    def take(self) -> Job | None:
        with database.writing() as session:
            return job_claims.take(session, NOON)


class TestALostWorker:
    """Killed, or cut off from the database: it says nothing more, and the lease runs out."""

    def test_its_job_is_taken_over_after_the_lease(
        self, session: Session, does: Callable[..., None], clock: time_machine.Traveller
    ) -> None:
        does(lambda _: Tally(done=1))
        job = make_job(session, None)
        TestWorkers().take()

        clock.shift(job_claims.LEASE - timedelta(seconds=1))
        do_what_waits()
        assert job_of(session, job.id).status is JobStatus.RUNNING
        clock.shift(timedelta(seconds=2))
        do_what_waits()

        after = job_of(session, job.id)
        assert (after.status, after.attempts) == (JobStatus.DONE, 2)

    def test_it_writes_nothing_more(self, session: Session, clock: time_machine.Traveller) -> None:
        job = make_job(session, None)
        first = TestWorkers().take()
        assert first is not None
        clock.shift(job_claims.LEASE)
        with database.writing() as writer:
            second = job_claims.take(writer, NOON + job_claims.LEASE)
        assert second is not None

        for write in (
            lambda it: job_claims.advance(it, job_claims.claim_of(first), NOON, Tally(1), 1),
            lambda it: job_claims.end(
                it, job_claims.claim_of(first), NOON, Tally(1), JobStatus.DONE
            ),
            lambda it: job_claims.renew(it, job_claims.claim_of(first), NOON),
            lambda it: job_claims.is_called_off(it, job_claims.claim_of(first)),
        ):
            with pytest.raises(ClaimLost), database.writing() as writer:
                write(writer)

        after = job_of(session, job.id)
        assert (after.claim, after.done) == (second.claim, 0)

    def test_what_it_did_is_undone_when_it_lost_the_job_meanwhile(
        self,
        session: Session,
        does: Callable[..., None],
        clock: time_machine.Traveller,
    ) -> None:
        """A worker that slept through its lease in the middle of a step."""

        def act(work: Work) -> Tally:
            work.session.add(Job(kind=JobKind.REPORT, due_at=NOON + timedelta(days=9)))
            lost = {"claim": None, "claimed_until": NOON, "status": JobStatus.CANCELLED}
            table: Any = Job
            work.session.execute(
                table.__table__.update().where(table.__table__.c.id == job.id).values(**lost),
                execution_options={"scoped": "a test"},
            )
            return Tally(done=1)

        does(act)
        job = make_job(session, None)

        do_what_waits_once()

        assert [row.kind for row in rows(session, Job)] == [JobKind.RECOUNT]

    def test_after_three_the_job_has_failed(
        self, session: Session, does: Callable[..., None], clock: time_machine.Traveller
    ) -> None:
        does(lambda _: Tally(done=1))
        job = make_job(session, None)
        with database.writing() as writer:
            for attempt in range(job_claims.ATTEMPTS):
                assert job_claims.take(writer, NOON + attempt * job_claims.LEASE)
        clock.shift(job_claims.ATTEMPTS * job_claims.LEASE)

        do_what_waits()

        after = job_of(session, job.id)
        assert (after.status, after.errors) == (
            JobStatus.FAILED,
            [{"code": "abandoned", "detail": None}],
        )

    def test_what_was_called_off_meanwhile_is_not_begun_again(
        self, session: Session, clock: time_machine.Traveller
    ) -> None:
        job = make_job(session, None, cancel_requested_at=NOON)
        TestWorkers().take()
        clock.shift(job_claims.LEASE)

        do_what_waits()

        assert job_of(session, job.id).status is JobStatus.CANCELLED

    def test_a_lease_is_renewed_while_a_step_takes_its_time(
        self,
        session: Session,
        clock: time_machine.Traveller,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        job = make_job(session, None)
        taken = TestWorkers().take()
        assert taken is not None
        monkeypatch.setattr(job_claims, "LEASE", timedelta(seconds=0.2))
        clock.shift(timedelta(hours=1))
        renewed = threading.Event()
        monkeypatch.setattr(job_claims, "renew", _noting(job_claims.renew, renewed))

        with runner.renewed(job_claims.claim_of(taken)):
            assert renewed.wait(5)

        until = job_of(session, job.id).claimed_until
        assert until is not None
        assert until > NOON + timedelta(hours=1)


class TestAnEnd:
    def test_a_refusal_is_told_with_its_code(
        self, session: Session, does: Callable[..., None], world: World
    ) -> None:
        def act(_: Work) -> Tally:
            raise Conflict

        does(lambda _: Tally(done=1), act)
        job = make_job(session, account_of(world, "officer"))

        do_what_waits()

        after = job_of(session, job.id)
        assert (after.status, after.done, after.failed) == (JobStatus.FAILED, 1, 1)
        assert after.errors[0]["code"] == "conflict"

    def test_a_fault_of_the_code_tells_nothing_of_it(
        self, session: Session, does: Callable[..., None]
    ) -> None:
        def act(_: Work) -> Tally:
            raise RuntimeError("a secret")

        does(act)
        job = make_job(session, None)

        do_what_waits()

        assert job_of(session, job.id).errors == [{"code": "internal_error", "detail": None}]

    def test_a_fault_of_the_database_is_tried_again_and_not_for_ever(
        self, session: Session, does: Callable[..., None], clock: time_machine.Traveller
    ) -> None:
        def act(work: Work) -> Tally:
            work.session.connection().exec_driver_sql("SELECT nothing FROM nowhere")
            return Tally()

        does(act)
        job = make_job(session, None)
        seen = []
        for _ in range(job_claims.ATTEMPTS):
            do_what_waits()
            after = job_of(session, job.id)
            seen.append((after.status, after.attempts))
            clock.shift(runner.AGAIN_AFTER)

        assert seen == [(JobStatus.QUEUED, 1), (JobStatus.QUEUED, 2), (JobStatus.FAILED, 3)]

    def test_called_off_it_stops_before_the_next_step(
        self, session: Session, does: Callable[..., None]
    ) -> None:
        acted = []

        def call_off(work: Work) -> Tally:
            acted.append("first")
            job_row = job_of(session, job.id)
            assert job_row.total == 2
            table: Any = Job
            work.session.execute(
                table.__table__.update().values(cancel_requested_at=NOON),
                execution_options={"scoped": "a test"},
            )
            return Tally(done=1)

        def go_on(_: Work) -> Tally:
            acted.append("second")
            return Tally(done=1)

        does(call_off, go_on)
        job = make_job(session, None)

        do_what_waits()

        after = job_of(session, job.id)
        assert (after.status, after.done, acted) == (JobStatus.CANCELLED, 1, ["first"])

    def test_a_worker_that_stops_leaves_the_job_to_the_next(
        self, session: Session, does: Callable[..., None]
    ) -> None:
        stop = threading.Event()

        def act(_: Work) -> Tally:
            stop.set()
            return Tally(done=1)

        does(act, act)
        job = make_job(session, None)

        runner.run_next(stop)

        after = job_of(session, job.id)
        assert (after.status, after.attempts, after.claim) == (JobStatus.QUEUED, 0, None)
        do_what_waits()
        assert job_of(session, job.id).done == 2


def test_a_worker_killed_around_any_commit_makes_one_report(session: Session, world: World) -> None:
    """Whatever it was doing: the report and the word that it is made are both there, or neither."""
    asked = {"report": monthly(world)["report"]}
    job = make_job(session, account_of(world, "officer"), kind=JobKind.REPORT, parameters=asked)
    for point in count(1):
        child = os.fork()
        if child == 0:
            _work_until(point)
        _, ended = os.waitpid(child, 0)
        after = job_of(session, job.id)
        assert len(rows(session, Report)) == (after.status is JobStatus.DONE)
        if os.WIFEXITED(ended):
            break
        assert os.WTERMSIG(ended) == signal.SIGKILL
        assert after.status is not JobStatus.FAILED
        after.attempts, after.claimed_until = 0, NOON - timedelta(seconds=1)
        session.add(after)
        session.flush()

    assert job_of(session, job.id).status is JobStatus.DONE
    assert point > 6


def _work_until(point: int) -> None:
    status = 1
    try:
        engine = database.engine()
        engine.dispose(close=False)
        reached = count(1)

        def strike(*_: Any) -> None:
            if next(reached) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, "begin", strike)
        event.listen(engine, "commit", strike)
        do_what_waits_once()
        status = 0
    finally:
        os._exit(status)


def do_what_waits_once() -> None:
    runner.run_next(threading.Event())


def _noting(renew: Callable[..., None], renewed: threading.Event) -> Callable[..., None]:
    def renew_and_note(*arguments: Any) -> None:
        renew(*arguments)
        renewed.set()

    return renew_and_note
