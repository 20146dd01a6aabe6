"""Who was there: the totals of a meeting, read from its sheet and its guests at every look."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import case
from sqlmodel import col, func

from app.core.selects import pick
from app.models import (
    Attendance,
    AttendanceStatus,
    Guest,
    GuestKind,
    Meeting,
    RosterReason,
)
from app.schemas.minutes import MinutesTotals
from app.services import rooms
from app.work import Work

_S = AttendanceStatus


class Counted(NamedTuple):
    """`vote_base` are those entitled to vote; None until there is a roster."""

    totals: MinutesTotals
    vote_base: int | None


def count(work: Work, meeting: Meeting) -> Counted:
    """Of a meeting whose minutes may be read."""
    lines = _lines(work, meeting)
    summoned = [line for line in lines if line.status is not _S.EXEMPT]
    reasons = _tally((line.roster_reason, line.number) for line in summoned)
    statuses = _tally((line.status, line.number) for line in lines)
    guests = _tally(_guests(work, meeting))
    totals = MinutesTotals(
        summoned=reasons.total(),
        official=reasons[RosterReason.OFFICIAL],
        probationary=reasons[RosterReason.PROBATIONARY],
        temporary=reasons[RosterReason.TEMPORARY],
        present=statuses[_S.PRESENT],
        absent_excused=statuses[_S.ABSENT_EXCUSED],
        absent_unexcused=statuses[_S.ABSENT_UNEXCUSED],
        unmarked=statuses[_S.UNMARKED],
        exempt=statuses[_S.EXEMPT],
        late=sum(line.late for line in lines),
        minutes_long=_length(meeting),
        guests=guests[GuestKind.GUEST],
        superiors=guests[GuestKind.SUPERIOR],
    )
    # Who is summoned and may vote, away or not; of the exempt only those who came.
    base = sum(line.number for line in summoned if line.may_vote)
    return Counted(totals, base if lines else None)


def _lines(work: Work, meeting: Meeting) -> list[Any]:
    """So many of a kind."""
    late = col(Attendance.came_at) > rooms.late_after(meeting, rooms.rules_of(work, meeting))
    kinds = (Attendance.roster_reason, Attendance.status, Attendance.may_vote)
    statement = (
        pick(*kinds, func.count().label("number"), func.count(case((late, 1))).label("late"))
        .where(col(Attendance.meeting_id) == meeting.id)
        .group_by(*(col(kind) for kind in kinds))
    )
    return list(work.session.execute(statement.execution_options(scoped="of a reached meeting")))


def _guests(work: Work, meeting: Meeting) -> Iterable[Any]:
    statement = (
        pick(Guest.kind, func.count())
        .where(col(Guest.meeting_id) == meeting.id, col(Guest.withdrawn_at).is_(None))
        .group_by(col(Guest.kind))
    )
    return work.session.execute(statement.execution_options(scoped="of a reached meeting"))


def _tally(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    counted: Counter[Any] = Counter()
    for kind, number in pairs:
        counted[kind] += number
    return counted


def _length(meeting: Meeting) -> int | None:
    """From its start to its end; one opened early did not begin early."""
    if meeting.ended_at is None:
        return None
    return max(meeting.ended_at - meeting.starts_at, timedelta()) // timedelta(minutes=1)
