"""The running count of a meeting, cheap enough to be asked for every few seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import col, func

from app.models import Attendance, AttendanceStatus, Meeting, MeetingStatus
from app.policies.permissions import Permission
from app.schemas.settings import Rules
from app.services import rooms
from app.work import Work

_S = AttendanceStatus


@dataclass(frozen=True)
class Evening:
    """A meeting that is watched, with the rules by which it is counted."""

    meeting: Meeting
    rules: Rules

    @property
    def version(self) -> int:
        """Both only grow, so their sum moves with either."""
        return self.meeting.version + self.meeting.sheet_version

    @property
    def tag(self) -> str:
        """Moves with all that the count is made of."""
        return f'"{self.version}-{self.rules.late_after_minutes}-{self.rules.quorum_percent}"'


@dataclass(frozen=True)
class Live:
    meeting_id: UUID
    status: MeetingStatus
    summoned: int
    present: int
    excused: int
    unexcused: int
    unmarked: int
    late: int
    needed_for_quorum: int
    has_quorum: bool
    last_event_at: datetime | None
    sheet_version: int
    version: int


def find(work: Work, meeting_id: UUID) -> Evening:
    """The meeting, of whose sheet the actor may see every line."""
    meeting = work.fetch(Permission.ATTENDANCE_READ, Meeting, meeting_id)
    return Evening(meeting, rooms.rules_of(work, meeting))


def count(work: Work, evening: Evening) -> Live:
    """What stands on the sheet, in one statement."""
    meeting, decided = evening.meeting, evening.rules
    is_late = col(Attendance.came_at) > rooms.late_after(meeting, decided)
    statement = work.within_reach(
        Permission.ATTENDANCE_READ,
        Attendance,
        *(_number(_is(status)).label(status) for status in _S),
        _number(is_late).label("late"),
        _number(_votes()).label("voters"),
        _number(and_(_votes(), _is(_S.PRESENT))).label("voters_present"),
        func.max(Attendance.marked_at).label("last_event_at"),
    ).where(col(Attendance.meeting_id) == meeting.id)
    counted = work.session.execute(statement).one()
    needed = -(-counted.voters * decided.quorum_percent // 100)
    return Live(
        meeting_id=meeting.id,
        status=meeting.status,
        summoned=counted.unmarked
        + counted.present
        + counted.absent_excused
        + counted.absent_unexcused,
        present=counted.present,
        excused=counted.absent_excused,
        unexcused=counted.absent_unexcused,
        unmarked=counted.unmarked,
        late=counted.late,
        needed_for_quorum=needed,
        has_quorum=counted.voters_present >= needed,
        last_event_at=counted.last_event_at,
        sheet_version=meeting.sheet_version,
        version=evening.version,
    )


def _is(status: AttendanceStatus) -> ColumnElement[bool]:
    return col(Attendance.status) == status


def _votes() -> ColumnElement[bool]:
    """An exempt official who stayed away is not among those who vote."""
    return and_(col(Attendance.may_vote), col(Attendance.status) != _S.EXEMPT)


def _number(condition: ColumnElement[bool]) -> Any:
    return func.count(case((condition, 1)))
