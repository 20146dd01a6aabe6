"""Who is summoned to a meeting, decided by the local day on which it starts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, and_, insert, or_
from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import pick
from app.models import (
    Attendance,
    AttendanceStatus,
    Exemption,
    Meeting,
    Member,
    Membership,
    MembershipKind,
    RosterReason,
)
from app.services.denominators import Person, roster_reason
from app.work import Work

Roster = dict[UUID, RosterReason]


@dataclass(frozen=True)
class _Days:
    """From the first to the last day of the meetings at hand."""

    first: date
    last: date

    def touch(self, model: Any) -> Any:
        """Intervals of which a day lies among these."""
        ended = or_(col(model.valid_to).is_(None), col(model.valid_to) > self.first)
        return and_(col(model.valid_from) <= self.last, ended)


def freeze(work: Work, meetings: Sequence[Meeting]) -> None:
    """Write a line for each member on the roster; from now on it stays as it is."""
    rows = [
        {
            "created_at": work.now,
            "organization_id": meeting.organization_id,
            "meeting_id": meeting.id,
            "member_id": member_id,
            "roster_reason": reason,
            "status": first_status(reason),
        }
        for meeting, roster in zip(meetings, draw(work, meetings), strict=True)
        for member_id, reason in roster.items()
    ]
    if rows:
        work.session.execute(insert(Attendance), rows)


def first_status(reason: RosterReason) -> AttendanceStatus:
    """The exempt are marked from the start; whoever comes anyway is marked present."""
    exempt = reason is RosterReason.EXEMPT
    return AttendanceStatus.EXEMPT if exempt else AttendanceStatus.UNMARKED


def draw(work: Work, meetings: Sequence[Meeting]) -> list[Roster]:
    """The roster of each meeting, in their order, by three queries for all of them."""
    if not meetings:
        return []
    dates = [local_date(meeting.starts_at) for meeting in meetings]
    days = _Days(min(dates), max(dates))
    cells = {meeting.organization_id for meeting in meetings}
    belonging = _by_first_column(work, _members_of(cells, days))
    exemptions = _by_first_column(work, _exemptions_of(cells, days))
    elsewhere = _by_first_column(work, _temporary_of(cells, days))
    return [
        _roster_of(
            meeting.organization_id, day, belonging[meeting.organization_id], exemptions, elsewhere
        )
        for meeting, day in zip(meetings, dates, strict=True)
    ]


def _roster_of(
    cell_id: UUID,
    day: date,
    belonging: Sequence[Any],
    exemptions: dict[UUID, list[Any]],
    elsewhere: dict[UUID, list[Any]],
) -> Roster:
    roster: Roster = {}
    # A residence comes last, and so decides for a member who is also temporarily in the cell.
    for record in sorted(belonging, key=lambda record: record.kind is not MembershipKind.TEMPORARY):
        if not _holds(record, day):
            continue
        guest_of = {row.organization_id for row in elsewhere[record.member_id] if _holds(row, day)}
        reason = roster_reason(
            Person(
                # The record carries the two columns that a member's standing follows from.
                standing=Member.standing_on(cast("Member", record), day),
                kind=record.kind,
                exemptions=frozenset(
                    row.kind for row in exemptions[record.member_id] if _holds(row, day)
                ),
                is_temporarily_elsewhere=bool(guest_of - {cell_id}),
            )
        )
        roster.pop(record.member_id, None)
        if reason is not None:
            roster[record.member_id] = reason
    return roster


def _members_of(cells: set[UUID], days: _Days) -> Select[Any]:
    return (
        pick(
            Membership.organization_id,
            Membership.member_id,
            Membership.kind,
            Membership.valid_from,
            Membership.valid_to,
            Member.official_on,
            Member.is_probationary,
        )
        .join(Member, col(Member.id) == Membership.member_id)
        .where(col(Membership.organization_id).in_(cells), days.touch(Membership))
    )


def _exemptions_of(cells: set[UUID], days: _Days) -> Select[Any]:
    return pick(
        Exemption.member_id,
        Exemption.kind,
        Exemption.valid_from,
        Exemption.valid_to,
    ).where(
        col(Exemption.member_id).in_(_belonging(cells, days)),
        days.touch(Exemption),
    )


def _temporary_of(cells: set[UUID], days: _Days) -> Select[Any]:
    return pick(
        Membership.member_id,
        Membership.organization_id,
        Membership.valid_from,
        Membership.valid_to,
    ).where(
        col(Membership.member_id).in_(_belonging(cells, days)),
        col(Membership.kind) == MembershipKind.TEMPORARY,
        days.touch(Membership),
    )


def _belonging(cells: set[UUID], days: _Days) -> Select[Any]:
    return pick(Membership.member_id).where(
        col(Membership.organization_id).in_(cells), days.touch(Membership)
    )


def _by_first_column(work: Work, statement: Select[Any]) -> defaultdict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for record in work.session.execute(statement.execution_options(scoped="of reached meetings")):
        found[record[0]].append(record)
    return found


def _holds(record: Any, day: date) -> bool:
    return record.valid_from <= day and (record.valid_to is None or day < record.valid_to)
