"""Coming to meetings in tests: rooms, codes, and what devices send."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.clock import now
from app.core.ids import new_id
from app.models import Attendance, AttendanceEvent, CheckIn, CheckInMethod, CheckInStatus, Meeting
from app.services.check_in_codes import CheckInCode, code_at
from tests.sheets import make_sheet
from tests.world import NOON, Human, World, rows


def make_room(session: Session, world: World, **overrides: Any) -> Meeting:
    """An open meeting that began ten minutes ago, with a line for everybody of the cell."""
    facts = {"starts_at": NOON - timedelta(minutes=10), "opened_at": NOON - timedelta(minutes=40)}
    return make_sheet(session, world, **(facts | overrides))


def make_check_in(session: Session, meeting: Meeting, who: Human, **overrides: Any) -> CheckIn:
    """One that came late, and waits."""
    defaults: dict[str, Any] = {
        "member_id": who.member_id,
        "account_id": who.account_id,
        "method": CheckInMethod.QR,
        "captured_at": NOON,
        "received_at": NOON,
        "request_digest": b"",
        "status": CheckInStatus.AWAITING,
    }
    row = CheckIn(
        organization_id=meeting.organization_id, meeting_id=meeting.id, **(defaults | overrides)
    )
    session.add(row)
    session.flush()
    return row


def code_of(meeting: Meeting, **ago: float) -> CheckInCode:
    """What the screen shows now, or showed a while ago."""
    return code_at(meeting.id, now() - timedelta(**ago))


def check_in(client: TestClient, meeting: Meeting, code: str, **overrides: Any) -> Any:
    said = {"id": str(new_id()), "code": code, "captured_at": now().isoformat()} | overrides
    return client.post(f"/meetings/{meeting.id}/check-ins", json=said)


def item_of(meeting: Meeting, **overrides: Any) -> dict[str, Any]:
    """One item of a batch, seen just now."""
    said = {"id": str(new_id()), "meeting_id": str(meeting.id), "captured_at": now().isoformat()}
    return said | {
        name: str(value) if isinstance(value, UUID) else value for name, value in overrides.items()
    }


def upload(client: TestClient, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post("/check-ins/batch", json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["items"]
    return results


def came(session: Session, meeting: Meeting) -> set[UUID]:
    """Who is present on the sheet."""
    found = rows(session, Attendance, Attendance.meeting_id == meeting.id)
    return {line.member_id for line in found if line.status.value == "present"}


def kept(session: Session, meeting: Meeting) -> list[CheckIn]:
    return rows(session, CheckIn, CheckIn.meeting_id == meeting.id)


def assert_lines_are_their_latest_events(session: Session, meeting: Meeting) -> None:
    latest: dict[UUID, AttendanceEvent] = {}
    versions: set[tuple[UUID, int | None]] = set()
    for event in rows(session, AttendanceEvent, AttendanceEvent.meeting_id == meeting.id):
        assert event.line_version is not None
        assert (event.attendance_id, event.line_version) not in versions
        versions.add((event.attendance_id, event.line_version))
        known = latest.get(event.attendance_id)
        if known is None or (known.line_version or 0) < event.line_version:
            latest[event.attendance_id] = event
    for line in rows(session, Attendance, Attendance.meeting_id == meeting.id):
        if line.id not in latest:
            assert (line.version, line.source) == (1, None)
            continue
        event = latest[line.id]
        assert (line.status, line.source, line.marked_by, line.marked_at, line.version) == (
            event.status,
            event.source,
            event.actor_id,
            event.recorded_at,
            event.line_version,
        )
        assert line.came_at is None or line.status.value == "present"
