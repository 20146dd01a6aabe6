"""The attendance sheet: marked all or nothing, each mark an event that stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, insert, update
from sqlmodel import col, select

from app.core.errors import InvalidTransition
from app.core.ids import new_id
from app.core.paging import Page
from app.models import (
    HELD_STATUSES,
    AbsenceReport,
    AbsenceStatus,
    Attendance,
    AttendanceEvent,
    AttendanceStatus,
    Meeting,
    MeetingStatus,
    Member,
)
from app.models.absence_reports import STANDING
from app.policies.roles import Permission
from app.schemas.attendances import AttendanceMarks
from app.services import figures, looks, sheets
from app.services.sheets import Line, Mark, Report, Sheet
from app.services.versions import expect_version
from app.work import Work

LATE_AFTER = timedelta(minutes=15)
WRITABLE = (
    MeetingStatus.OPEN,
    MeetingStatus.ENDED,
    MeetingStatus.RETURNED,
    MeetingStatus.SUBMITTED,
)


def get(work: Work, meeting_id: UUID) -> Sheet:
    meeting = work.fetch(Permission.MEETING_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    lines = _lines(work, Permission.ATTENDANCE_READ, meeting)
    return Sheet(meeting.id, meeting.sheet_version, lines)


def mark(work: Work, meeting_id: UUID, data: AttendanceMarks, if_match: int | None) -> Sheet:
    """Every mark or none; lines not named, and marks that change nothing, leave no event."""
    meeting = work.fetch(Permission.ATTENDANCE_MARK, Meeting, meeting_id)
    expect_version(meeting.sheet_version, if_match)
    if meeting.status not in WRITABLE:
        raise InvalidTransition(allowed=meeting.allowed())
    lines = {line.member_id: line for line in _lines(work, Permission.ATTENDANCE_MARK, meeting)}
    marks = sheets.judge(data.lines, lines, after_submission=_was_submitted(meeting))
    if marks:
        came = _came_anyway(marks, lines)
        _write(work, meeting, marks)
        _note_who_came(work, came)
        for line in _as_marked(work, marks, lines, came):
            lines[line.member_id] = line
        work.record(
            "attendance.marked", meeting, lines=len(marks), came_anyway=[str(id_) for id_ in came]
        )
        if meeting.status in HELD_STATUSES:
            figures.recount(work, [meeting.organization_id], [meeting.period])
    return Sheet(meeting.id, meeting.sheet_version, list(lines.values()))


def complete(work: Work, meeting: Meeting, unmarked_as: AttendanceStatus | None) -> None:
    """Mark what is left of the sheet of a meeting that is being submitted."""
    lines = _lines(work, Permission.MEETING_SUBMIT, meeting)
    marks = sheets.complete(lines, unmarked_as)
    if marks:
        _write(work, meeting, marks)
        work.record("attendance.marked", meeting, lines=len(marks), completed=True)


def history(work: Work, attendance_id: UUID) -> Page[AttendanceEvent]:
    line = work.fetch(Permission.ATTENDANCE_READ, Attendance, attendance_id)
    statement = (
        select(AttendanceEvent)
        .where(col(AttendanceEvent.attendance_id) == line.id)
        .order_by(col(AttendanceEvent.recorded_at), col(AttendanceEvent.id))
        .execution_options(scoped="of a reached line")
    )
    return Page(items=work.session.exec(statement).all(), next_cursor=None)


def renew(work: Work, meeting_id: UUID) -> None:
    """Give a sheet another version, because something it shows has changed."""
    work.session.execute(
        update(Meeting)
        .where(col(Meeting.id) == meeting_id, col(Meeting.sheet_version) > 0)
        .values(sheet_version=col(Meeting.sheet_version) + 1, version=col(Meeting.version) + 1)
        .execution_options(scoped="of a reached meeting", synchronize_session=False)
    )


def _lines(work: Work, permission: Permission, meeting: Meeting) -> list[Line]:
    """In the order of names. Of several reports of one member the latest is shown."""
    statement = (
        work.within_reach(permission, Attendance, *_COLUMNS)
        .join(Member, _OF_MEMBER)
        .outerjoin(AbsenceReport, _REPORTED)
        .where(col(Attendance.meeting_id) == meeting.id)
        .order_by(*_BY_NAME)
    )
    late_after = meeting.starts_at + LATE_AFTER
    lines: dict[UUID, Line] = {}
    for *facts, report_id, reason, status in work.session.execute(statement):
        report = Report(report_id, reason, status) if report_id else None
        line = Line(late_after, report, *facts)
        lines[line.id] = line
    return list(lines.values())


_COLUMNS: tuple[Any, ...] = (
    Attendance.id,
    Attendance.member_id,
    Member.full_name,
    Attendance.roster_reason,
    Attendance.status,
    Attendance.source,
    Attendance.marked_by,
    Attendance.marked_at,
    AbsenceReport.id,
    AbsenceReport.reason,
    AbsenceReport.status,
)
_OF_MEMBER = col(Member.id) == col(Attendance.member_id)
_REPORTED = and_(
    col(AbsenceReport.meeting_id) == col(Attendance.meeting_id),
    col(AbsenceReport.member_id) == col(Attendance.member_id),
    col(AbsenceReport.status) != AbsenceStatus.WITHDRAWN,
)
_BY_NAME = (col(Member.sort_key), col(Attendance.id), col(AbsenceReport.id))


def _write(work: Work, meeting: Meeting, marks: Sequence[Mark]) -> None:
    """An event for each mark, and each line as its latest event says."""
    connection = work.session.connection()
    connection.execute(_MARK_LINE, [_line_change(work, given) for given in marks])
    connection.execute(_ADD_EVENT, [_event(work, meeting, given) for given in marks])
    meeting.sheet_version += 1


_MARK_LINE = (
    update(Attendance)
    .where(col(Attendance.id) == bindparam("line_id"))
    .values(
        status=bindparam("new_status"),
        source=bindparam("new_source"),
        marked_by=bindparam("new_marked_by"),
        marked_at=bindparam("new_marked_at"),
        version=col(Attendance.version) + 1,
    )
)
_ADD_EVENT = insert(AttendanceEvent)


def _line_change(work: Work, given: Mark) -> dict[str, Any]:
    return {
        "line_id": given.line_id,
        "new_status": given.status,
        "new_source": given.source,
        "new_marked_by": work.actor.account_id,
        "new_marked_at": work.now,
    }


def _event(work: Work, meeting: Meeting, given: Mark) -> dict[str, Any]:
    return {
        "id": new_id(),
        "created_at": work.now,
        "version": 1,
        "organization_id": meeting.organization_id,
        "member_id": given.member_id,
        "attendance_id": given.line_id,
        "meeting_id": meeting.id,
        "status": given.status,
        "source": given.source,
        "actor_id": work.actor.account_id,
        "recorded_at": work.now,
        "reason": given.reason,
    }


def _was_submitted(meeting: Meeting) -> bool:
    """Once submitted, every change tells its reason, also after a return or a reopening."""
    return meeting.first_submitted_at is not None


def _came_anyway(marks: Sequence[Mark], lines: dict[UUID, Line]) -> list[UUID]:
    """The standing reports of those marked present: presence wins."""
    reports = (
        lines[given.member_id].absence_report
        for given in marks
        if given.status is AttendanceStatus.PRESENT
    )
    return [report.id for report in reports if report is not None and report.status in STANDING]


def _note_who_came(work: Work, report_ids: Sequence[UUID]) -> None:
    if report_ids:
        work.session.execute(
            update(AbsenceReport)
            .where(col(AbsenceReport.id).in_(report_ids))
            .values(status=AbsenceStatus.CAME_ANYWAY, version=col(AbsenceReport.version) + 1)
            .execution_options(scoped="of a reached meeting", synchronize_session=False)
        )


def _as_marked(
    work: Work, marks: Sequence[Mark], lines: dict[UUID, Line], came: Sequence[UUID]
) -> list[Line]:
    marked = []
    for given in marks:
        line = lines[given.member_id]
        report = line.absence_report
        if report is not None and report.id in came:
            report = report._replace(status=AbsenceStatus.CAME_ANYWAY)
        marked.append(
            replace(
                line,
                status=given.status,
                source=given.source,
                marked_by=work.actor.account_id,
                marked_at=work.now,
                absence_report=report,
            )
        )
    return marked
