"""What a province decides about its units and its months, told to both of its keepers."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from app.core import periods
from app.models import OrganizationKind as Kind
from app.schemas.periods import PeriodLockCreate, PeriodUnlock
from app.schemas.reorganizations import (
    OrganizationDissolve,
    OrganizationMerge,
    OrganizationMove,
    OrganizationReopen,
    OrganizationSplit,
    SplitPart,
)
from app.services import periods as locks
from app.services import reorganizations, splits
from tests import provinces
from tests.ledgers import Stay, Unit
from tests.provinces import Province


def found_a_cell(province: Province) -> None:
    day = _a_day(province, 40)
    parent = province.chance.choice([one for one in province.committees() if one.lasts_from(day)])
    province.found(Kind.CELL, parent.id, day)
    province.ledger.settle(province.now)


def move(province: Province) -> None:
    """A cell, a section or a commune, with all that is below, comes under another committee."""
    day = _a_day(province, 50)
    units = [one for one in province.ledger.units.values() if one.lasts_from(day)]
    unit = province.chance.choice([one for one in units if one.id not in province.tops])
    parent = province.chance.choice(_above(province, unit))
    if unit.parent_on(day) == parent.id or not parent.lasts_from(day):
        return
    data = OrganizationMove(parent_id=parent.id, effective_on=day, decision="1")
    with province.told() as work:
        reorganizations.move(work, unit.id, data)
    unit.put(day, parent.id)
    province.ledger.settle(province.now)


def merge(province: Province) -> None:
    """One cell, or one commune, goes into another; a cell must not have met since."""
    day = _a_day(province, 30)
    cells = province.cells(day)
    communes = [one for one in province.communes() if one.lasts_from(day)]
    units = province.chance.choice((cells, cells, communes))
    if len(units) < (8 if units is cells else 3):
        return
    unit, into = province.chance.sample(units, 2)
    if not _may_end(province, unit, day):
        return
    data = OrganizationMerge(into_id=into.id, effective_on=day, decision="2")
    with province.told() as work:
        reorganizations.merge(work, unit.id, data)
    for stay in _stays_from(province, unit, day):
        province.go_over(stay, into.id, max(day, stay.since))
    for other in province.ledger.units.values():
        if other.until is None or other.until > day:
            other.put_instead(unit.id, into.id, day)
    _end(province, unit, day)


def split(province: Province) -> None:
    """Some members of a cell go to another."""
    day = _a_day(province, 30)
    cells = province.cells(day)
    unit, taker = province.chance.sample(cells, 2)
    stays = _stays_from(province, unit, day)
    going = [stay for stay in stays if province.chance.random() < 0.6]
    if not going:
        return
    part = SplitPart(organization_id=taker.id, member_ids=list({one.member for one in going}))
    data = OrganizationSplit(parts=[part], effective_on=day, decision="3")
    with province.told() as work:
        splits.split(work, unit.id, data)
    for stay in stays:
        if stay.member in part.member_ids:
            province.go_over(stay, taker.id, max(day, stay.since))


def part_with_units(province: Province) -> None:
    """A commune gives some of its cells to another."""
    day = _a_day(province, 30)
    unit, taker = province.chance.sample(province.communes(), 2)
    below = [one for one in province.cells(day) if one.parent_on(day) == unit.id]
    going = [one for one in below if province.chance.random() < 0.5]
    if not going or not taker.lasts_from(day) or not unit.lives_on(day):
        return
    part = SplitPart(organization_id=taker.id, unit_ids=[one.id for one in going])
    data = OrganizationSplit(parts=[part], effective_on=day, decision="4")
    with province.told() as work:
        splits.split(work, unit.id, data)
    for one in going:
        one.put(day, taker.id)
    province.ledger.settle(province.now)


def dissolve(province: Province) -> None:
    """A cell that nobody is left in."""
    day = _a_day(province, 40)
    empty = [
        one
        for one in province.cells(day)
        if not _stays_from(province, one, day) and _may_end(province, one, day)
    ]
    if not empty:
        return
    unit = province.chance.choice(empty)
    data = OrganizationDissolve(effective_on=day, decision="5")
    with province.told() as work:
        reorganizations.dissolve(work, unit.id, data)
    _end(province, unit, day)


def reopen(province: Province) -> None:
    """On the day on which it ended, or later."""
    ended = [one for one in province.ledger.units.values() if one.until is not None]
    if not ended:
        return
    unit = province.chance.choice(ended)
    assert unit.until is not None
    day = max(unit.until, _a_day(province, 30))
    parent = unit.parent_on(day)
    if parent is None or not province.ledger.units[parent].lasts_from(day):
        return
    data = OrganizationReopen(effective_on=day, decision="6")
    with province.told() as work:
        reorganizations.reopen(work, unit.id, data)
    unit.closed.append((unit.until, day))
    unit.until = None
    province.ledger.settle(province.now)


def lock(province: Province) -> None:
    """A month, most often one that is over, of a commune or of all."""
    period = periods.period_of(province.a_past_day(120) - timedelta(days=20))
    unit = province.chance.choice([*province.communes(), province.ledger.units[province.tops[0]]])
    ledger = province.ledger
    if not any(not ledger.is_locked(*key) for key in ledger.below(unit.id, period)):
        return
    with province.told() as work:
        locks.lock(work, period, PeriodLockCreate(organization_id=unit.id))
    ledger.lock(unit.id, period)


def grant(province: Province) -> None:
    """A cell, or a commune, may still change a locked month, for some days."""
    if found := _some_locked(province):
        unit_id, period = found
        until = province.now + timedelta(days=province.chance.randrange(3, 30))
        data = PeriodUnlock(organization_id=unit_id, reason="Bổ sung", until=until)
        with province.told() as work:
            locks.unlock(work, period, data)
        province.ledger.grant(unit_id, period, until)
        province.ledger.settle(province.now)


def unlock(province: Province) -> None:
    """For good."""
    if found := _some_locked(province):
        unit_id, period = found
        data = PeriodUnlock(organization_id=unit_id, reason="Chốt nhầm")
        with province.told() as work:
            locks.unlock(work, period, data)
        province.ledger.unlock(unit_id, period)
        province.ledger.settle(province.now)


def _a_day(province: Province, back: int) -> date:
    return province.today + timedelta(days=province.chance.randrange(-back, 20))


def _above(province: Province, unit: Unit) -> list[Unit]:
    if unit.is_cell:
        return province.committees()
    if unit.id in province.sections:
        return province.communes()
    return [province.ledger.units[top] for top in province.tops]


def _stays_from(province: Province, cell: Unit, day: date) -> list[Stay]:
    return [one for one in province.ledger.stays if one.cell == cell.id and one.lasts_beyond(day)]


def _may_end(province: Province, unit: Unit, day: date) -> bool:
    has_met = any(met.cell == unit.id and met.day >= day for met in province.ledger.meetings)
    return unit.lives_on(day - timedelta(days=1)) and not has_met


def _end(province: Province, unit: Unit, day: date) -> None:
    unit.until = day
    unit.parents = [(since, parent) for since, parent in unit.parents if since < day]
    province.ledger.settle(province.now)


def _some_locked(province: Province) -> tuple[UUID, str] | None:
    ledger = province.ledger
    waiting = sorted(key for key in ledger.locked if ledger.is_locked(*key))
    return province.chance.choice(waiting) if waiting else None


EVENTS: tuple[Callable[[Province], None], ...] = (
    *provinces.EVENTS,
    found_a_cell,
    *[move] * 2,
    merge,
    split,
    part_with_units,
    dissolve,
    reopen,
    lock,
    grant,
    unlock,
)
