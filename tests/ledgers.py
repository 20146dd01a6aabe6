"""A slow recount in another way: everything that was told is kept, and counted person by person.

The service keeps sums and adds what changed; this keeps facts and adds nothing. What is locked is
counted once, at its moment, and remembered.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.core import clock as clocks
from app.core import periods
from app.models import COUNTS

Counts = dict[str, int]
OFF_THE_SHEET = {"suspended", "interrupted", "in_transit", "special_duty"}


@dataclass
class Unit:
    id: UUID
    is_cell: bool
    since: date
    until: date | None = None
    #: Under whom, from which day on; in the order of the days.
    parents: list[tuple[date, UUID | None]] = field(default_factory=list)

    def lives_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def lives_in(self, period: str) -> bool:
        started = self.since <= periods.last_day(period)
        return started and (self.until is None or self.until > periods.first_day(period))

    def parent_on(self, day: date) -> UUID | None:
        known = [parent for since, parent in self.parents if since <= day]
        return known[-1] if known else self.parents[0][1]


@dataclass
class Stay:
    """A member in a cell, from a day to the day before another."""

    member: UUID
    cell: UUID
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass
class Pause:
    member: UUID
    kind: str
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass
class Met:
    """A meeting with its sheet as it now stands."""

    id: UUID
    cell: UUID
    day: date
    kind: str
    in_time: bool
    with_documents: bool
    sheet: dict[UUID, str]
    is_submitted: bool = True

    @property
    def period(self) -> str:
        return periods.period_of(self.day)


class Ledger:
    def __init__(self, first_period: str) -> None:
        self.first_period = first_period
        self.units: dict[UUID, Unit] = {}
        self.stays: list[Stay] = []
        self.pauses: list[Pause] = []
        self.opened: dict[UUID, date] = {}
        self.used: set[tuple[UUID, str]] = set()
        self.meetings: list[Met] = []
        self.places: dict[tuple[UUID, str], UUID | None] = {}
        self.locked: set[tuple[UUID, str]] = set()
        self.frozen: dict[tuple[UUID, str], Counts] = {}
        self.granted: dict[tuple[UUID, str], datetime] = {}

    def opened_periods(self, today: date) -> Iterator[str]:
        return periods.span(self.first_period, periods.period_of(today))

    def settle(self, now: datetime) -> None:
        """Let time pass: exceptions end, and every unit takes its place in every period."""
        today = clocks.local_date(now)
        for key in [key for key, until in self.granted.items() if until <= now]:
            self.frozen[key] = self.count(*key, today)
            del self.granted[key]
        for period in self.opened_periods(today):
            day = min(periods.last_day(period), today)
            waiting = [unit for unit in self.units.values() if unit.lives_in(period)]
            for unit in sorted(waiting, key=lambda one: self._depth(one, day)):
                self._place(unit, period, unit.parent_on(day))

    def lock(self, unit_id: UUID, period: str, today: date) -> None:
        for other_id, at in [key for key in self.places if key[1] == period]:
            if (other_id, at) in self.locked or not self.is_under(other_id, unit_id, period):
                continue
            self.locked.add((other_id, at))
            if self.units[other_id].is_cell:
                self.frozen[other_id, at] = self.count(other_id, at, today)

    def grant(self, cell_id: UUID, period: str, until: datetime) -> None:
        self.granted[cell_id, period] = until

    def is_locked(self, cell_id: UUID, period: str) -> bool:
        return (cell_id, period) in self.locked and (cell_id, period) not in self.granted

    def figures(self, now: datetime) -> dict[tuple[UUID, str], Counts]:
        """Every unit's counts in every period, nothing left out but zeros."""
        today = clocks.local_date(now)
        found: dict[tuple[UUID, str], Counts] = {key: {} for key in self.places}
        for cell_id, period in self.places:
            if not self.units[cell_id].is_cell:
                continue
            counts = self._shown(cell_id, period, today)
            above: UUID | None = cell_id
            while above is not None:
                total = found[above, period]
                for name, number in counts.items():
                    total[name] = total.get(name, 0) + number
                above = self.places[above, period]
        return {key: {n: c for n, c in counts.items() if c} for key, counts in found.items()}

    def count(self, cell_id: UUID, period: str, today: date) -> Counts:
        """From what has been told so far, whatever is locked."""
        day = min(periods.last_day(period), today)
        counts = dict.fromkeys(COUNTS, 0)
        if self.units[cell_id].lives_on(day):
            counts["cells"] = 1
            counts |= dict.fromkeys(self._fulfilled(cell_id, period), 1)
        for stay in self.stays:
            if stay.cell == cell_id and stay.holds(day) and not self._pauses(stay.member, day):
                counts["accounts"] += 1
                since = self.opened.get(stay.member)
                counts["accounts_activated"] += since is not None and since <= periods.last_day(
                    period
                )
                counts["accounts_active"] += (stay.member, period) in self.used
        for met in self.meetings:
            if met.cell == cell_id and met.period == period and met.kind == "regular":
                for status in met.sheet.values():
                    counts["summoned"] += 1
                    counts[status] += 1
        return counts

    def roster(self, cell_id: UUID, day: date) -> list[UUID]:
        """Who is summoned and counted: the exempt stand apart."""
        return [
            stay.member
            for stay in self.stays
            if stay.cell == cell_id
            and stay.holds(day)
            and not self._pauses(stay.member, day, {"exempt", *OFF_THE_SHEET})
        ]

    def _shown(self, cell_id: UUID, period: str, today: date) -> Counts:
        key = cell_id, period
        if key in self.locked and key not in self.granted:
            return self.frozen[key]
        return self.count(cell_id, period, today)

    def _fulfilled(self, cell_id: UUID, period: str) -> Iterator[str]:
        for met in self.meetings:
            if met.cell == cell_id and met.kind == "regular" and met.period == period:
                yield from _said_of_month(met)
            is_of_quarter = _quarter(met.period) == _quarter(period) and met.period <= period
            if met.cell == cell_id and met.kind == "thematic" and is_of_quarter:
                yield from ["cells_met_thematic"] if met.is_submitted else []

    def _pauses(self, member: UUID, day: date, kinds: Collection[str] = ("exempt",)) -> bool:
        return any(
            one.member == member and one.kind in kinds and one.holds(day) for one in self.pauses
        )

    def _place(self, unit: Unit, period: str, wanted: UUID | None) -> None:
        key = unit.id, period
        if key not in self.places:
            self.places[key] = wanted
            if (wanted, period) in self.locked:
                self.locked.add(key)
                self.frozen[key] = {}
            return
        there = self.places[key]
        stuck = (unit.id, there, wanted)
        if there != wanted and not any((one, period) in self.locked for one in stuck):
            self.places[key] = wanted

    def _depth(self, unit: Unit, day: date) -> int:
        parent = unit.parent_on(day)
        return 0 if parent is None else 1 + self._depth(self.units[parent], day)

    def is_under(self, unit_id: UUID | None, above_id: UUID, period: str) -> bool:
        while unit_id is not None and unit_id != above_id:
            unit_id = self.places[unit_id, period]
        return unit_id == above_id


def _said_of_month(met: Met) -> Iterator[str]:
    if met.with_documents:
        yield "documents_on_time"
    if met.is_submitted:
        yield "cells_met"
        if met.in_time and met.with_documents:
            yield "cells_met_on_time"


def _quarter(period: str) -> tuple[str, int]:
    year, month = period.split("-")
    return year, (int(month) - 1) // 3
