"""Marking sheets in tests, and looking at what came of it."""

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import Attendance, AttendanceEvent, Meeting, MeetingStatus
from tests.factories.meetings import make_line, make_meeting
from tests.world import World, rows


def make_sheet(session: Session, world: World, **overrides: Any) -> Meeting:
    """A meeting with an unmarked line for each of the ten members of the cell."""
    facts = {"status": MeetingStatus.OPEN, "sheet_version": 1} | overrides
    meeting = make_meeting(session, world.north_one, **facts)
    for member_id in world.members[world.north_one.id]:
        make_line(session, meeting, member_id)
    return meeting


def mark(
    client: TestClient, meeting: Meeting, *lines: dict[str, Any], version: int | None = 1
) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    url = f"/meetings/{meeting.id}/attendances"
    return client.put(url, json={"lines": list(lines)}, headers=headers)


def line_of(member_id: UUID, status: str = "present", **more: Any) -> dict[str, Any]:
    return {"member_id": str(member_id), "status": status, **more}


def statuses(session: Session, meeting: Meeting) -> dict[UUID, str]:
    found = rows(session, Attendance, Attendance.meeting_id == meeting.id)
    return {line.member_id: line.status.value for line in found}


def events(session: Session, meeting: Meeting) -> list[AttendanceEvent]:
    return rows(session, AttendanceEvent, AttendanceEvent.meeting_id == meeting.id)
