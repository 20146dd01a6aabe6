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

from sqlalchemy import Date, bindparam, func, literal_column, update
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
from app.services.known_histories import Stay, is_loose
from app.work import Work


class Ground(NamedTuple):
    """A unit, and under whom it stood on its first day."""

    id: UUID
    parent_id: UUID | None
    valid_from: date
    entered_from: date | None
    created_at: datetime

    def may_be_there(self, day: date) -> bool:
        """Whether it was there on a day, or its beginning goes back as far as a history tells."""
        return self.valid_from <= day or is_loose(
            self.valid_from, self.created_at, self.entered_from
        )


@dataclass(frozen=True)
class Beginnings:
    """The units of a history with those above them."""

    grounds: Mapping[UUID, Ground]

    def unit_may_be_there(self, unit_id: UUID, day: date) -> bool:
        """Whether it and all above it were there on a day, or may have been."""
        return all(ground.may_be_there(day) for ground in self.upwards(unit_id))

    def upwards(self, unit_id: UUID) -> Iterable[Ground]:
        at: UUID | None = unit_id
        while at is not None:
            ground = self.grounds[at]
            yield ground
            at = ground.parent_id


def load(work: Work, cells: Collection[UUID]) -> Beginnings:
    return Beginnings(_grounds(work, cells))


def stay_on(stays: Sequence[Stay], cell_id: UUID, day: date) -> Stay | None:
    """The membership in a cell that holds on a day, or may have begun by then."""
    in_cell = [stay for stay in stays if stay.organization_id == cell_id]
    for stay in in_cell:
        if stay.holds_on(day):
            return stay
    official = [stay for stay in stays if stay.kind is MembershipKind.OFFICIAL_RESIDENCE]
    first = min(official, key=lambda stay: stay.valid_from, default=None)
    if first is None or first not in in_cell or first.valid_from <= day:
        return None
    return first if is_loose(first.valid_from, first.created_at, first.entered_from) else None


def move_back(work: Work, earliest: Mapping[UUID, date], known: Beginnings) -> dict[UUID, date]:
    """Let cells begin on these days at the latest, and what stands above them; which were moved."""
    days: dict[UUID, date] = {}
    for cell_id, day in earliest.items():
        for ground in known.upwards(cell_id):
            if day < ground.valid_from:
                days[ground.id] = min(day, days.get(ground.id, date.max))
    _begin_units(work, _EARLIER, [(known.grounds[unit], day) for unit, day in days.items()])
    return days


def move_stays_back(work: Work, earliest: Mapping[UUID, date]) -> None:
    """Let memberships begin on these days."""
    _write(work, Membership, _EARLIER, [{"of_id": stay, "on": on} for stay, on in earliest.items()])


def give_back(
    work: Work, known: Beginnings, cells: Collection[UUID], members: Collection[UUID]
) -> None:
    """What a history told, and nothing tells any more, begins again on the day that was entered.

    `known` is from before the history was taken away. What still rests on an earlier day keeps it.
    """
    lines = _first_lines(work, members)
    rows = []
    for stay in _stays(work, members):
        told = lines.get((stay.member_id, stay.organization_id), date.max)
        rows.append({"of_id": stay.id, "on": min(stay.entered_from, told)})
    _write(work, Membership, _AS_ENTERED, rows)
    grounds = {ground for cell in cells for ground in known.upwards(cell)}
    lowest_first = sorted(grounds, key=lambda one: -len(list(known.upwards(one.id))))
    for ground in lowest_first:
        if ground.entered_from is not None:
            day = min([ground.entered_from, *_days_that_rest_on(work, ground.id)])
            _begin_units(work, _AS_ENTERED, [(ground, day)])


def _begin_units(work: Work, how: Mapping[str, Any], days: Iterable[tuple[Ground, date]]) -> None:
    """Set first days of units and of their first links."""
    pairs = list(days)
    _write(work, Organization, how, [{"of_id": unit.id, "on": on} for unit, on in pairs])
    links = [{"of_id": unit.id, "was": unit.valid_from, "on": on} for unit, on in pairs]
    if links:
        work.session.connection().execute(_BEGIN_LINK, links)


def _write(work: Work, model: Any, how: Mapping[str, Any], rows: Sequence[Any]) -> None:
    if not rows:
        return
    statement = (
        update(model)
        .where(model.id == bindparam("of_id"))
        .values(valid_from=bindparam("on"), version=model.version + 1, **how)
    )
    work.session.connection().execute(statement, rows)


def _stays(work: Work, members: Collection[UUID]) -> Iterable[Any]:
    """Their memberships that a history let begin earlier."""
    names = ("id", "member_id", "organization_id", "entered_from")
    columns = [getattr(Membership, name) for name in names]
    for portion in portions(members):
        statement = pick(*columns).where(
            col(Membership.member_id).in_(portion), col(Membership.entered_from).is_not(None)
        )
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
            Organization.entered_from,
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
            Ground(*record)
            for portion in portions(wanted)
            for record in work.session.execute(first.where(col(Organization.id).in_(portion)))
        ]
        found |= {ground.id: ground for ground in level}
        above = {ground.parent_id for ground in level if ground.parent_id}
        wanted = above - found.keys()
    return found


def _first_lines(work: Work, members: Collection[UUID]) -> dict[tuple[UUID, UUID], date]:
    """The first days on which these members stand on a sheet of a cell."""
    found: dict[tuple[UUID, UUID], date] = {}
    for portion in portions(members):
        statement = (
            pick(Attendance.member_id, Attendance.organization_id, func.min(Meeting.starts_at))
            .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
            .where(col(Attendance.member_id).in_(portion))
            .group_by(col(Attendance.member_id), col(Attendance.organization_id))
        )
        scoped = statement.execution_options(scoped="days that histories told")
        for member_id, cell_id, moment in work.session.execute(scoped):
            found[member_id, cell_id] = local_date(moment)
    return found


# Both are asked of the row as it is, before the update.
_ENTERED: Any = literal_column("coalesce(entered_from, valid_from)")
_EARLIER = {"entered_from": _ENTERED}
_AS_ENTERED = {"entered_from": func.nullif(_ENTERED, bindparam("on", type_=Date()))}
_BEGIN_LINK = (
    update(OrganizationParent)
    .where(
        col(OrganizationParent.organization_id) == bindparam("of_id"),
        col(OrganizationParent.valid_from) == bindparam("was"),
    )
    .values(valid_from=bindparam("on"), version=col(OrganizationParent.version) + 1)
)
