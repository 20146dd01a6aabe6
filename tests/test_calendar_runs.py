"""What is done at its time: once, whoever sees it first, and made up when it was missed."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session

from app.core import database
from app.jobs import calendar
from app.models import CalendarRun, Figure, Job, JobKind, JobStatus
from app.services import calendar_runs, job_claims
from tests.conftest import SignIn, at
from tests.factories.jobs import account_of, do_what_waits, make_job
from tests.world import NOON, World, rows

pytestmark = pytest.mark.usefixtures("clock")
NIGHT = at("2026-05-16T02:00:00+07:00")
MONDAY = at("2026-05-18T07:30:00+07:00")


@pytest.fixture
def begun(world: World, session: Session) -> Session:
    """A worker has looked before: what is missed from now on is made up."""
    calendar.keep()
    return session


def asked_for(session: Session) -> list[JobKind]:
    return [job.kind for job in rows(session, Job)]


class TestEntries:
    @pytest.mark.parametrize(
        ("name", "last", "following"),
        [
            ("recount", "2026-05-15T02:00:00+07:00", "2026-05-16T02:00:00+07:00"),
            ("weekly_summary", "2026-05-11T07:30:00+07:00", "2026-05-18T07:30:00+07:00"),
        ],
    )
    def test_are_of_the_local_clock(self, name: str, last: str, following: str) -> None:
        entry = calendar_runs.ENTRIES[name]

        assert (entry.last(NOON), entry.next(NOON)) == (at(last), at(following))

    def test_at_the_very_moment_it_is_time(self) -> None:
        entry = calendar_runs.ENTRIES["recount"]

        assert entry.last(NIGHT) == NIGHT
        assert entry.next(NIGHT) == NIGHT + timedelta(days=1)


class TestKeep:
    def test_what_lay_before_the_service_began_was_not_missed(self, session: Session) -> None:
        calendar.keep()

        assert asked_for(session) == []
        assert {run.name for run in rows(session, CalendarRun)} == set(calendar_runs.ENTRIES)

    def test_each_time_is_taken_in_hand_once(
        self, begun: Session, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(NIGHT)
        workers = [threading.Thread(target=calendar.keep) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        calendar.keep()

        assert sorted(asked_for(begun)) == [JobKind.RECOUNT]

    def test_what_was_missed_is_made_up_once(
        self, begun: Session, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(MONDAY + timedelta(hours=3))

        do_what_waits()

        assert len(asked_for(begun)) == len(calendar_runs.ENTRIES)
        assert {job.status for job in rows(begun, Job)} == {JobStatus.DONE}

    def test_the_nightly_recount_repairs_nothing_and_says_what_differs(
        self, begun: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        by_hand = text("UPDATE figures SET cells_met = 7 WHERE is_cell AND period = '2026-04'")
        begun.connection().execute(by_hand)
        clock.move_to(NIGHT)

        do_what_waits()

        (job,) = rows(begun, Job, Job.kind == JobKind.RECOUNT)
        assert (job.status, job.done, job.failed) == (JobStatus.DONE, 4, 1)
        assert job.errors[0]["code"] == "figures_differ"
        assert job.errors[0]["detail"].startswith("2026-04: ")
        assert {row.cells_met for row in rows(begun, Figure, Figure.period == "2026-04")} >= {7}
        with database.reading() as session:
            assert calendar_runs.failures(session)["recount"] == 1

    def test_what_ended_long_ago_is_forgotten(
        self, begun: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        old = make_job(begun, None, status=JobStatus.DONE, ended_at=NOON)
        waiting = make_job(begun, None, due_at=NOON + timedelta(days=200))
        begun.add(CalendarRun(name="recount", due_at=NOON, job_id=old.id))
        begun.flush()
        clock.move_to(NOON + job_claims.KEPT + timedelta(days=1))

        do_what_waits()

        left = {job.id for job in rows(begun, Job)}
        assert old.id not in left
        assert waiting.id in left


class TestLateness:
    def test_is_told_until_it_is_done(
        self, begun: Session, clock: time_machine.Traveller, client: TestClient
    ) -> None:
        local = TestClient(client.app, client=("127.0.0.1", 50_000))
        clock.move_to(NIGHT + timedelta(hours=2))
        late = 'sotay_calendar_late_seconds{name="recount"}'

        assert f"{late} 7200.0" in local.get("/metrics").text
        do_what_waits()

        told = local.get("/metrics").text
        assert f"{late} 0.0" in told
        assert "sotay_jobs_waiting 0.0" in told

    def test_what_waits_for_a_worker_is_counted(
        self, session: Session, world: World, client: TestClient
    ) -> None:
        make_job(session, account_of(world, "officer"))
        local = TestClient(client.app, client=("127.0.0.1", 50_000))

        assert "sotay_jobs_waiting 1.0" in local.get("/metrics").text


class TestSearch:
    def test_shows_how_each_went_and_when_it_comes_again(
        self, begun: Session, clock: time_machine.Traveller, sign_in: SignIn
    ) -> None:
        clock.move_to(NIGHT)
        do_what_waits()

        answer = sign_in("administrator").get("/calendar-runs")

        told = {item["name"]: item for item in answer.json()["items"]}
        assert set(told) == set(calendar_runs.ENTRIES)
        recount = told["recount"]
        assert (recount["status"], recount["done"], recount["total"]) == ("done", 5, 5)
        assert recount["next_at"] == "2026-05-16T19:00:00Z"
        assert not recount["is_late"]

    def test_is_for_whoever_may_ask_for_jobs(self, sign_in: SignIn) -> None:
        assert sign_in("secretary").get("/calendar-runs").status_code == 403


def test_the_documents_of_operators_name_every_entry() -> None:
    told = (Path(__file__).parents[1] / "docs/operations.md").read_text()

    for name in calendar_runs.ENTRIES:
        assert f"`{name}`" in told
