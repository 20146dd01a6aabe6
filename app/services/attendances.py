"""The attendance sheet: marked all or nothing, each mark an event that stays."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from app.core.errors import InvalidTransition
from app.core.paging import Page
from app.models import (
    HELD_STATUSES,
    Attendance,
    AttendanceEvent,
    AttendanceStatus,
    CheckIn,
    CheckInStatus,
    Meeting,
)
from app.policies.permissions import Permission
from app.schemas.attendances import AttendanceMarks, PresentExcept
from app.services import alerts, figures, lines, looks, rooms, sheets
from app.services.sheets import Line, Mark, Sheet
from app.services.versions import expect_version
from app.work import Work


def get(work: Work, meeting_id: UUID) -> Sheet:
    meeting = work.fetch(Permission.MEETING_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    shown = _lines(work, Permission.ATTENDANCE_READ, meeting)
    return Sheet(meeting.id, meeting.sheet_version, list(shown.values()))


def mark(work: Work, meeting_id: UUID, data: AttendanceMarks, if_match: int | None) -> Sheet:
    """Every mark or none; lines not named, and marks that change nothing, leave no event."""
    meeting = _take(work, meeting_id)
    expect_version(meeting.sheet_version, if_match)
    expect_writable(meeting)
    before = _lines(work, Permission.ATTENDANCE_MARK, meeting)
    marks = sheets.judge(data.lines, before, after_submission=sheets.was_submitted(meeting))
    return _write(work, meeting, marks, before)


def mark_all_present(work: Work, meeting_id: UUID, data: PresentExcept) -> Sheet:
    """Only lines that nobody marked; it needs no version, for it overrides nobody."""
    meeting = _take(work, meeting_id)
    expect_writable(meeting)
    before = _lines(work, Permission.ATTENDANCE_MARK, meeting)
    return _write(work, meeting, sheets.all_present(before, data.absent), before)


def complete(work: Work, meeting: Meeting, unmarked_as: AttendanceStatus | None) -> None:
    """Mark what is left of the sheet of a meeting that is being submitted."""
    before = _lines(work, Permission.MEETING_SUBMIT, meeting)
    unmarked = [line for line in before.values() if line.status is AttendanceStatus.UNMARKED]
    marks = sheets.complete(unmarked, _awaiting(work, meeting, unmarked), unmarked_as)
    if marks:
        lines.write(work, meeting, marks, before)
        work.record("attendance.marked", meeting, lines=len(marks), completed=True)


def history(work: Work, attendance_id: UUID) -> Page[AttendanceEvent]:
    """In the order in which they were written, whatever the clocks said."""
    line = work.fetch(Permission.ATTENDANCE_READ, Attendance, attendance_id)
    looks.note_part(work, line.meeting_id)
    event = AttendanceEvent
    statement = (
        select(event)
        .where(col(event.attendance_id) == line.id)
        .order_by(func.coalesce(event.line_version, 0), col(event.recorded_at), col(event.id))
        .execution_options(scoped="of a reached line")
    )
    return Page(items=work.session.exec(statement).all(), next_cursor=None)


def renew(work: Work, meeting_id: UUID) -> None:
    """Give a sheet another version, because something it shows has changed."""
    lines.renew(work, meeting_id)


def expect_writable(meeting: Meeting) -> None:
    """`InvalidTransition` unless the sheet is in the cell's hands."""
    if meeting.status not in sheets.WRITABLE:
        raise InvalidTransition(allowed=meeting.allowed())


def recount(work: Work, meeting: Meeting) -> None:
    """Bring figures and alerts up to date, if the meeting counts."""
    if meeting.status in HELD_STATUSES:
        figures.recount(work, [meeting.organization_id], [meeting.period])
        alerts.review(work, meeting)


def _take(work: Work, meeting_id: UUID) -> Meeting:
    meeting = work.fetch(Permission.ATTENDANCE_MARK, Meeting, meeting_id)
    lines.hold(work, meeting)
    return meeting


def _lines(work: Work, permission: Permission, meeting: Meeting) -> dict[UUID, Line]:
    statement: Any = work.within_reach(permission, Attendance, *lines.COLUMNS)
    statement = statement.where(col(Attendance.meeting_id) == meeting.id)
    return lines.read(
        work, lines.shown(statement), rooms.late_after(meeting, rooms.rules_of(work, meeting))
    )


def _awaiting(work: Work, meeting: Meeting, lines_: Sequence[Line]) -> dict[UUID, list[UUID]]:
    """By member: the check-ins to these lines that are still to be decided."""
    statement = (
        select(CheckIn.member_id, CheckIn.id)
        .where(
            col(CheckIn.meeting_id) == meeting.id,
            col(CheckIn.status) == CheckInStatus.AWAITING,
            col(CheckIn.member_id).in_([line.member_id for line in lines_]),
        )
        .execution_options(scoped="of a reached meeting")
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for member_id, check_in_id in work.session.execute(statement):
        found[member_id].append(check_in_id)
    return found


def _write(work: Work, meeting: Meeting, marks: Sequence[Mark], before: dict[UUID, Line]) -> Sheet:
    """The sheet as the marks leave it."""
    if not marks:
        return Sheet(meeting.id, meeting.sheet_version, list(before.values()))
    version = lines.write(work, meeting, marks, before)
    came = [str(report_id) for report_id in lines.came_anyway(marks, before)]
    work.record("attendance.marked", meeting, lines=len(marks), came_anyway=came)
    recount(work, meeting)
    by, at = work.actor.account_id, work.now
    marked = {given.member_id: before[given.member_id].after(given, by, at) for given in marks}
    return Sheet(meeting.id, version, list((before | marked).values()))
