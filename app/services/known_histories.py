"""What is known already of the cells and the people in a history, read for all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col

from app.core import periods
from app.core.clock import day_ends_at, day_starts_at, local_date
from app.core.confidential import blind_index
from app.core.selects import pick, portions
from app.core.text import fold
from app.models import (
    Attendance,
    AttendanceStatus,
    Closure,
    Exemption,
    ExemptionKind,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Member,
    Membership,
    MembershipKind,
    NotHeld,
    Organization,
    OrganizationKind,
)
from app.policies.permissions import Permission
from app.services import known_members, period_locks
from app.services.denominators import Person
from app.services.known_members import Known
from app.work import Work


class Unit(NamedTuple):
    """A unit within reach, and the days on which it was there; some of them it was closed."""

    id: UUID
    code: str
    name: str
    kind: OrganizationKind
    valid_from: date
    valid_to: date | None
    created_at: datetime


class Stay(NamedTuple):
    """A membership of any kind."""

    id: UUID
    version: int
    member_id: UUID
    organization_id: UUID
    kind: MembershipKind
    valid_from: date
    valid_to: date | None
    created_at: datetime
    entered_from: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Stored(NamedTuple):
    """A meeting that is there already."""

    id: UUID
    organization_id: UUID
    kind: MeetingKind
    starts_at: datetime
    is_imported: bool


@dataclass(frozen=True)
class People:
    """Members by the numbers that a history writes, with where they belonged and how."""

    by_number: Mapping[str, Known]
    stays: Mapping[UUID, list[Stay]]
    exemptions: Mapping[UUID, list[tuple[ExemptionKind, date, date | None]]]

    def person(self, known: Known, stay: Stay, day: date) -> Person:
        """The member as the cell of this membership saw them on a day."""
        guest_of = {
            each.organization_id
            for each in self.stays[known.id]
            if each.kind is MembershipKind.TEMPORARY and each.holds_on(day)
        }
        held = self.exemptions.get(known.id, [])
        return Person(
            # The facts hold the two columns that a member's standing follows from.
            standing=Member.standing_on(cast("Member", known.facts), day),
            kind=stay.kind,
            exemptions=frozenset(
                kind for kind, first, end in held if first <= day and (end is None or day < end)
            ),
            is_temporarily_elsewhere=bool(guest_of - {stay.organization_id}),
        )


@dataclass(frozen=True)
class Past:
    """What the cells did already, and what may not change of it."""

    meetings: Mapping[UUID, list[Stored]]
    marks: Mapping[UUID, Mapping[UUID, AttendanceStatus]]
    not_held: frozenset[tuple[UUID, str]]
    locked: frozenset[tuple[UUID, str]]
    closures: Mapping[UUID, list[tuple[date, date | None]]]


def units(work: Work) -> list[Unit]:
    """Also those that are no more: their past is theirs."""
    columns = (getattr(Organization, name) for name in Unit._fields)
    statement = work.within_reach(Permission.MEETING_ACCEPT, Organization, *columns)
    return [Unit(*record) for record in work.session.execute(statement)]


def people(work: Work, numbers: Iterable[str]) -> People:
    wanted = list(dict.fromkeys(numbers))
    persons = [blind_index(number, "members.personal_id") for number in wanted]
    cards = [blind_index(number, "members.card_number") for number in wanted]
    stored = known_members.load(work, persons, cards)
    by_person = {known.facts.personal_id_index: known for known in stored}
    by_card = {known.facts.card_number_index: known for known in stored}
    by_number = {
        number: known
        for number, person, card in zip(wanted, persons, cards, strict=True)
        if (known := by_person.get(person) or by_card.get(card))
    }
    members = {known.id for known in stored}
    stays: dict[UUID, list[Stay]] = defaultdict(list)
    for record in _of(work, members, Membership, *Stay._fields):
        stays[record.member_id].append(Stay(*record))
    held: dict[UUID, list[tuple[ExemptionKind, date, date | None]]] = defaultdict(list)
    names = ("member_id", "kind", "valid_from", "valid_to")
    for member_id, *exemption in _of(work, members, Exemption, *names):
        held[member_id].append(tuple(exemption))
    return People(by_number, stays, held)


def past(work: Work, cells: Collection[UUID], days: Collection[date]) -> Past:
    """Of these cells, over all months that the days lie in."""
    among = sorted({periods.period_of(day) for day in days})
    meetings: dict[UUID, list[Stored]] = defaultdict(list)
    for stored in _meetings(work, cells, among):
        meetings[stored.organization_id].append(stored)
    imported = [each.id for some in meetings.values() for each in some if each.is_imported]
    marks: dict[UUID, dict[UUID, AttendanceStatus]] = defaultdict(dict)
    lines = pick(Attendance.meeting_id, Attendance.member_id, Attendance.status)
    for meeting_id, member_id, status in _in(work, lines, Attendance.meeting_id, imported):
        marks[meeting_id][member_id] = status
    said = pick(NotHeld.organization_id, NotHeld.period).where(
        col(NotHeld.withdrawn_at).is_(None), col(NotHeld.period).in_(among)
    )
    closures: dict[UUID, list[tuple[date, date | None]]] = defaultdict(list)
    shut = pick(Closure.organization_id, Closure.valid_from, Closure.valid_to)
    for unit_id, first, end in _in(work, shut, Closure.organization_id, cells):
        closures[unit_id].append((first, end))
    return Past(
        meetings,
        marks,
        frozenset(tuple(each) for each in _in(work, said, NotHeld.organization_id, cells)),
        locked(work, {(cell, period) for cell in cells for period in among}),
        closures,
    )


def locked(work: Work, asked: Collection[tuple[UUID, str]]) -> frozenset[tuple[UUID, str]]:
    """Those of the cells and months that may not change."""
    return frozenset(
        each for portion in portions(sorted(asked)) for each in period_locks.closed(work, portion)
    )


def is_same_name(known: Known, full_name: str) -> bool:
    stored = known.facts.full_name
    return stored == full_name or fold(stored) == fold(full_name)


def _meetings(work: Work, cells: Collection[UUID], among: list[str]) -> Iterable[Stored]:
    if not among:
        return []
    first, last = periods.first_day(among[0]), periods.last_day(among[-1])
    statement = pick(
        Meeting.id,
        Meeting.organization_id,
        Meeting.kind,
        Meeting.starts_at,
        col(Meeting.import_id).is_not(None),
    ).where(
        col(Meeting.starts_at) >= day_starts_at(first),
        col(Meeting.starts_at) < day_ends_at(last),
        col(Meeting.status) != MeetingStatus.CANCELLED,
    )
    return [Stored(*record) for record in _in(work, statement, Meeting.organization_id, cells)]


def _of(work: Work, members: Collection[UUID], model: Any, *names: str) -> list[Any]:
    columns = (getattr(model, name) for name in names)
    return _in(work, pick(*columns), model.member_id, members)


def _in(work: Work, statement: Select[Any], column: Any, wanted: Collection[UUID]) -> list[Any]:
    found: list[Any] = []
    for portion in portions(wanted):
        narrowed = statement.where(col(column).in_(portion))
        scoped = narrowed.execution_options(scoped="matched to a history")
        found += work.session.execute(scoped).all()
    return found


def is_loose(valid_from: date, created_at: datetime, entered_from: date | None) -> bool:
    """Whether a first day is only the day of entry, or what a history told in its place."""
    return entered_from is not None or valid_from == local_date(created_at)
