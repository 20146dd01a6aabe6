"""Meetings in any state, with their sheets, minutes and absence reports."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session, select

from app.core.clock import local_date
from app.models import (
    HELD_STATUSES,
    MET_STATUSES,
    AbsenceReason,
    AbsenceReport,
    Attendance,
    AttendanceStatus,
    Document,
    Meeting,
    MeetingStatus,
    Minutes,
    NotHeld,
    NotHeldReason,
    Organization,
    PaperKind,
    RosterReason,
    Template,
)
from app.models.base import Row

R = TypeVar("R", bound=Row)
#: Midday in Ha Noi, on 15 May.
STARTS_AT = datetime(2026, 5, 15, 5, tzinfo=UTC)


def make_meeting(session: Session, cell: Organization, **overrides: Any) -> Meeting:
    """A regular meeting that starts now; a draft unless told otherwise."""
    defaults: dict[str, Any] = {
        "title": "Sinh hoạt thường kỳ",
        "starts_at": STARTS_AT,
        "place": "Hội trường",
    }
    facts = defaults | overrides
    if facts.get("status") in HELD_STATUSES:
        facts = {"ended_at": facts["starts_at"], "sheet_version": 1} | facts
    if facts.get("status") in MET_STATUSES:
        facts = {"first_submitted_at": facts["ended_at"]} | facts
    return _saved(session, Meeting(organization_id=cell.id, **facts))


def make_held_meeting(
    session: Session, cell: Organization, member_ids: Iterable[UUID], **overrides: Any
) -> Meeting:
    """A meeting that has ended, with minutes and an unmarked line for each of these members."""
    meeting = make_meeting(session, cell, **({"status": MeetingStatus.ENDED} | overrides))
    for member_id in member_ids:
        make_line(session, meeting, member_id)
    make_minutes(session, meeting)
    return meeting


def make_line(session: Session, meeting: Meeting, member_id: UUID, **overrides: Any) -> Attendance:
    defaults: dict[str, Any] = {
        "roster_reason": RosterReason.OFFICIAL,
        "status": AttendanceStatus.UNMARKED,
    }
    line = Attendance(
        organization_id=meeting.organization_id,
        meeting_id=meeting.id,
        member_id=member_id,
        **(defaults | overrides),
    )
    return _saved(session, line)


def make_minutes(session: Session, meeting: Meeting, **overrides: Any) -> Minutes:
    defaults: dict[str, Any] = {"text": "Chi bộ đã họp.", "written_at": STARTS_AT}
    minutes = Minutes(
        organization_id=meeting.organization_id, meeting_id=meeting.id, **(defaults | overrides)
    )
    return _saved(session, minutes)


def make_absence_report(
    session: Session, meeting: Meeting, member_id: UUID, **overrides: Any
) -> AbsenceReport:
    defaults: dict[str, Any] = {"reason": AbsenceReason.BUSINESS}
    report = AbsenceReport(
        organization_id=meeting.organization_id,
        meeting_id=meeting.id,
        member_id=member_id,
        **(defaults | overrides),
    )
    return _saved(session, report)


def make_document(session: Session, meeting: Meeting, **overrides: Any) -> Document:
    """A published picture, unless told otherwise."""
    defaults: dict[str, Any] = {
        "meeting_id": meeting.id,
        "title": "Kế hoạch tháng",
        "search_text": "ke hoach thang",
        "file_name": "ke-hoach.png",
        "media_type": "image/png",
        "size": 70,
        "digest": "0" * 64,
        "published_at": STARTS_AT,
    }
    return _saved(
        session, Document(organization_id=meeting.organization_id, **(defaults | overrides))
    )


def make_template(session: Session, unit: Organization, **overrides: Any) -> Template:
    """The next of a unit's, for attendance lists."""
    made = session.exec(select(Template).execution_options(scoped="a test")).all()
    defaults: dict[str, Any] = {
        "kind": PaperKind.ATTENDANCE_LIST,
        "number": len(made) + 1,
        "valid_from": local_date(STARTS_AT),
        "file_name": "mau.docx",
        "size": 70,
        "digest": "0" * 64,
    }
    return _saved(session, Template(organization_id=unit.id, **(defaults | overrides)))


def make_not_held(session: Session, cell: Organization, **overrides: Any) -> NotHeld:
    defaults: dict[str, Any] = {"period": "2026-04", "reason": NotHeldReason.DISASTER}
    return _saved(session, NotHeld(organization_id=cell.id, **(defaults | overrides)))


def _saved(session: Session, row: R) -> R:
    session.add(row)
    session.flush()
    return row
