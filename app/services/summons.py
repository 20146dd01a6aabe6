"""The roster as it is read: everybody of the cell by name, summoned or not, and why."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col

from app.core.selects import pick
from app.models import (
    Attendance,
    AttendanceStatus,
    ExclusionReason,
    Meeting,
    MeetingStatus,
    Member,
    RosterExclusion,
    RosterReason,
)
from app.policies.permissions import Permission
from app.schemas.meetings import RosterItem, RosterRead
from app.services import looks, rosters
from app.work import Work

_S = MeetingStatus
_NEVER_OPENED = (_S.DRAFT, _S.SCHEDULED, _S.POSTPONED, _S.CANCELLED)


class _Placed(NamedTuple):
    is_summoned: bool
    reason: RosterReason | ExclusionReason
    may_vote: bool


def get(work: Work, meeting_id: UUID) -> RosterRead:
    """As it was frozen; before that as the meeting's day would have it today."""
    meeting = work.fetch(Permission.ATTENDANCE_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    is_frozen = meeting.status not in _NEVER_OPENED
    found = dict((_frozen if is_frozen else _drawn)(work, meeting))
    names = pick(Member.id, Member.full_name).where(col(Member.id).in_(found))
    by_name = names.order_by(col(Member.sort_key), col(Member.id))
    people = work.session.execute(by_name.execution_options(scoped="of a reached meeting"))
    items = [
        RosterItem(member_id=member_id, full_name=full_name, **found[member_id]._asdict())
        for member_id, full_name in people
    ]
    return RosterRead(meeting_id=meeting.id, is_frozen=is_frozen, items=items)


def _frozen(work: Work, meeting: Meeting) -> Iterator[tuple[UUID, _Placed]]:
    lines = pick(
        Attendance.member_id, Attendance.roster_reason, Attendance.may_vote, Attendance.status
    ).where(col(Attendance.meeting_id) == meeting.id)
    for member_id, reason, may_vote, status in _records(work, lines):
        is_summoned = reason is not RosterReason.EXEMPT or status is AttendanceStatus.PRESENT
        yield member_id, _Placed(is_summoned, reason, may_vote)
    exclusions = pick(RosterExclusion.member_id, RosterExclusion.reason).where(
        col(RosterExclusion.meeting_id) == meeting.id
    )
    for member_id, reason in _records(work, exclusions):
        yield member_id, _out(reason)


def _drawn(work: Work, meeting: Meeting) -> Iterator[tuple[UUID, _Placed]]:
    (roster,) = rosters.draw(work, [meeting])
    for member_id, (reason, may_vote) in roster.places.items():
        yield member_id, _Placed(reason is not RosterReason.EXEMPT, reason, may_vote)
    for member_id, excluded in roster.excluded.items():
        yield member_id, _out(excluded)


def _out(reason: ExclusionReason) -> _Placed:
    return _Placed(is_summoned=False, reason=reason, may_vote=False)


def _records(work: Work, statement: Select[Any]) -> Any:
    return work.session.execute(statement.execution_options(scoped="of a reached meeting"))
