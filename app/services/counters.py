"""How often a member was absent: the counts behind the alerts, and of one's own year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import pick
from app.models import HELD_STATUSES, Attendance, AttendanceStatus, Meeting, MeetingKind
from app.work import Work

_S = AttendanceStatus
_IN_ORDER = {_S.PRESENT, _S.ABSENT_EXCUSED}


class Mark(NamedTuple):
    """What the sheet of a regular meeting says of one member."""

    starts_at: datetime
    status: AttendanceStatus


def unexcused_months(marks: Iterable[Mark], year: int) -> int:
    """Local months of a year whose regular meetings were all missed without excuse.

    By Điều lệ 8.1 three of them count, one after another or not.
    """
    by_month: dict[int, set[AttendanceStatus]] = defaultdict(set)
    for mark in marks:
        day = local_date(mark.starts_at)
        if day.year == year:
            by_month[day.month].add(mark.status)
    return sum(_S.ABSENT_UNEXCUSED in said and not said & _IN_ORDER for said in by_month.values())


def excused_in_a_row(marks: Iterable[Mark]) -> int:
    """How many of the latest regular meetings were missed with excuse, one after another.

    Where nobody was awaited or marked, nothing is said.
    """
    run = 0
    for mark in sorted(marks, reverse=True):
        if mark.status is _S.ABSENT_EXCUSED:
            run += 1
        elif mark.status in (_S.PRESENT, _S.ABSENT_UNEXCUSED):
            break
    return run


def regular_marks(
    work: Work, of_members: ColumnElement[bool], since: datetime
) -> Mapping[UUID, list[Mark]]:
    """The marks of some members at regular meetings held since then, in whatever cell."""
    statement = (
        pick(Attendance.member_id, Meeting.starts_at, Attendance.status)
        .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .where(
            of_members,
            col(Meeting.kind) == MeetingKind.REGULAR,
            col(Meeting.status).in_(HELD_STATUSES),
            col(Meeting.starts_at) >= since,
        )
    )
    found: dict[UUID, list[Mark]] = defaultdict(list)
    records: Any = work.session.execute(
        statement.execution_options(scoped="counted for members already reached")
    )
    for member_id, starts_at, status in records:
        found[member_id].append(Mark(starts_at, status))
    return found
