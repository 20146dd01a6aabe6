"""One sheet marked through the service, beside the same rows written by hand."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, update
from sqlmodel import col, select

from app.core import clock, database
from app.core.ids import new_id
from app.core.selects import pick
from app.models import (
    Account,
    Attendance,
    AttendanceEvent,
    AttendanceSource,
    AttendanceStatus,
    AuditEntry,
    Figure,
    FigureDelta,
    Meeting,
    MeetingStatus,
    Office,
    Organization,
    Role,
)
from app.models.organizations import SEGMENT_WIDTH
from app.policies.actors import Actor, Held
from app.policies.roles import Position
from app.schemas.attendances import AttendanceMark, AttendanceMarks
from app.schemas.meetings import MeetingReopen
from app.services import attendances, meetings
from app.work import Work
from bench.samples import Sample

MEMBERS, PAIRS, WARMING = 19, 120, 10
REASON = "Đo tốc độ."  # a sheet that was submitted once takes no mark without one


@dataclass(frozen=True)
class Evening:
    """A meeting that has ended, and whose sheet is still with the secretary."""

    meeting: Meeting
    secretary: Actor
    path: str
    lines: Sequence[Any]  # the id of each line and of its member


def main() -> None:
    """The service says that all were away, the hand that all were there: each line changes."""
    evening = find_evening()
    for number in range(WARMING + PAIRS):
        ours = mark(evening, evening.meeting.sheet_version + 2 * number)
        reference = write(evening)
        if number >= WARMING:
            Sample("sheet", ours * 1000, reference * 1000).hand_over()


def find_evening() -> Evening:
    """The latest meeting with a full sheet, opened again by the secretary of its cell."""
    of_right_size = (
        select(Attendance.meeting_id)
        .group_by(col(Attendance.meeting_id))
        .having(func.count() == MEMBERS)
    )
    statement = (
        pick(Meeting.id, Organization.path, Account.id.label("account_id"), Account.member_id)  # type: ignore[attr-defined]  # a column
        .join(Organization, col(Organization.id) == Meeting.organization_id)
        .join(Office, col(Office.organization_id) == Organization.id)
        .join(Account, col(Account.member_id) == Office.member_id)
        .where(
            col(Office.role) == Role.SECRETARY,
            col(Meeting.status) == MeetingStatus.SUBMITTED,
            col(Meeting.id).in_(of_right_size),
        )
        .order_by(col(Meeting.first_submitted_at).desc())
        .execution_options(scoped="any meeting will do")
    )
    with database.writing() as session:
        meeting_id, path, account_id, member_id = session.execute(statement.limit(1)).one()
        held = (Held(Position.CELL_SECRETARY, path), Held(Position.MEMBER, path))
        secretary = Actor(account_id=account_id, member_id=member_id, held=held)
        work = Work(session, secretary, clock.now())
        meeting = meetings.reopen(work, meeting_id, MeetingReopen(reason=REASON))
        sheet = attendances.get(work, meeting_id)
        return Evening(meeting, secretary, path, [(one.id, one.member_id) for one in sheet.items])


def mark(evening: Evening, version: int) -> float:
    """What a request does once its body is read, from the first statement to the commit."""
    away = AttendanceStatus.ABSENT_EXCUSED
    marks = AttendanceMarks(
        lines=[
            AttendanceMark(member_id=member, status=away, reason=REASON)
            for _, member in evening.lines
        ]
    )
    started = time.perf_counter()
    with database.writing() as session:
        work = Work(session, evening.secretary, clock.now())
        attendances.mark(work, evening.meeting.id, marks, version)
    return time.perf_counter() - started


def write(evening: Evening) -> float:
    """The same rows by somebody who knows them all beforehand and asks for nothing."""
    meeting, now = evening.meeting, clock.now()
    started = time.perf_counter()
    with database.engine().begin() as connection:
        connection.execute(_LINE, [_line(evening, line, now) for line, _ in evening.lines])
        connection.execute(_EVENT, [_event(evening, pair, now) for pair in evening.lines])
        connection.execute(_TRACE, _trace(evening, now))
        connection.execute(_MEETING, {"meeting": meeting.id})
        _count(connection, evening)
    return time.perf_counter() - started


_LINE = (
    update(Attendance)
    .where(col(Attendance.id) == bindparam("line"))
    .values(
        status=bindparam("now_status"),
        source=bindparam("now_source"),
        marked_by=bindparam("now_by"),
        marked_at=bindparam("now_at"),
        version=col(Attendance.version) + 1,
    )
)
_EVENT, _TRACE, _DELTA = insert(AttendanceEvent), insert(AuditEntry), insert(FigureDelta)
_MEETING = (
    update(Meeting)
    .where(col(Meeting.id) == bindparam("meeting"))
    .values(sheet_version=col(Meeting.sheet_version) + 1, version=col(Meeting.version) + 1)
)
_FIGURE = (
    update(Figure)
    .where(col(Figure.period) == bindparam("at_period"), col(Figure.path) == bindparam("at"))
    .values(present=col(Figure.present) + MEMBERS, excused=col(Figure.excused) - MEMBERS)
)


def _line(evening: Evening, line: UUID, now: datetime) -> dict[str, Any]:
    return {
        "line": line,
        "now_status": AttendanceStatus.PRESENT,
        "now_source": AttendanceSource.SECRETARY,
        "now_by": evening.secretary.account_id,
        "now_at": now,
    }


def _event(evening: Evening, pair: tuple[UUID, UUID], now: datetime) -> dict[str, Any]:
    line, member = pair
    return {
        "id": new_id(),
        "created_at": now,
        "version": 1,
        "organization_id": evening.meeting.organization_id,
        "member_id": member,
        "attendance_id": line,
        "meeting_id": evening.meeting.id,
        "status": AttendanceStatus.PRESENT,
        "source": AttendanceSource.SECRETARY,
        "actor_id": evening.secretary.account_id,
        "recorded_at": now,
        "reason": REASON,
    }


def _trace(evening: Evening, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "created_at": now,
        "version": 1,
        "actor_id": evening.secretary.account_id,
        "action": "attendance.marked",
        "organization_id": evening.meeting.organization_id,
        "subject_id": evening.meeting.id,
        "details": {"lines": MEMBERS, "came_anyway": []},
    }


def _count(connection: Connection, evening: Evening) -> None:
    """On PostgreSQL a delta for the units above, on SQLite the units above themselves."""
    path, period = evening.path, evening.meeting.period
    if connection.dialect.name == "postgresql":
        changed = {"period": period, "path": path, "present": MEMBERS, "excused": -MEMBERS}
        connection.execute(_DELTA, changed)
        ends = [len(path)]
    else:
        ends = list(range(SEGMENT_WIDTH, len(path) + 1, SEGMENT_WIDTH))
    connection.execute(_FIGURE, [{"at_period": period, "at": path[:end]} for end in ends])


if __name__ == "__main__":
    main()
