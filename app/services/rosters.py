"""Who is summoned to a meeting, decided by the local day on which it starts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Select, and_, insert, or_
from sqlmodel import col

from app.core.clock import local_date
from app.core.errors import Conflict
from app.core.selects import pick
from app.models import (
    Attendance,
    AttendanceStatus,
    ExclusionReason,
    Exemption,
    Meeting,
    MeetingKind,
    Member,
    Membership,
    MembershipKind,
    Office,
    RosterExclusion,
    RosterReason,
)
from app.policies.roles import AT_A_CELL
from app.services.denominators import Person, exclusion_reason, may_vote, reason_on_it
from app.work import Work


class NobodySummoned(Conflict):
    code = "nobody_summoned"
    vi = "Không có ai thuộc diện triệu tập; họp chi ủy cần có người giữ chức vụ trong chi bộ."
    en = "Nobody is summoned; a committee meets when somebody holds an office in the cell."


class Place(NamedTuple):
    """A line of the roster; the exempt may vote once they are there."""

    reason: RosterReason
    may_vote: bool


@dataclass(frozen=True)
class Roster:
    """Who of the cell has a place, and why the others have none."""

    places: dict[UUID, Place]
    excluded: dict[UUID, ExclusionReason]


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
    """Write down who has a place and who has none; from now on it stays as it is.

    `NobodySummoned` when nobody has one.
    """
    lines: list[dict[str, Any]] = []
    exclusions: list[dict[str, Any]] = []
    for meeting, roster in zip(meetings, draw(work, meetings), strict=True):
        if not roster.places:
            raise NobodySummoned
        lines += [
            _of(work, meeting, member_id)
            | {
                "roster_reason": place.reason,
                "may_vote": place.may_vote,
                "status": first_status(place.reason),
            }
            for member_id, place in roster.places.items()
        ]
        exclusions += exclusions_of(work, meeting, roster)
    work.session.execute(insert(Attendance), lines)
    if exclusions:
        work.session.execute(insert(RosterExclusion), exclusions)


def exclusions_of(work: Work, meeting: Meeting, roster: Roster) -> list[dict[str, Any]]:
    """The rows that say who of the cell was not summoned, and why."""
    return [
        _of(work, meeting, member_id) | {"reason": reason}
        for member_id, reason in roster.excluded.items()
    ]


def _of(work: Work, meeting: Meeting, member_id: UUID) -> dict[str, Any]:
    return {
        "created_at": work.now,
        "organization_id": meeting.organization_id,
        "meeting_id": meeting.id,
        "member_id": member_id,
    }


def first_status(reason: RosterReason) -> AttendanceStatus:
    """The exempt are marked from the start; whoever comes anyway is marked present."""
    exempt = reason is RosterReason.EXEMPT
    return AttendanceStatus.EXEMPT if exempt else AttendanceStatus.UNMARKED


def draw(work: Work, meetings: Sequence[Meeting]) -> list[Roster]:
    """The roster of each meeting, in their order, by a few queries for all of them.

    Of the cell's committee only who holds an office in it on the day.
    """
    if not meetings:
        return []
    dates = [local_date(meeting.starts_at) for meeting in meetings]
    days = _Days(min(dates), max(dates))
    cells = {meeting.organization_id for meeting in meetings}
    belonging = _by_first_column(work, _members_of(cells, days))
    exemptions = _by_first_column(work, _exemptions_of(cells, days))
    elsewhere = _by_first_column(work, _temporary_of(cells, days))
    leading = _leading(work, meetings, days)
    rosters = []
    for meeting, day in zip(meetings, dates, strict=True):
        cell_id = meeting.organization_id
        called = belonging[cell_id]
        if meeting.kind is MeetingKind.COMMITTEE:
            leaders = {office.member_id for office in leading[cell_id] if _holds(office, day)}
            called = [record for record in called if record.member_id in leaders]
        rosters.append(_roster_of(cell_id, day, called, exemptions, elsewhere))
    return rosters


def _roster_of(
    cell_id: UUID,
    day: date,
    belonging: Sequence[Any],
    exemptions: dict[UUID, list[Any]],
    elsewhere: dict[UUID, list[Any]],
) -> Roster:
    roster = Roster({}, {})
    # A residence comes last, and so decides for a member who is also temporarily in the cell.
    for record in sorted(belonging, key=lambda record: record.kind is not MembershipKind.TEMPORARY):
        if not _holds(record, day):
            continue
        guest_of = {row.organization_id for row in elsewhere[record.member_id] if _holds(row, day)}
        person = Person(
            # The record carries the two columns that a member's standing follows from.
            standing=Member.standing_on(cast("Member", record), day),
            kind=record.kind,
            exemptions=frozenset(
                row.kind for row in exemptions[record.member_id] if _holds(row, day)
            ),
            is_temporarily_elsewhere=bool(guest_of - {cell_id}),
        )
        _enter(roster, record.member_id, person)
    return roster


def _enter(roster: Roster, member_id: UUID, person: Person) -> None:
    """What is said last of somebody holds."""
    roster.places.pop(member_id, None)
    roster.excluded.pop(member_id, None)
    excluded = exclusion_reason(person)
    if excluded is not None:
        roster.excluded[member_id] = excluded
    else:
        roster.places[member_id] = Place(reason_on_it(person), may_vote(person))


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


def _leading(work: Work, meetings: Sequence[Meeting], days: _Days) -> Mapping[UUID, Sequence[Any]]:
    """The offices of the cells whose committees meet."""
    cells = {each.organization_id for each in meetings if each.kind is MeetingKind.COMMITTEE}
    if not cells:
        return {}
    offices = pick(
        Office.organization_id,
        Office.member_id,
        Office.valid_from,
        Office.valid_to,
    )
    at_these = offices.where(
        col(Office.organization_id).in_(cells),
        col(Office.role).in_(AT_A_CELL),
        days.touch(Office),
    )
    return _by_first_column(work, at_these)


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
