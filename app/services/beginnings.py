"""Beginnings that only say when somebody was entered, and what came in later of before that day.

A list of members or of units tells no first day: theirs is the day on which it was committed. A
history of meetings is word of earlier days, and moves such a beginning back as far as it tells. A
beginning that was told by somebody, or follows from another, stays.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, update
from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import pick, portions
from app.models import (
    Attendance,
    Meeting,
    Membership,
    MembershipKind,
    Organization,
    OrganizationParent,
)
from app.services.known_histories import Stay, entered_on
from app.work import Work


class Ground(NamedTuple):
    """A unit, and under whom it stood on its first day."""

    id: UUID
    parent_id: UUID | None
    valid_from: date
    entered_on: date


@dataclass(frozen=True)
class Beginnings:
    """The units of a history with those above them, and the first day of each that is vouched for.

    `units` and `lines` are the first days that imported meetings tell of a unit and of a member in
    a cell.
    """

    grounds: Mapping[UUID, Ground]
    units: Mapping[UUID, date]
    lines: Mapping[tuple[UUID, UUID], date]

    def unit_may_be_there(self, unit_id: UUID, day: date) -> bool:
        """Whether it and all above it were there on a day, or may have been."""
        return all(
            ground.valid_from <= day or self._is_loose(ground) for ground in self.upwards(unit_id)
        )

    def upwards(self, unit_id: UUID) -> Iterable[Ground]:
        at: UUID | None = unit_id
        while at is not None:
            ground = self.grounds[at]
            yield ground
            at = ground.parent_id

    def stay_on(self, stays: Sequence[Stay], cell_id: UUID, day: date) -> Stay | None:
        """The membership in a cell that holds on a day, or may have begun by then."""
        in_cell = [stay for stay in stays if stay.organization_id == cell_id]
        for stay in in_cell:
            if stay.holds_on(day):
                return stay
        official = [stay for stay in stays if stay.kind is MembershipKind.OFFICIAL_RESIDENCE]
        first = min(official, key=lambda stay: stay.valid_from, default=None)
        is_loose = first in in_cell and first is not None and self._may_begin(first)
        return first if is_loose and first is not None and day < first.valid_from else None

    def _is_loose(self, ground: Ground) -> bool:
        told = self.units.get(ground.id)
        return ground.valid_from in (ground.entered_on, told)

    def _may_begin(self, stay: Stay) -> bool:
        told = self.lines.get((stay.member_id, stay.organization_id))
        return stay.valid_from in (entered_on(stay), told)


def load(work: Work, cells: Collection[UUID], members: Collection[UUID]) -> Beginnings:
    grounds = _grounds(work, cells)
    units: dict[UUID, date] = {}
    for cell_id, moment in _first_meetings(work):
        at: UUID | None = cell_id
        while at in grounds:
            units[at] = min(local_date(moment), units.get(at, date.max))
            at = grounds[at].parent_id
    told = _first_lines(work, members, col(Meeting.import_id).is_not(None))
    return Beginnings(grounds, units, told)


def move_back(work: Work, earliest: Mapping[UUID, date], known: Beginnings) -> dict[UUID, date]:
    """Let cells begin on these days at the latest, and what stands above them; which were moved."""
    days: dict[UUID, date] = {}
    for cell_id, day in earliest.items():
        for ground in known.upwards(cell_id):
            if day < ground.valid_from:
                days[ground.id] = min(day, days.get(ground.id, date.max))
    _begin_units(work, {unit: (known.grounds[unit].valid_from, day) for unit, day in days.items()})
    return days


def move_stays_back(work: Work, earliest: Mapping[UUID, date]) -> None:
    """Let memberships begin on these days."""
    _begin_stays(work, earliest)


def give_back(
    work: Work, known: Beginnings, cells: Collection[UUID], members: Collection[UUID]
) -> None:
    """What a history told, and nothing tells any more, begins again when it was entered.

    `known` is from before the history was taken away. What still rests on an earlier day keeps it.
    """
    lines = _first_lines(work, members)
    loosened = {}
    for stay in _stays(work, members):
        key = stay.member_id, stay.organization_id
        if known.lines.get(key) == stay.valid_from:
            loosened[stay.id] = min(local_date(stay.created_at), lines.get(key, date.max))
    _begin_stays(work, loosened)
    grounds = {ground for cell in cells for ground in known.upwards(cell)}
    lowest_first = sorted(grounds, key=lambda one: -len(list(known.upwards(one.id))))
    for ground in lowest_first:
        if known.units.get(ground.id) == ground.valid_from:
            day = min([ground.entered_on, *_days_that_rest_on(work, ground.id)])
            _begin_units(work, {ground.id: (ground.valid_from, day)})


def _begin_units(work: Work, days: Mapping[UUID, tuple[date, date]]) -> None:
    """Set first days, from one to another, of units and of their first links."""
    rows = [{"of_id": unit, "was": was, "on": on} for unit, (was, on) in days.items()]
    if rows:
        for statement in (_BEGIN_UNIT, _BEGIN_LINK):
            work.session.connection().execute(statement, rows)


def _begin_stays(work: Work, days: Mapping[UUID, date]) -> None:
    rows = [{"of_id": stay_id, "on": on} for stay_id, on in days.items()]
    if rows:
        work.session.connection().execute(_BEGIN_STAY, rows)


def _stays(work: Work, members: Collection[UUID]) -> Iterable[Any]:
    names = ("id", "member_id", "organization_id", "valid_from", "created_at")
    columns = [getattr(Membership, name) for name in names]
    for portion in portions(members):
        statement = pick(*columns).where(col(Membership.member_id).in_(portion))
        yield from work.session.connection().execute(statement).all()


def _days_that_rest_on(work: Work, unit_id: UUID) -> list[date]:
    """A meeting of the unit, a member in it, another under it."""
    first_meeting, *days = (
        work.session.connection().execute(pick(func.min(day)).where(col(of) == unit_id)).scalar()
        for day, of in (
            (Meeting.starts_at, Meeting.organization_id),
            (Membership.valid_from, Membership.organization_id),
            (OrganizationParent.valid_from, OrganizationParent.parent_id),
        )
    )
    if first_meeting is not None:
        days.append(local_date(first_meeting))
    return [day for day in days if day is not None]


def _grounds(work: Work, cells: Collection[UUID]) -> dict[UUID, Ground]:
    """These cells, and level by level what stood above them on their first days."""
    found: dict[UUID, Ground] = {}
    wanted: Collection[UUID] = set(cells)
    first = (
        pick(
            Organization.id,
            OrganizationParent.parent_id,
            Organization.valid_from,
            Organization.created_at,
        )
        .outerjoin(
            OrganizationParent,
            (col(OrganizationParent.organization_id) == Organization.id)
            & (col(OrganizationParent.valid_from) == Organization.valid_from),
        )
        .execution_options(scoped="a reached cell and those above it")
    )
    while wanted:
        level = [
            Ground(unit_id, parent_id, valid_from, local_date(created_at))
            for portion in portions(wanted)
            for unit_id, parent_id, valid_from, created_at in work.session.execute(
                first.where(col(Organization.id).in_(portion))
            )
        ]
        found |= {ground.id: ground for ground in level}
        above = {ground.parent_id for ground in level if ground.parent_id}
        wanted = above - found.keys()
    return found


def _first_meetings(work: Work) -> Iterable[tuple[UUID, datetime]]:
    statement = (
        pick(Meeting.organization_id, func.min(Meeting.starts_at))
        .where(col(Meeting.import_id).is_not(None))
        .group_by(col(Meeting.organization_id))
    )
    scoped = statement.execution_options(scoped="days that histories told")
    return [(cell, moment) for cell, moment in work.session.execute(scoped)]


def _first_lines(
    work: Work, members: Collection[UUID], *besides: ColumnElement[bool]
) -> dict[tuple[UUID, UUID], date]:
    found: dict[tuple[UUID, UUID], date] = {}
    for portion in portions(members):
        statement = (
            pick(Attendance.member_id, Attendance.organization_id, func.min(Meeting.starts_at))
            .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
            .where(col(Attendance.member_id).in_(portion), *besides)
            .group_by(col(Attendance.member_id), col(Attendance.organization_id))
        )
        scoped = statement.execution_options(scoped="days that histories told")
        for member_id, cell_id, moment in work.session.execute(scoped):
            found[member_id, cell_id] = local_date(moment)
    return found


_BEGIN_UNIT = (
    update(Organization)
    .where(
        col(Organization.id) == bindparam("of_id"), col(Organization.valid_from) == bindparam("was")
    )
    .values(valid_from=bindparam("on"), version=col(Organization.version) + 1)
)
_BEGIN_LINK = (
    update(OrganizationParent)
    .where(
        col(OrganizationParent.organization_id) == bindparam("of_id"),
        col(OrganizationParent.valid_from) == bindparam("was"),
    )
    .values(valid_from=bindparam("on"), version=col(OrganizationParent.version) + 1)
)
_BEGIN_STAY = (
    update(Membership)
    .where(col(Membership.id) == bindparam("of_id"))
    .values(valid_from=bindparam("on"), version=col(Membership.version) + 1)
)
