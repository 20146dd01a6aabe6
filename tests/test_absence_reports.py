"""An absence is a member's word: given for oneself or on behalf, decided, taken back."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session

from app.models import (
    AbsenceReport,
    Attendance,
    AttendanceStatus,
    AuditEntry,
    Meeting,
    MeetingStatus,
    Notification,
)
from tests.check_ins import check_in, code_of, make_room
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.meetings import (
    make_absence_report,
    make_line,
    make_meeting,
    make_minutes,
)
from tests.world import World, rows


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    """A meeting of the first northern cell, tomorrow."""
    return make_meeting(
        session,
        world.north_one,
        status=MeetingStatus.SCHEDULED,
        starts_at=at("2026-05-16T12:00:00Z"),
    )


def report_of(meeting: Meeting, **more: Any) -> dict[str, Any]:
    return {"meeting_id": str(meeting.id), "reason": "business", **more}


class TestCreate:
    def test_a_member_reports_the_own_absence(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        answer = sign_in("member").post(
            "/absence-reports", json=report_of(meeting, text="Đi công tác Hà Giang")
        )

        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert (body["status"], body["recorded_by"]) == ("pending", None)
        assert body["member_id"] == str(world.people["member"].member_id)
        location = answer.headers["location"].removeprefix("/api/v1")
        assert sign_in("member").get(location).json() == body
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "absence_report.created")
        assert "Giang" not in str(trace.details)

    def test_a_secretary_reports_on_behalf(
        self, sign_in: SignIn, world: World, meeting: Meeting
    ) -> None:
        member_id = str(world.members[world.north_one.id][9])
        answer = sign_in("secretary").post(
            "/absence-reports", json=report_of(meeting, member_id=member_id)
        )

        assert (answer.status_code, answer.json()["member_id"]) == (201, member_id)
        assert answer.json()["recorded_by"] == str(world.people["secretary"].account_id)

    def test_nobody_else_reports_on_behalf(
        self, sign_in: SignIn, world: World, meeting: Meeting
    ) -> None:
        member_id = str(world.members[world.north_one.id][9])
        wanted = report_of(meeting, member_id=member_id)

        def status_for(who: str) -> int:
            return sign_in(who).post("/absence-reports", json=wanted).status_code

        assert {who: status_for(who) for who in ("member", "committee_member", "outsider")} == {
            "member": 403,
            "committee_member": 403,
            "outsider": 404,
        }

    def test_a_foreign_meeting_does_not_exist(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        foreign = make_meeting(session, world.south_one, status=MeetingStatus.SCHEDULED)

        assert (
            sign_in("member").post("/absence-reports", json=report_of(foreign)).status_code == 404
        )

    def test_only_for_members_of_the_cell_on_that_day(
        self, sign_in: SignIn, world: World, meeting: Meeting
    ) -> None:
        stranger = str(world.members[world.south_one.id][0])
        client = sign_in("secretary")

        foreign = client.post("/absence-reports", json=report_of(meeting, member_id=stranger))
        overseer = sign_in("overseer").post("/absence-reports", json=report_of(meeting))

        for answer in (foreign, overseer):
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == "/member_id"

    def test_one_stands_at_a_time(self, sign_in: SignIn, meeting: Meeting) -> None:
        client = sign_in("member")
        first = client.post("/absence-reports", json=report_of(meeting)).json()

        second = client.post("/absence-reports", json=report_of(meeting))
        client.post(f"/absence-reports/{first['id']}/withdraw").raise_for_status()
        third = client.post("/absence-reports", json=report_of(meeting, reason="health"))

        assert (second.status_code, second.json()["code"]) == (409, "conflict")
        assert third.status_code == 201

    def test_nobody_is_absent_who_is_there(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        held = make_room(session, world)
        member = sign_in("member")
        check_in(member, held, code_of(held).token).raise_for_status()

        refused = member.post("/absence-reports", json=report_of(held))
        member_id = world.people["member"].member_id
        assert member_id is not None
        left_over = make_absence_report(session, held, member_id)
        accepted = sign_in("secretary").post(f"/absence-reports/{left_over.id}/accept")

        for answer in (refused, accepted):
            assert (answer.status_code, answer.json()["code"]) == (409, "already_present")
        assert [report.status for report in rows(session, AbsenceReport)] == ["pending"]
        assert sign_in("secretary").post(f"/absence-reports/{left_over.id}/decline").is_success

    def test_of_a_report_and_a_check_in_at_once_presence_wins(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member = sign_in("member")
        said(member.get("/me"))
        with ThreadPoolExecutor(2) as both:
            for _ in range(5):
                held = make_room(session, world)
                tries = [
                    both.submit(check_in, member, held, code_of(held).token),
                    both.submit(member.post, "/absence-reports", json=report_of(held)),
                ]
                came, reported = (each.result().status_code for each in tries)
                assert (came, reported in (201, 409)) == (201, True)
        lines = rows(session, Attendance, Attendance.member_id == world.people["member"].member_id)
        assert {line.status for line in lines} == {"present"}
        assert {report.status for report in rows(session, AbsenceReport)} <= {"came_anyway"}

    @pytest.mark.parametrize("status", ["draft", "cancelled", "ended", "submitted"])
    def test_only_for_a_meeting_that_is_awaited(
        self, sign_in: SignIn, session: Session, world: World, status: str
    ) -> None:
        other = make_meeting(session, world.north_one, status=MeetingStatus(status))
        answer = sign_in("secretary").post("/absence-reports", json=report_of(other))

        assert (answer.status_code, answer.json()["code"]) == (409, "meeting_not_awaited")


class TestDecide:
    def test_an_acceptance_never_marks_the_sheet_and_renews_it(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        held = make_meeting(session, world.north_one, status=MeetingStatus.OPEN, sheet_version=1)
        member_id = world.members[world.north_one.id][3]
        line = make_line(session, held, member_id)
        report = make_absence_report(session, held, member_id)

        answer = sign_in("secretary").post(
            f"/absence-reports/{report.id}/accept", json={"comment": "Đồng ý"}
        )

        body = answer.json()
        assert (body["status"], body["comment"]) == ("accepted", "Đồng ý")
        assert body["decided_by"] == str(world.people["secretary"].account_id)
        assert rows(session, Attendance, Attendance.id == line.id)[0].status == "unmarked"
        sheet = sign_in("secretary").get("/attendances", params={"meeting_id": str(held.id)})
        assert sheet.headers["etag"] == '"2"'
        assert sheet.json()["items"][0]["suggested_status"] == "absent_excused"

    def test_what_is_decided_is_not_decided_again(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        member_id = world.members[world.north_one.id][3]
        report = make_absence_report(session, meeting, member_id)
        client = sign_in("secretary")

        client.post(f"/absence-reports/{report.id}/accept").raise_for_status()
        answer = client.post(f"/absence-reports/{report.id}/decline")

        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
        assert answer.json()["allowed"] == ["withdraw"]

    @pytest.mark.parametrize(
        ("who", "status"),
        [("deputy", 200), ("member", 403), ("officer", 403), ("outsider", 404)],
    )
    def test_only_the_secretary_decides(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        meeting: Meeting,
        who: str,
        status: int,
    ) -> None:
        own = world.people["member"].member_id
        assert own is not None
        report = make_absence_report(session, meeting, own)

        assert sign_in(who).post(f"/absence-reports/{report.id}/accept").status_code == status

    def test_nothing_moves_once_the_meeting_is_submitted(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        submitted = make_meeting(session, world.north_one, status=MeetingStatus.SUBMITTED)
        member_id = world.members[world.north_one.id][3]
        report = make_absence_report(session, submitted, member_id)
        client = sign_in("secretary")

        for verb in ("accept", "decline", "withdraw"):
            answer = client.post(f"/absence-reports/{report.id}/{verb}")
            assert (answer.status_code, answer.json()["code"]) == (409, "meeting_submitted")
        assert rows(session, AbsenceReport, AbsenceReport.id == report.id)[0].status == "pending"


class TestSettle:
    def test_a_submission_decides_what_nobody_did(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        held = make_meeting(session, world.north_one, status=MeetingStatus.ENDED, sheet_version=1)
        make_minutes(session, held)
        statuses = ("present", "absent_excused", "absent_unexcused", "unmarked", None)
        reports = []
        for member_id, status in zip(world.members[world.north_one.id], statuses, strict=False):
            reports.append(make_absence_report(session, held, member_id))
            if status is not None:
                make_line(session, held, member_id, status=AttendanceStatus(status))
        client = sign_in("secretary")

        said(client.post(f"/meetings/{held.id}/submit", json={"unmarked_as": "absent_unexcused"}))

        found = [said(client.get(f"/absence-reports/{report.id}")) for report in reports]
        assert [report["status"] for report in found] == [
            "came_anyway",
            "accepted",
            "declined",
            "declined",
            "withdrawn",
        ]
        secretary = str(world.people["secretary"].account_id)
        assert {report["decided_by"] for report in found[1:4]} == {secretary}
        told = rows(session, Notification, Notification.kind == "absence_decided")
        assert {notice.subject_id for notice in told} == {report.id for report in reports[1:4]}
        (trace,) = rows(session, AuditEntry, AuditEntry.subject_id == reports[1].id)
        assert (trace.action, trace.details) == (
            "absence_report.accepted",
            {"because": "submitted"},
        )

    def test_of_a_meeting_that_is_cancelled_none_waits(
        self, sign_in: SignIn, session: Session, meeting: Meeting
    ) -> None:
        report = said(sign_in("member").post("/absence-reports", json=report_of(meeting)))
        said(sign_in("secretary").post(f"/meetings/{meeting.id}/cancel", json={"reason": "Bão"}))

        now = said(sign_in("member").get(f"/absence-reports/{report['id']}"))
        assert (now["status"], now["decided_at"]) == ("withdrawn", None)
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "absence_report.withdrawn")
        assert trace.details == {"because": "cancelled"}


class TestSearch:
    def test_a_member_sees_the_own_ones(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        own = world.people["member"].member_id
        for member_id in (own, world.members[world.north_one.id][8]):
            assert member_id is not None
            make_absence_report(session, meeting, member_id)

        def members(who: str, **params: Any) -> list[str]:
            answer = sign_in(who).get("/absence-reports", params=params)
            return [item["member_id"] for item in answer.json()["items"]]

        assert members("member") == [str(own)]
        assert len(members("secretary", meeting_id=str(meeting.id), status="pending")) == 2
        assert members("secretary", status="accepted") == []
        assert len(members("officer", organization_id=str(world.north.id))) == 2
        assert members("officer", organization_id=str(world.south.id)) == []
        assert members("outsider") == []
