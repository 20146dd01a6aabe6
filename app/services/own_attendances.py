"""How a member was marked in a year, what may still be objected to, and how that counts."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col, select

from app.core.clock import day_starts_at, local_date
from app.core.errors import Invalid
from app.models import (
    HELD_STATUSES,
    Attendance,
    AttendanceStatus,
    Meeting,
    Objection,
    ObjectionStatus,
    Organization,
)
from app.policies.permissions import Permission
from app.schemas.base import OrganizationBrief
from app.schemas.objections import ObjectionRead
from app.schemas.own_attendances import OwnAttendance, OwnAttendances, OwnCounters, OwnMeeting
from app.schemas.settings import Rules
from app.services import counters, objections, rules
from app.work import Work

_S = AttendanceStatus
#: Whole years before the running one: so 24 months can be read at any time.
YEARS_BEFORE = 2


def get(work: Work, asked: int | None) -> OwnAttendances:
    """The running local year or one of the two before; nothing for an account without a member."""
    running = local_date(work.now).year
    year = running if asked is None else asked
    if not running - YEARS_BEFORE <= year <= running:
        raise Invalid.at(
            "/year",
            "out_of_range",
            f"Chỉ xem được năm nay và {YEARS_BEFORE} năm trước.",
            f"Only this year and the {YEARS_BEFORE} before are kept at hand.",
        )
    lines = work.within_reach(
        Permission.ATTENDANCE_READ, Attendance, Attendance, Meeting, Organization
    ).where(col(Attendance.member_id) == work.actor.member_id)
    return of_year(work, lines, work.actor.member_id, year)


def of_year(work: Work, lines: Select[Any], member_id: UUID | None, year: int) -> OwnAttendances:
    """A member's local year; `lines` selects the lines that may be read, their meeting and cell."""
    items = _items(work, lines, year)
    counts = _counters(work, member_id, items, year)
    return OwnAttendances(year=year, items=items, counters=counts)


def _items(work: Work, lines: Select[Any], year: int) -> list[OwnAttendance]:
    statement = (
        lines.join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .join(Organization, col(Organization.id) == Meeting.organization_id)
        .where(
            col(Meeting.status).in_(HELD_STATUSES),
            col(Meeting.starts_at) >= _begins_at(year),
            col(Meeting.starts_at) < _begins_at(year + 1),
        )
        .order_by(col(Meeting.starts_at).desc(), col(Meeting.id).desc())
    )
    records = work.session.execute(statement).all()
    rulebook = rules.load(work.session, {cell.path for _, _, cell in records})
    latest = _latest_objections(work, [line.id for line, _, _ in records])
    return [
        _item(
            work,
            record,
            rulebook.at(record[2].path, local_date(record[1].starts_at)),
            latest.get(record[0].id),
        )
        for record in records
    ]


def _item(work: Work, record: Any, decided: Rules, objection: Objection | None) -> OwnAttendance:
    line, meeting, cell = record
    late_after = meeting.starts_at + timedelta(minutes=decided.late_after_minutes)
    until = objections.open_until(line, meeting, decided)
    is_waiting = objection is not None and objection.status is ObjectionStatus.PENDING
    is_over = until is None or until < work.now
    return OwnAttendance(
        attendance_id=line.id,
        meeting=OwnMeeting(
            id=meeting.id,
            title=meeting.title,
            kind=meeting.kind,
            starts_at=meeting.starts_at,
            is_imported=meeting.is_imported,
            organization=OrganizationBrief.model_validate(cell),
        ),
        status=line.status,
        is_late=line.came_at is not None and line.came_at > late_after,
        source=line.source,
        marked_at=line.marked_at,
        came_at=line.came_at,
        can_object_until=None if is_waiting or is_over else until,
        objection=ObjectionRead.model_validate(objection) if objection else None,
    )


def _latest_objections(work: Work, line_ids: Sequence[UUID]) -> dict[UUID, Objection]:
    """The last one said about each line."""
    statement = (
        select(Objection)
        .where(col(Objection.attendance_id).in_(line_ids))
        .order_by(col(Objection.id))
        .execution_options(scoped="about lines already reached")
    )
    return {row.attendance_id: row for row in work.session.exec(statement)}


def _counters(
    work: Work, member_id: UUID | None, items: Sequence[OwnAttendance], year: int
) -> OwnCounters:
    own = col(Attendance.member_id) == member_id
    found = counters.regular_marks(work, own, since=_begins_at(year - 1))
    marks = [
        mark for said in found.values() for mark in said if mark.starts_at < _begins_at(year + 1)
    ]
    by_status = Counter(item.status for item in items)
    return OwnCounters(
        meetings=len(items),
        present=by_status[_S.PRESENT],
        excused=by_status[_S.ABSENT_EXCUSED],
        unexcused=by_status[_S.ABSENT_UNEXCUSED],
        late=sum(item.is_late for item in items),
        unexcused_months=counters.unexcused_months(marks, year),
        excused_in_a_row=counters.excused_in_a_row(marks),
    )


def _begins_at(year: int) -> datetime:
    return day_starts_at(date(year, 1, 1))
