"""The exempt who come, the excused who come anyway, and what is corrected afterwards."""

from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    AbsenceReport,
    AttendanceStatus,
    Figure,
    Meeting,
    MeetingStatus,
    RosterReason,
)
from tests.conftest import SignIn
from tests.factories.meetings import make_absence_report, make_line, make_meeting
from tests.sheets import events, line_of, make_sheet, mark
from tests.world import World, rows


class TestMarkTheExempt:
    @pytest.fixture
    def meeting(self, session: Session, world: World) -> Meeting:
        made = make_meeting(session, world.north_one, status=MeetingStatus.ENDED, kind="regular")
        make_line(
            session,
            made,
            world.members[world.north_one.id][0],
            roster_reason=RosterReason.EXEMPT,
            status=AttendanceStatus.EXEMPT,
        )
        make_line(session, made, world.members[world.north_one.id][1])
        return made

    def test_one_who_comes_counts_in_both(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        exempt, other, *_ = world.members[world.north_one.id]
        client = sign_in("secretary")

        def counted(version: int, *lines: dict[str, Any]) -> tuple[int, int]:
            mark(client, meeting, *lines, version=version).raise_for_status()
            (figure,) = rows(
                session,
                Figure,
                Figure.organization_id == world.north_one.id,
                Figure.period == "2026-05",
            )
            return figure.present, figure.summoned

        assert counted(1, line_of(other)) == (1, 1)
        assert counted(2, line_of(exempt)) == (2, 2)
        assert counted(3, line_of(exempt, "exempt")) == (1, 1)

    def test_the_exempt_are_never_absent_and_others_never_exempt(
        self, sign_in: SignIn, world: World, meeting: Meeting
    ) -> None:
        exempt, other, *_ = world.members[world.north_one.id]
        answer = mark(
            sign_in("secretary"),
            meeting,
            line_of(exempt, "absent_excused"),
            line_of(other, "exempt"),
        )

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [
            "/lines/0/status",
            "/lines/1/status",
        ]


class TestPresenceWins:
    def test_who_came_anyway_is_noted_on_the_report(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world)
        first, second, third, *_ = world.members[world.north_one.id]
        for member_id, status in ((first, "accepted"), (second, "pending"), (third, "declined")):
            make_absence_report(session, meeting, member_id, status=status)

        lines = [line_of(member_id) for member_id in (first, second, third)]
        mark(sign_in("secretary"), meeting, *lines).raise_for_status()

        found = rows(session, AbsenceReport, AbsenceReport.meeting_id == meeting.id)
        assert {report.member_id: report.status.value for report in found} == {
            first: "came_anyway",
            second: "came_anyway",
            third: "declined",
        }


class TestAfterSubmission:
    def test_every_changed_line_needs_a_reason(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_sheet(session, world, status=MeetingStatus.SUBMITTED)
        first, second, *_ = world.members[world.north_one.id]
        client = sign_in("secretary")

        mute = mark(client, meeting, line_of(first, reason="Ghi nhầm"), line_of(second))
        told = mark(client, meeting, line_of(first, reason="Ghi nhầm"))

        assert (mute.status_code, mute.json()["errors"][0]["code"]) == (422, "reason_required")
        assert mute.json()["errors"][0]["pointer"] == "/lines/1/reason"
        assert told.status_code == 200
        assert [event.reason for event in events(session, meeting)] == ["Ghi nhầm"]

    def test_the_history_tells_every_change(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        meeting = make_sheet(session, world)
        member = world.people["member"].member_id
        assert member is not None
        client = sign_in("secretary")
        answer = mark(client, meeting, line_of(member, "absent_unexcused"))
        (line,) = (one for one in answer.json()["items"] if one["member_id"] == str(member))
        clock.shift(60)
        mark(client, meeting, line_of(member, reason="Đến muộn"), version=2).raise_for_status()

        url = f"/attendances/{line['id']}/history"
        told = sign_in("member").get(url)

        assert told.json()["next_cursor"] is None
        assert [
            (event["status"], event["source"], event["reason"], event["recorded_at"])
            for event in told.json()["items"]
        ] == [
            ("absent_unexcused", "secretary", None, "2026-05-15T05:00:00Z"),
            ("present", "secretary", "Đến muộn", "2026-05-15T05:01:00Z"),
        ]
        assert sign_in("outsider").get(url).status_code == 404
