"""The lines of attendance sheets as they are read, and the one way in which they are written.

Whoever writes lines holds the row of their meeting, so that writers queue instead of failing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, insert, update
from sqlmodel import col

from app.core.ids import new_id
from app.models import (
    AbsenceReport,
    AbsenceStatus,
    Attendance,
    AttendanceEvent,
    AttendanceStatus,
    Meeting,
    Member,
)
from app.models.absence_reports import STANDING
from app.models.base import OrganizationRow
from app.services import period_locks
from app.services.sheets import Line, Mark, Report
from app.work import Work

COLUMNS: tuple[Any, ...] = (
    Attendance.id,
    Attendance.member_id,
    Member.full_name,
    Attendance.roster_reason,
    Attendance.status,
    Attendance.source,
    Attendance.marked_by,
    Attendance.marked_at,
    Attendance.came_at,
    Attendance.may_vote,
    Attendance.version,
    AbsenceReport.id,
    AbsenceReport.reason,
    AbsenceReport.status,
)


def hold(work: Work, meeting: Meeting) -> None:
    """Let no other writer at a meeting and its sheet, and see it as the last one left it.

    `PeriodLocked` when its month is locked.
    """
    work.session.refresh(meeting, with_for_update={"key_share": True})
    period_locks.expect_meeting_open(work, meeting)


def shown(statement: Select[Any]) -> Select[Any]:
    """Lines with what the sheet says of them, in the order of names; it selects `COLUMNS`."""
    return (
        statement.join(Member, _OF_MEMBER).outerjoin(AbsenceReport, _REPORTED).order_by(*_BY_NAME)
    )


def read(
    work: Work,
    statement: Select[Any],
    late_after: datetime,
    asked: Mapping[str, Any] | None = None,
) -> dict[UUID, Line]:
    """Lines by member. Of several reports of one member the latest is shown."""
    lines: dict[UUID, Line] = {}
    for *facts, report_id, reason, status in work.session.execute(statement, asked):
        report = Report(report_id, reason, status) if report_id else None
        line = Line(late_after, report, *facts)
        lines[line.member_id] = line
    return lines


def write(
    work: Work, meeting: OrganizationRow, marks: Sequence[Mark], lines: Mapping[UUID, Line]
) -> int:
    """An event for each mark, each line as its latest event says; the sheet's new version."""
    connection = work.session.connection()
    connection.execute(_MARK_LINE, [_line_change(work, given) for given in marks])
    connection.execute(_ADD_EVENT, [_event(work, meeting, given) for given in marks])
    if came := came_anyway(marks, lines):
        work.session.execute(
            update(AbsenceReport)
            .where(col(AbsenceReport.id).in_(came))
            .values(status=AbsenceStatus.CAME_ANYWAY, version=col(AbsenceReport.version) + 1)
            .execution_options(scoped="of a reached meeting", synchronize_session=False)
        )
    return renew(work, meeting.id)


def came_anyway(marks: Iterable[Mark], lines: Mapping[UUID, Line]) -> list[UUID]:
    """The standing reports of those marked present: presence wins."""
    reports = (
        lines[given.member_id].absence_report
        for given in marks
        if given.status is AttendanceStatus.PRESENT
    )
    return [report.id for report in reports if report is not None and report.status in STANDING]


def renew(work: Work, meeting_id: UUID) -> int:
    """Give a sheet another version, because something it shows has changed.

    The meeting's own stays: whoever ends a meeting does not fail because somebody just came in.
    """
    work.session.flush()  # what goes past the session must not overtake it
    return work.session.connection().execute(_RENEW, {"meeting": meeting_id}).scalar() or 0


_OF_MEMBER = col(Member.id) == col(Attendance.member_id)
_REPORTED = and_(
    col(AbsenceReport.meeting_id) == col(Attendance.meeting_id),
    col(AbsenceReport.member_id) == col(Attendance.member_id),
    col(AbsenceReport.status) != AbsenceStatus.WITHDRAWN,
)
_BY_NAME = (col(Member.sort_key), col(Attendance.id), col(AbsenceReport.id))
_MARK_LINE = (
    update(Attendance)
    .where(col(Attendance.id) == bindparam("line_id"))
    .values(
        status=bindparam("new_status"),
        source=bindparam("new_source"),
        marked_by=bindparam("new_marked_by"),
        marked_at=bindparam("new_marked_at"),
        came_at=bindparam("new_came_at"),
        version=bindparam("new_version"),
    )
)
_ADD_EVENT = insert(AttendanceEvent)
_RENEW = (
    update(Meeting)
    .where(col(Meeting.id) == bindparam("meeting"), col(Meeting.sheet_version) > 0)
    .values(sheet_version=col(Meeting.sheet_version) + 1)
    .returning(col(Meeting.sheet_version))
)


def _line_change(work: Work, given: Mark) -> dict[str, Any]:
    return {
        "line_id": given.line_id,
        "new_status": given.status,
        "new_source": given.source,
        "new_marked_by": work.actor.account_id,
        "new_marked_at": work.now,
        "new_came_at": given.came_at,
        "new_version": given.line_version,
    }


def _event(work: Work, meeting: OrganizationRow, given: Mark) -> dict[str, Any]:
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
        "captured_at": given.captured_at,
        "line_version": given.line_version,
        "check_in_id": given.check_in_id,
        "reason": given.reason,
    }
