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
    #: From which day to which it was closed, before it was opened again.
    closed: list[tuple[date, date]] = field(default_factory=list)

    def lives_on(self, day: date) -> bool:
        return any(since <= day < until for since, until in self._lives())

    def lives_in(self, period: str) -> bool:
        first, last = periods.first_day(period), periods.last_day(period)
        return any(since <= last and first < until for since, until in self._lives())

    def lasts_from(self, day: date) -> bool:
        return self.since <= day and self.until is None and all(to <= day for _, to in self.closed)

    def _lives(self) -> Iterator[tuple[date, date]]:
        starts = [self.since, *(opened for _, opened in self.closed)]
        ends = [*(first for first, _ in self.closed), self.until or date.max]
        return zip(starts, ends, strict=True)

    def put(self, day: date, parent: UUID) -> None:
        """Under another from a day on, until it moves on as was said before."""
        later = [one for one in self.parents if one[0] > day]
        self.parents = [one for one in self.parents if one[0] < day] + [(day, parent), *later]

    def put_instead(self, old: UUID, new: UUID, day: date) -> None:
        """Under another wherever it would stand under a unit from a day on."""
        if self.since <= day and self.parent_on(day) == old:
            self.put(day, new)
        self.parents = [
            (since, new if parent == old and since >= day else parent)
            for since, parent in self.parents
        ]

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

    def lasts_beyond(self, day: date) -> bool:
        return self.until is None or (self.until > day and self.until > self.since)


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
        self.today = date.min

    def opened_periods(self, today: date) -> Iterator[str]:
        return periods.span(self.first_period, periods.period_of(today))

    def settle(self, now: datetime) -> None:
        """Let time pass: exceptions end, and every unit takes its place in every period."""
        for key in [key for key, until in self.granted.items() if until <= now]:
            self._freeze(*key)
        self.today = clocks.local_date(now)
        for period in self.opened_periods(self.today):
            day = min(periods.last_day(period), self.today)
            waiting = [unit for unit in self.units.values() if unit.lives_in(period)]
            for unit in sorted(waiting, key=lambda one: self._depth(one, day)):
                self._place(unit, period, unit.parent_on(day))
            self._take_away(period)

    def lock(self, unit_id: UUID, period: str) -> None:
        for key in self.below(unit_id, period):
            if not self.is_locked(*key):
                self.locked.add(key)
                self._freeze(*key)

    def grant(self, unit_id: UUID, period: str, until: datetime) -> None:
        for key in self.below(unit_id, period):
            if key in self.locked:
                self.granted[key] = max(until, self.granted.get(key, until))

    def unlock(self, unit_id: UUID, period: str) -> None:
        for key in self.below(unit_id, period):
            self.locked.discard(key)
            self.granted.pop(key, None)

    def is_locked(self, unit_id: UUID, period: str) -> bool:
        return (unit_id, period) in self.locked and (unit_id, period) not in self.granted

    def below(self, unit_id: UUID, period: str) -> list[tuple[UUID, str]]:
        """A unit and all below it, in the tree of the period."""
        return [key for key in self.places if key[1] == period and self._is_under(*key, unit_id)]

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
        if self.is_locked(*key):
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
        above = wanted, period
        if key not in self.places:
            self.places[key] = wanted
            if above in self.locked:
                self.locked.add(key)
                self.frozen[key] = {}
                if above in self.granted:
                    self.granted[key] = self.granted[above]
            return
        there = self.places[key]
        stuck = [one for one in (unit.id, there, wanted) if one is not None]
        if there != wanted and not any(self.is_locked(one, period) for one in stuck):
            self.places[key] = wanted

    def _take_away(self, period: str) -> None:
        """Places of units that were not there after all, from the leaves up."""
        keys = [key for key in self.places if key[1] == period and key not in self.locked]
        empty = [key for key in keys if not self.units[key[0]].lives_in(period)]
        while free := [key for key in empty if len(self.below(*key)) == 1]:
            for key in free:
                del self.places[key]
                empty.remove(key)

    def _freeze(self, unit_id: UUID, period: str) -> None:
        """As it was when time last passed: nobody told anything since."""
        self.granted.pop((unit_id, period), None)
        if self.units[unit_id].is_cell:
            self.frozen[unit_id, period] = self.count(unit_id, period, self.today)

    def _depth(self, unit: Unit, day: date) -> int:
        parent = unit.parent_on(day)
        return 0 if parent is None else 1 + self._depth(self.units[parent], day)

    def _is_under(self, unit_id: UUID | None, period: str, above_id: UUID) -> bool:
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
