"""Meetings that come in afterwards, in bulk: what they leave is what single ones would."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.core import database
from app.core.errors import Invalid, NotFound
from app.models import (
    Attendance,
    AttendanceEvent,
    AttendanceStatus,
    AuditEntry,
    Figure,
    Meeting,
    MeetingStatus,
    Minutes,
    Organization,
)
from app.policies.actors import SYSTEM, Actor
from app.services import held_meetings
from app.services.held_meetings import HeldMeeting
from app.services.sheets import NotOnRoster
from app.work import Work
from tests.conftest import SignIn, at
from tests.factories.people import make_exemption, make_member
from tests.world import NOON, World, rows

ABSENT = AttendanceStatus.ABSENT_EXCUSED


def held_by(
    cell: Organization, absences: Mapping[UUID, AttendanceStatus] | None = None, **more: Any
) -> HeldMeeting:
    facts: dict[str, Any] = {
        "title": "Sinh hoạt tháng 4",
        "place": "Hội trường",
        "starts_at": at("2026-04-03T12:00:00Z"),
        "ends_at": at("2026-04-03T13:30:00Z"),
        "submitted_at": at("2026-04-04T02:00:00Z"),
        "minutes": "Đã họp.",
        "notice_sent_at": at("2026-03-28T02:00:00Z"),
        "documents_published_at": at("2026-04-01T02:00:00Z"),
        "absences": absences or {},
    }
    return HeldMeeting(organization_id=cell.id, **(facts | more))


def record(*held: HeldMeeting, actor: Actor = SYSTEM) -> list[UUID]:
    with database.writing() as session:
        return [meeting.id for meeting in held_meetings.record(Work(session, actor, NOON), held)]


class TestRecord:
    def test_they_stand_as_submitted_with_all_that_belongs_to_them(
        self, session: Session, world: World
    ) -> None:
        away = world.members[world.north_one.id][4]
        exempt = make_member(session, world.north_one, number=60)
        make_exemption(session, world.north_one, exempt)

        first, second = record(held_by(world.north_one, {away: ABSENT}), held_by(world.north_two))

        meetings = {meeting.id: meeting for meeting in rows(session, Meeting)}
        assert {meeting.status for meeting in meetings.values()} == {MeetingStatus.SUBMITTED}
        assert meetings[first].first_submitted_at == at("2026-04-04T02:00:00Z")
        lines = {line.member_id: line for line in rows(session, Attendance)}
        assert (lines[away].status, lines[exempt.id].status) == ("absent_excused", "exempt")
        marked = {event.attendance_id for event in rows(session, AttendanceEvent)}
        assert marked == {line.id for line in lines.values() if line.member_id != exempt.id}
        assert {minutes.meeting_id for minutes in rows(session, Minutes)} == {first, second}
        traces = rows(session, AuditEntry, AuditEntry.subject_id == first)
        assert sorted(trace.action for trace in traces) == ["meeting.created", "meeting.submitted"]

    def test_they_count_in_their_own_period(self, session: Session, world: World) -> None:
        away = world.members[world.north_one.id][4]
        record(
            held_by(world.north_one, {away: ABSENT}),
            held_by(
                world.north_one,
                starts_at=at("2026-02-28T17:00:00Z"),
                ends_at=at("2026-02-28T18:30:00Z"),
                submitted_at=at("2026-03-04T17:00:00Z"),
            ),
        )

        found = rows(session, Figure, Figure.organization_id == world.north_one.id)
        counts = {
            figure.period: (
                figure.cells_met,
                figure.cells_met_on_time,
                figure.summoned,
                figure.present,
                figure.excused,
            )
            for figure in found
            if figure.cells_met
        }
        assert counts == {"2026-03": (1, 0, 10, 10, 0), "2026-04": (1, 1, 10, 9, 1)}

    def test_they_are_returned_and_corrected_like_any_other(
        self, sign_in: SignIn, world: World
    ) -> None:
        (meeting_id,) = record(held_by(world.north_one))
        params = {"meeting_id": str(meeting_id)}
        sheet = sign_in("secretary").get("/attendances", params=params)
        member_id = sheet.json()["items"][0]["member_id"]

        sign_in("officer").post(
            f"/meetings/{meeting_id}/return", json={"comment": "Xem lại"}
        ).raise_for_status()
        mark = {"member_id": member_id, "status": "absent_excused"}
        blind, told = (
            sign_in("secretary").put(
                f"/meetings/{meeting_id}/attendances",
                json={"lines": [mark | why]},
                headers={"If-Match": sheet.headers["etag"]},
            )
            for why in ({}, {"reason": "Đã báo trước"})
        )

        assert [fault["code"] for fault in blind.json()["errors"]] == ["reason_required"]
        assert told.status_code == 200, told.text

    def test_one_fault_refuses_all(self, session: Session, world: World) -> None:
        good = held_by(world.north_one)
        stranger = world.members[world.south_one.id][0]

        with pytest.raises(NotOnRoster):
            record(good, held_by(world.north_two, {stranger: ABSENT}))
        with pytest.raises(Invalid):
            record(good, held_by(world.north))
        with pytest.raises(NotFound):
            record(good, actor=Actor())

        assert rows(session, Meeting) == []
