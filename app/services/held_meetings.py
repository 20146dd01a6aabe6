"""Meetings that were held and come in afterwards, many at once, as they would have one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col

from app.core.errors import NotFound
from app.core.ids import new_id
from app.models import (
    Attendance,
    AttendanceEvent,
    AttendanceSource,
    AttendanceStatus,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Minutes,
    Organization,
    RosterExclusion,
    RosterReason,
)
from app.models.base import Row
from app.policies.permissions import Permission
from app.services import figures, meeting_times, rosters
from app.services.rosters import Place, Roster, first_status
from app.services.sheets import NotOnRoster
from app.work import Work

_EXEMPT = RosterReason.EXEMPT
_ABSENT = (AttendanceStatus.ABSENT_EXCUSED, AttendanceStatus.ABSENT_UNEXCUSED)


@dataclass(frozen=True)
class HeldMeeting:
    """Everybody on the roster was there but those in `absences`, and the exempt.

    The minutes were written when it was submitted, unless told otherwise.
    """

    organization_id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    submitted_at: datetime
    minutes: str
    kind: MeetingKind = MeetingKind.REGULAR
    notice_sent_at: datetime | None = None
    documents_published_at: datetime | None = None
    minutes_written_at: datetime | None = None
    absences: Mapping[UUID, AttendanceStatus] = field(default_factory=dict)


def record(work: Work, held: Sequence[HeldMeeting]) -> list[Meeting]:
    """Write them as submitted, with roster, marks, events and minutes; recount once for all."""
    _check_cells(work, held)
    meetings = [work.add(_meeting(work, one)) for one in held]
    work.session.flush()
    lines: list[dict[str, Any]] = []
    exclusions: list[dict[str, Any]] = []
    minutes: list[dict[str, Any]] = []
    for one, meeting, roster in zip(held, meetings, rosters.draw(work, meetings), strict=True):
        _check_absences(one, roster)
        for member_id, place in roster.places.items():
            status = _status(one, member_id, place.reason)
            lines.append(_line(work, meeting, member_id, place=place, status=status))
        exclusions += rosters.exclusions_of(work, meeting, roster)
        minutes.append(_minutes(work, one, meeting))
        work.record("meeting.created", meeting)
        work.record("meeting.submitted", meeting)
    _insert(work, Minutes, minutes)
    _insert(work, Attendance, lines)
    _insert(work, RosterExclusion, exclusions)
    _insert(work, AttendanceEvent, [event_of(line) for line in lines if line["source"] is not None])
    figures.recount_meetings(work, meetings)
    return meetings


def _check_cells(work: Work, held: Sequence[HeldMeeting]) -> None:
    """One query for all cells: each must be reached, or nothing is written."""
    wanted = {one.organization_id for one in held}
    statement = work.within_reach(Permission.MEETING_CREATE, Organization)
    found = work.session.execute(statement.where(col(Organization.id).in_(wanted))).scalars()
    cells: dict[UUID, Organization] = {cell.id: cell for cell in found}
    if cells.keys() != wanted:
        raise NotFound
    for one in held:
        meeting_times.check(cells[one.organization_id], one.starts_at, one.ends_at)


def _meeting(work: Work, one: HeldMeeting) -> Meeting:
    return Meeting(
        organization_id=one.organization_id,
        kind=one.kind,
        title=one.title,
        place=one.place,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        status=MeetingStatus.SUBMITTED,
        scheduled_at=one.notice_sent_at or work.now,
        notice_sent_at=one.notice_sent_at,
        documents_published_at=one.documents_published_at,
        minutes_written_at=one.minutes_written_at or one.submitted_at,
        opened_at=one.starts_at,
        ended_at=one.ends_at,
        first_submitted_at=one.submitted_at,
        sheet_version=1,
        created_at=work.now,
        created_by=work.actor.account_id,
    )


def _check_absences(one: HeldMeeting, roster: Roster) -> None:
    for member_id, status in one.absences.items():
        place = roster.places.get(member_id)
        if status not in _ABSENT or place is None or place.reason is _EXEMPT:
            raise NotOnRoster


def _status(one: HeldMeeting, member_id: UUID, reason: RosterReason) -> AttendanceStatus:
    if reason is _EXEMPT:
        return first_status(reason)
    return one.absences.get(member_id, AttendanceStatus.PRESENT)


def _line(
    work: Work, meeting: Meeting, member_id: UUID, *, place: Place, status: AttendanceStatus
) -> dict[str, Any]:
    is_marked = status is not first_status(place.reason)
    return {
        "id": new_id(),
        "created_at": work.now,
        "version": 1,
        "organization_id": meeting.organization_id,
        "meeting_id": meeting.id,
        "member_id": member_id,
        "roster_reason": place.reason,
        "may_vote": place.may_vote,
        "status": status,
        "source": AttendanceSource.IMPORT if is_marked else None,
        "marked_by": work.actor.account_id if is_marked else None,
        "marked_at": meeting.first_submitted_at if is_marked else None,
    }


def _insert(work: Work, model: type[Row], rows: list[dict[str, Any]]) -> None:
    """Past the session, which would make much of each of a hundred thousand rows."""
    if rows:
        work.session.connection().execute(insert(model), rows)


def event_of(line: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
    """What the history of a line begins with."""
    return {
        "id": new_id(),
        "created_at": line["created_at"],
        "version": 1,
        "organization_id": line["organization_id"],
        "member_id": line["member_id"],
        "attendance_id": line["id"],
        "meeting_id": line["meeting_id"],
        "status": line["status"],
        "source": line["source"],
        "actor_id": line["marked_by"],
        "recorded_at": line["marked_at"],
        "line_version": line["version"],
        "reason": reason,
    }


def _minutes(work: Work, one: HeldMeeting, meeting: Meeting) -> dict[str, Any]:
    return {
        "id": new_id(),
        "created_at": work.now,
        "version": 1,
        "organization_id": meeting.organization_id,
        "meeting_id": meeting.id,
        "text": one.minutes,
        "written_by": work.actor.account_id,
        "written_at": meeting.minutes_written_at,
    }
