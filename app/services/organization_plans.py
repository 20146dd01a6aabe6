"""What a list of organisations would change: units are founded and renamed, never moved."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import portions
from app.core.text import fold
from app.models import (
    Import,
    Organization,
    OrganizationKind,
    OrganizationParent,
    RowState,
    UnitType,
)
from app.policies.permissions import Permission
from app.policies.roles import Reach
from app.services import figures, organizations, take_backs
from app.services.import_journals import Change, Journal
from app.services.import_plans import (
    DataMoved,
    Lines,
    Plan,
    Reason,
    code_key,
    code_spellings,
)
from app.work import Work
from app.workbooks import columns
from app.workbooks.organizations import OrganizationLine


class Stored(NamedTuple):
    """A unit that is there, in the actor's reach or not."""

    id: UUID
    version: int
    code: str
    name: str
    kind: OrganizationKind
    unit_type: UnitType | None
    valid_to: date | None
    parent_code: str | None
    is_reached: bool


@dataclass(slots=True, kw_only=True)
class OrganizationPlan(Plan[OrganizationLine]):
    stored: Stored | None


@dataclass(frozen=True)
class _Surroundings:
    """What a row is judged by: the rows before it, the rows refused, and what is stored."""

    plans: dict[str, OrganizationPlan]
    refused: set[str]
    stored: dict[str, Stored]
    today: date
    may_plant_roots: bool


def plan(work: Work, lines: Lines[OrganizationLine]) -> list[OrganizationPlan]:
    """A plan for every readable row, parents before those below them."""
    around = _Surroundings(
        plans={},
        refused={code_key(code) for code in lines.unreadable_column(columns.CODE)},
        stored=_stored(work, [line for _, line in lines.rows]),
        today=local_date(work.now),
        may_plant_roots="" in work.actor.paths(Permission.ORGANIZATION_CREATE, Reach.BRANCH),
    )
    plans = []
    for row_number, line in _downwards(lines.rows):
        each = _plan_row(row_number, line, around)
        plans.append(each)
        around.plans.setdefault(code_key(line.code), each)
    return plans


def carry_out(
    work: Work, _imported: Import, plans: Sequence[OrganizationPlan], journal: Journal
) -> None:
    """Found the new units under theirs and rename the changed ones."""
    new = [each for each in plans if each.state is RowState.NEW]
    changed = {each.subject_id: each for each in plans if each.state is RowState.CHANGED}
    for unit in _units(work, Permission.ORGANIZATION_CHANGE, changed):
        line = changed[unit.id].line
        told = {
            "name": line.name,
            "unit_type": UnitType(line.unit_type) if line.unit_type else unit.unit_type,
            "search_text": fold(f"{line.name} {unit.code}"),
        }
        journal.change(changed[unit.id].row_number, unit, told)
    above = {each.place_id for each in new if each.place_id}
    parents = _units(work, Permission.ORGANIZATION_CREATE, above)
    by_key = {code_key(unit.code): unit for unit in parents}
    pairs = []
    for each in new:
        unit = _new_unit(each.line, local_date(work.now))
        each.subject_id = unit.id
        by_key[code_key(unit.code)] = unit
        above_it = each.line.parent_code
        pairs.append((unit, by_key[code_key(above_it)] if above_it else None))
    if pairs:
        organizations.plant(work, pairs)
        _note(work, new, {unit.id: unit for unit, _ in pairs}, journal)


def take_back(work: Work, changes: Sequence[Change], since: datetime) -> None:
    """Units as they were before; those that were new count nothing from here on, and are gone."""
    name = str(Organization.__tablename__)
    new = [change.row_id for change in changes if change.table == name and not change.before]
    day = local_date(since)
    reasons = take_backs.locked(work, new, day, since)
    take_backs.expect_free(work, changes, reasons)
    for portion in portions(new):
        never = update(Organization).where(col(Organization.id).in_(portion))
        work.session.connection().execute(never.values(valid_to=Organization.valid_from))
    figures.recount(work, new, figures.from_day(work, day))
    take_backs.undo(work, changes)


def _note(
    work: Work,
    new: Iterable[OrganizationPlan],
    units: Mapping[UUID, Organization],
    journal: Journal,
) -> None:
    numbers = {each.subject_id: each.row_number for each in new}
    for unit_id, unit in units.items():
        journal.note_new(numbers[unit_id], unit)
    for portion in portions(units):
        of_new = select(OrganizationParent).where(
            col(OrganizationParent.organization_id).in_(portion)
        )
        for link in work.session.execute(of_new.execution_options(scoped="just planted")).scalars():
            journal.note_new(numbers[link.organization_id], link)


def _plan_row(row_number: int, line: OrganizationLine, around: _Surroundings) -> OrganizationPlan:
    stored = around.stored.get(code_key(line.code))
    above = around.stored.get(code_key(line.parent_code)) if line.parent_code else None
    each = OrganizationPlan(
        row_number=row_number,
        line=line,
        state=RowState.CHANGED if stored else RowState.NEW,
        subject_id=stored.id if stored else None,
        subject_version=stored.version if stored else None,
        place_id=above.id if above else None,
        stored=stored,
    )
    judge = _against_stored(line, stored, around) if stored else _as_new(line, above, around)
    errors = [reason.at(column) for column, reason in judge]
    if code_key(line.code) in around.plans:
        errors.append(Reason.DUPLICATE.at(columns.CODE))
    if errors:
        each.refuse(*errors)
    elif stored and _is_same(line, stored):
        each.state = RowState.SAME
    return each


def _against_stored(
    line: OrganizationLine, stored: Stored, around: _Surroundings
) -> Iterator[tuple[str, Reason]]:
    if not stored.is_reached:
        yield columns.CODE, Reason.NOT_IN_REACH
        return
    if stored.valid_to and stored.valid_to <= around.today:
        yield columns.CODE, Reason.CLOSED
    if line.kind != stored.kind:
        yield columns.KIND, Reason.KIND_CHANGED
    above, told = stored.parent_code, line.parent_code
    if told and (above is None or code_key(told) != code_key(above)):
        yield columns.PARENT_CODE, Reason.MOVED


def _as_new(
    line: OrganizationLine, above: Stored | None, around: _Surroundings
) -> Iterator[tuple[str, Reason]]:
    reason = None
    if line.parent_code:
        reason = _beneath(line, code_key(line.parent_code), above, around)
    elif not around.may_plant_roots:
        reason = Reason.PARENT_REQUIRED
    if reason:
        yield columns.PARENT_CODE, reason


def _beneath(
    line: OrganizationLine, key: str, above: Stored | None, around: _Surroundings
) -> Reason | None:
    """Why the unit cannot stand beneath the one it names; that one may come with the file."""
    planned = around.plans.get(key)
    is_refused = planned.state is RowState.REJECTED if planned else key in around.refused
    is_known = planned is not None or (above is not None and above.is_reached)
    if is_refused or not is_known:
        return Reason.PARENT_REJECTED if is_refused else Reason.UNKNOWN_PARENT
    if above and above.valid_to and above.valid_to <= around.today:
        return Reason.CLOSED
    kind = OrganizationKind(above.kind if above else planned.line.kind)  # type: ignore[union-attr]  # one of them is there
    fits = organizations.may_stand_under(OrganizationKind(line.kind), kind)
    return None if fits else Reason.WRONG_LEVEL


def _is_same(line: OrganizationLine, stored: Stored) -> bool:
    """A unit type that the file leaves empty stays as it is known."""
    return line.name == stored.name and line.unit_type in (None, stored.unit_type)


def _downwards(
    rows: Iterable[tuple[int, OrganizationLine]],
) -> Iterator[tuple[int, OrganizationLine]]:
    """Each row after the row of the unit above it, level by level."""
    rows = list(rows)
    keys = {code_key(line.code) for _, line in rows}
    below: dict[str | None, list[tuple[int, OrganizationLine]]] = defaultdict(list)
    for row in rows:
        above = code_key(row[1].parent_code) if row[1].parent_code else None
        below[above if above in keys else None].append(row)
    level = below.pop(None, [])
    while level:
        yield from level
        level = [row for _, line in level for row in below.pop(code_key(line.code), [])]


def _stored(work: Work, lines: Iterable[OrganizationLine]) -> dict[str, Stored]:
    """The units that the file names, by the key of their codes."""
    codes = {code for line in lines for code in (line.code, line.parent_code) if code}
    unit, above = aliased(Organization), aliased(Organization)
    reach = work.within_reach(Permission.ORGANIZATION_CREATE, Organization, Organization.id)
    own = (getattr(unit, name) for name in Stored._fields[:-2])
    wanted: tuple[Any, ...] = (*own, above.code, col(unit.id).in_(reach))
    statement = select(*wanted).outerjoin(above, col(above.id) == unit.parent_id)
    found: dict[str, Stored] = {}
    spelled = (spelling for code in codes for spelling in code_spellings(code))
    for portion in portions(spelled):
        named = statement.where(col(unit.code).in_(portion))
        for record in work.session.execute(named.execution_options(scoped="codes are unique")):
            stored = Stored(*record)
            found[code_key(stored.code)] = stored
    return found


def _units(
    work: Work, permission: Permission, wanted: Collection[UUID | None]
) -> list[Organization]:
    """Stored units of the plan, all of them within the actor's reach."""
    found: list[Organization] = []
    for portion in portions(wanted):
        statement = work.within_reach(permission, Organization).where(
            col(Organization.id).in_(portion)
        )
        found.extend(work.session.execute(statement).scalars())
    if len(found) != len(wanted):
        raise DataMoved
    return found


def _new_unit(line: OrganizationLine, today: date) -> Organization:
    return Organization(
        code=line.code,
        name=line.name,
        search_text=fold(f"{line.name} {line.code}"),
        kind=OrganizationKind(line.kind),
        unit_type=UnitType(line.unit_type) if line.unit_type else None,
        valid_from=today,
        segment="",
        path="",
    )
