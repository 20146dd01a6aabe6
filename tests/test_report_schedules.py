"""A report is made every month by itself, as long as its owner may have it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    Account,
    AuditEntry,
    Notification,
    NotificationKind,
    Office,
    Report,
    ReportSchedule,
    Role,
    ScheduleStatus,
)
from app.services import report_schedules
from tests.conftest import SignIn, at
from tests.factories.jobs import account_of, do_what_waits, make_schedule
from tests.world import NOON, World, rows

FIRST_OF_JUNE = at("2026-06-01T07:30:00+07:00")


def monthly(world: World, **fields: Any) -> dict[str, Any]:
    asked = {"organization_id": str(world.north.id), "day_of_month": 1, "local_time": "07:30"}
    return asked | fields


def stored(session: Session, row_id: object) -> ReportSchedule:
    (row,) = rows(session, ReportSchedule, ReportSchedule.id == row_id)
    assert isinstance(row, ReportSchedule)
    return row


class TestCreate:
    @pytest.mark.parametrize(
        ("day", "time", "next_at"),
        [
            (1, "07:30", "2026-06-01T00:30:00Z"),
            (15, "12:01", "2026-05-15T05:01:00Z"),
            (15, "12:00", "2026-06-15T05:00:00Z"),
            (28, "00:00", "2026-05-27T17:00:00Z"),
        ],
    )
    def test_it_comes_at_the_next_such_moment(
        self, sign_in: SignIn, world: World, day: int, time: str, next_at: str
    ) -> None:
        asked = monthly(world, day_of_month=day, local_time=time)

        answer = sign_in("officer").post("/report-schedules", json=asked)

        assert (answer.status_code, answer.json()["next_at"]) == (201, next_at)
        assert answer.json()["account_id"] == str(account_of(world, "officer"))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("day_of_month", 29),
            ("day_of_month", 0),
            ("local_time", "24:00"),
            ("local_time", "7:30"),
            ("kind", "member_year"),
        ],
    )
    def test_a_day_is_in_every_month(
        self, sign_in: SignIn, world: World, field: str, value: Any
    ) -> None:
        answer = sign_in("officer").post("/report-schedules", json=monthly(world, **{field: value}))

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == f"/{field}"


class TestChange:
    def test_another_day_is_another_next_time(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        row = make_schedule(session, world.north, account_of(world, "officer"))

        answer = sign_in("branch_officer").patch(
            f"/report-schedules/{row.id}", json={"day_of_month": 20}, headers={"if-match": '"1"'}
        )

        assert (answer.status_code, answer.json()["next_at"]) == (200, "2026-05-20T00:30:00Z")

    def test_of_an_older_version_is_stale(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        row = make_schedule(session, world.north, account_of(world, "officer"))

        answer = sign_in("officer").patch(
            f"/report-schedules/{row.id}", json={"day_of_month": 20}, headers={"if-match": '"7"'}
        )

        assert answer.status_code == 412


class TestPause:
    def test_none_is_made_until_it_is_resumed(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        made = officer.post("/report-schedules", json=monthly(world)).json()
        assert officer.post(f"/report-schedules/{made['id']}/pause").json()["status"] == "paused"
        clock.move_to(FIRST_OF_JUNE + timedelta(days=1))
        do_what_waits()
        assert rows(session, Report) == []

        resumed = officer.post(f"/report-schedules/{made['id']}/resume").json()

        assert (resumed["status"], resumed["next_at"]) == ("active", "2026-07-01T00:30:00Z")
        again = officer.post(f"/report-schedules/{made['id']}/resume")
        assert (again.status_code, again.json()["allowed"]) == (409, ["pause", "end"])

    def test_ended_it_stays_ended(self, sign_in: SignIn, session: Session, world: World) -> None:
        row = make_schedule(session, world.north, account_of(world, "officer"))
        officer = sign_in("officer")

        assert officer.delete(f"/report-schedules/{row.id}").status_code == 204

        assert officer.post(f"/report-schedules/{row.id}/resume").status_code == 409
        assert officer.get("/report-schedules?status=active").json()["items"] == []
        assert officer.get(f"/report-schedules/{row.id}").json()["status"] == "ended"


class TestTheRun:
    def test_makes_the_report_of_the_month_before_and_tells_its_owner(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        made = sign_in("officer").post("/report-schedules", json=monthly(world)).json()
        clock.move_to(FIRST_OF_JUNE - timedelta(seconds=1))
        do_what_waits()
        assert rows(session, Report) == []
        clock.move_to(FIRST_OF_JUNE)
        do_what_waits()
        do_what_waits()

        (report,) = rows(session, Report)
        assert (report.first_period, report.organization_id) == ("2026-05", world.north.id)
        after = sign_in("officer").get(f"/report-schedules/{made['id']}").json()
        assert after["last_report_id"] == str(report.id)
        assert (after["failures"], after["next_at"]) == (0, "2026-07-01T00:30:00Z")
        told = rows(session, Notification, Notification.kind == NotificationKind.REPORT_READY)
        assert [notice.member_id for notice in told] == [world.people["officer"].member_id]

    def test_after_months_without_a_worker_one_is_made(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        sign_in("officer").post("/report-schedules", json=monthly(world))
        clock.move_to(FIRST_OF_JUNE + timedelta(days=75))

        do_what_waits()

        assert [report.first_period for report in rows(session, Report)] == ["2026-07"]

    def test_an_owner_without_the_right_gets_none_and_after_five_it_pauses(
        self, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        row = make_schedule(session, world.north, account_of(world, "officer"), next_at=NOON)
        holder = Office.member_id == world.people["officer"].member_id
        for office in rows(session, Office, holder):
            office.valid_to = NOON.date()
            session.add(office)
        session.flush()
        for month in range(report_schedules.PATIENCE):
            assert stored(session, row.id).failures == month
            clock.move_to(stored(session, row.id).next_at)
            do_what_waits()

        after = stored(session, row.id)
        assert (after.status, after.last_error) == (ScheduleStatus.PAUSED, "forbidden")
        assert rows(session, Report) == []
        told = rows(session, Notification, Notification.kind == NotificationKind.REPORT_PAUSED)
        assert [notice.member_id for notice in told] == [world.people["officer"].member_id]
        traces = rows(session, AuditEntry, AuditEntry.action == "report_schedule.paused")
        assert [trace.details["because"] for trace in traces] == ["forbidden"]
        clock.shift(timedelta(days=40))
        do_what_waits()
        assert stored(session, row.id).last_job_id == after.last_job_id

    def test_one_that_is_made_forgives_those_that_failed(
        self, session: Session, world: World
    ) -> None:
        owner = account_of(world, "officer")
        row = make_schedule(session, world.north, owner, next_at=NOON, failures=4)

        do_what_waits()

        after = stored(session, row.id)
        assert (after.failures, after.status) == (0, ScheduleStatus.ACTIVE)

    def test_staff_without_an_inbox_see_it_in_the_list(
        self, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        (account,) = rows(session, Account, Account.staff_name == "quantri")
        office = Office(
            organization_id=world.north.id,
            account_id=account.id,
            role=Role.OFFICER,
            valid_from=date(2026, 1, 5),
        )
        session.add(office)
        session.flush()
        row = make_schedule(session, world.north, account.id, next_at=NOON)

        do_what_waits()

        assert stored(session, row.id).last_report_id is not None
        assert rows(session, Notification) == []
