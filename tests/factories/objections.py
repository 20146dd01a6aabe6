"""Objections to lines of a sheet."""

from typing import Any

from sqlmodel import Session

from app.models import Attendance, AttendanceStatus, Objection


def make_objection(session: Session, line: Attendance, **overrides: Any) -> Objection:
    defaults: dict[str, Any] = {
        "marked": line.status,
        "claimed": AttendanceStatus.PRESENT,
        "text": "Tôi có họp.",
    }
    objection = Objection(
        organization_id=line.organization_id,
        meeting_id=line.meeting_id,
        member_id=line.member_id,
        attendance_id=line.id,
        **(defaults | overrides),
    )
    session.add(objection)
    session.flush()
    return objection
