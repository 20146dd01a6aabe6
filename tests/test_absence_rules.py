"""What committees decided about absences, and who hears of a report and its decision."""

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, col

from app.models import (
    AuditEntry,
    Meeting,
    MeetingStatus,
    Notification,
    NotificationKind,
    Organization,
    Setting,
)
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.meetings import make_absence_report, make_held_meeting, make_meeting
from tests.world import World, rows

TOMORROW = at("2026-05-16T12:00:00Z")
K = NotificationKind


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    return make_meeting(
        session, world.north_one, status=MeetingStatus.SCHEDULED, starts_at=TOMORROW
    )


def decide(session: Session, unit: Organization, name: str, value: Any) -> None:
    session.add(
        Setting(organization_id=unit.id, name=name, value=value, valid_from=date(2026, 5, 1))
    )
    session.flush()


def report(sign_in: SignIn, who: str, meeting: Meeting, reason: str, **more: Any) -> Any:
    wanted = {"meeting_id": str(meeting.id), "reason": reason, **more}
    return said(sign_in(who).post("/absence-reports", json=wanted))


def told(session: Session, kind: NotificationKind) -> list[Notification]:
    return rows(session, Notification, col(Notification.kind) == kind)


class TestCutOff:
    def test_a_report_after_it_is_taken_and_marked(
        self, sign_in: SignIn, meeting: Meeting, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(at("2026-05-15T12:00:00Z"))
        in_time = report(sign_in, "member", meeting, "business")
        clock.move_to(at("2026-05-15T12:00:01Z"))
        late = report(sign_in, "deputy", meeting, "business")

        assert (in_time["is_late"], late["is_late"]) == (False, True)
        assert (in_time["attachment"], in_time["is_automatic"]) == (None, False)

    def test_the_nearest_committee_says_how_long_before(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        decide(session, world.root, "absence_cut_off_hours", 2)
        decide(session, world.north, "absence_cut_off_hours", 48)

        assert report(sign_in, "member", meeting, "business")["is_late"] is True


class TestRule:
    def test_a_reason_the_committee_accepts_waits_for_nobody(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        decide(session, world.root, "accepted_reasons", ["business"])

        accepted = report(sign_in, "member", meeting, "business")
        other = report(sign_in, "deputy", meeting, "family")

        assert (accepted["status"], other["status"]) == ("accepted", "pending")
        assert (accepted["is_automatic"], other["is_automatic"]) == (True, False)
        assert (accepted["decided_by"], accepted["decided_at"]) == (None, "2026-05-15T05:00:00Z")
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "absence_report.accepted")
        assert trace.details == {"by_rule": True}
        (notice,) = told(session, K.ABSENCE_DECIDED)
        assert notice.member_id == world.people["member"].member_id
        assert {str(notice.subject_id) for notice in told(session, K.ABSENCE_REPORTED)} == {
            other["id"]
        }

    def test_a_late_report_is_looked_at_whatever_its_reason(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        decide(session, world.root, "accepted_reasons", ["business"])
        decide(session, world.root, "absence_cut_off_hours", 48)

        late = report(sign_in, "member", meeting, "business")

        assert (late["status"], late["is_late"]) == ("pending", True)


class TestTelling:
    def test_the_leaders_hear_of_a_report_and_not_why(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        made = report(sign_in, "member", meeting, "health", text="Nằm viện Bạch Mai")

        notices = told(session, K.ABSENCE_REPORTED)
        leaders = {world.people[name].member_id for name in ("secretary", "deputy")}
        assert {notice.member_id for notice in notices} == leaders
        assert {str(notice.subject_id) for notice in notices} == {made["id"]}
        assert notices[0].body == "Sinh hoạt thường kỳ, 19:00 ngày 16/05/2026"
        assert "Bạch Mai" not in notices[0].title + notices[0].body

    @pytest.mark.parametrize(
        ("verb", "title"),
        [("accept", "Báo vắng được chấp nhận"), ("decline", "Báo vắng không được chấp nhận")],
    )
    def test_the_member_hears_of_the_decision(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        meeting: Meeting,
        verb: str,
        title: str,
    ) -> None:
        member_id = world.members[world.north_one.id][3]
        waiting = make_absence_report(session, meeting, member_id)
        path = f"/absence-reports/{waiting.id}/{verb}"
        said(sign_in("secretary").post(path, json={"comment": "Đã trao đổi"}))

        (notice,) = told(session, K.ABSENCE_DECIDED)
        assert (notice.member_id, notice.subject_id) == (member_id, waiting.id)
        assert notice.title == title
        assert notice.body.endswith("Ý kiến: Đã trao đổi")


def test_a_submission_names_the_reports_that_nobody_decided(
    sign_in: SignIn, session: Session, world: World
) -> None:
    members = world.members[world.north_one.id][3:6]
    held = make_held_meeting(session, world.north_one, members)
    waiting, accepted = (make_absence_report(session, held, member) for member in members[:2])
    client = sign_in("secretary")
    said(client.post(f"/absence-reports/{accepted.id}/accept"))

    answer = client.post(f"/meetings/{held.id}/submit")

    assert (answer.status_code, answer.json()["code"]) == (409, "lines_unmarked")
    assert answer.json()["count"] == 2
    assert answer.json()["pending_absence_reports"] == [str(waiting.id)]
