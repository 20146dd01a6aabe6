"""Counts everything anew from the base rows and compares: the figures have to prove themselves."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.core import periods
from app.core.selects import pick, portions
from app.models import COUNTS, Figure, FigureDay, FigureDelta, Organization
from app.services import figures, obligations, period_seals, tree_rows, trees
from app.services.cell_counts import Counts, count_cells
from app.work import Work


@dataclass(frozen=True)
class Difference:
    """One count of one unit in one period that is not what the base rows say."""

    period: str
    path: str
    count: str
    stored: int
    true: int

    @property
    def is_beyond_repair(self) -> bool:
        """A broken seal says that something was changed, not what it was before."""
        return self.count in period_seals.KINDS

    def __str__(self) -> str:
        return f"{self.period} {self.path} {self.count}: stored {self.stored}, true {self.true}"


def recount(work: Work, today: date, *, repair: bool) -> Iterator[tuple[str, list[Difference]]]:
    """Each open period with its differences; `repair` sets the rows right.

    Rows are locked while they are compared, so that a writer waits instead of disturbing.
    """
    for period in begun(work.session, today):
        yield period, recount_one(work, period, today, repair=repair)


def begun(session: Session, today: date) -> list[str]:
    """The periods that have figures, up to the one of a day."""
    first = session.execute(select(FigureDay.first_period)).scalar_one_or_none()
    return [] if first is None else list(periods.span(first, periods.period_of(today)))


def recount_one(
    work: Work, period: str, today: date, *, repair: bool, hold: bool = True
) -> list[Difference]:
    """One period; it needs no `hold` on the rows where a session sees one moment anyway."""
    session = work.session
    if hold:
        trees.hold(session)
        figures.drain(session)
    lost = tree_rows.without_row(session, period)
    misplaced = _misplaced(work, period)
    if repair:
        tree_rows.add_rows(session, period, today)
        trees.settle(session, period, work.now)
    differences = _compare(work, period, today, lost, hold=hold)
    broken = [
        Difference(period, path, kind, 0, 1)
        for path, kind in period_seals.breaches(session, period)
    ]
    if repair and (mendable := _mendable(differences, broken)):
        _repair(session, period, mendable)
    owed = _owed(work, period, repair=repair)
    missing = [Difference(period, unit.path, "row", 0, 1) for unit in lost]
    return missing + misplaced + differences + owed + broken


def _mendable(differences: list[Difference], broken: list[Difference]) -> list[Difference]:
    """Not at a cell whose seal is broken or above it: what is wrong there may be the cell's row."""
    cells = [each.path for each in broken]
    return [each for each in differences if not any(path.startswith(each.path) for path in cells)]


def _owed(work: Work, period: str, *, repair: bool) -> list[Difference]:
    """Cells that owe something else than their figures expect."""
    astray = obligations.astray(work.session, period)
    if repair:
        obligations.adjust(work.session, period, astray, work.now)
    paths = _paths(work.session, astray)
    return [
        Difference(period, path, "obligations", int(change < 0), int(change > 0))
        for path, change in sorted((paths[cell], change) for cell, change in astray.items())
    ]


def _misplaced(work: Work, period: str) -> list[Difference]:
    """Rows that stand elsewhere than their units did."""
    moves = trees.misplaced(work.session, period, work.now)
    paths = _paths(work.session, [move.unit_id for move in moves])
    return [Difference(period, path, "place", 0, 1) for path in sorted(paths.values())]


def _paths(session: Session, units: Collection[UUID]) -> dict[UUID, str]:
    """Where units stand today."""
    found: dict[UUID, str] = {}
    for portion in portions(units):
        named = pick(Organization.id, Organization.path).where(col(Organization.id).in_(portion))
        found.update(dict(tuple(row) for row in session.execute(named.execution_options(**_ALL))))
    return found


def _compare(
    work: Work, period: str, today: date, lost: list[Organization], *, hold: bool
) -> list[Difference]:
    session = work.session
    rows = select(Figure).where(Figure.period == period).order_by(col(Figure.organization_id))
    held = rows.with_for_update() if hold else rows
    found = session.execute(held.execution_options(**_ALL)).scalars()
    stored = sorted(found, key=lambda row: row.path)
    pending = _pending(session, period)
    places = {row.organization_id: row.path for row in stored}
    places |= {unit.id: unit.path for unit in lost}
    frozen = {row.path: _counts_of(row) for row in stored if row.is_cell and _is_locked(row, work)}
    true = _true_counts(session, period, today, places, frozen)
    differences = []
    for row in stored:
        for name in COUNTS:
            shown = getattr(row, name) + pending.get(row.path, {}).get(name, 0)
            wanted = true.get(row.path, {}).get(name, 0)
            if shown != wanted:
                differences.append(Difference(period, row.path, name, shown, wanted))
    return differences


def _counts_of(row: Figure) -> Counts:
    return {name: getattr(row, name) for name in COUNTS}


def _is_locked(row: Figure, work: Work) -> bool:
    """`Figure.is_open` for a row in hand: what a seal vouches for is not counted anew."""
    return row.locked_at is not None and not (row.open_until and row.open_until > work.now)


def _true_counts(
    session: Session, period: str, today: date, places: dict[UUID, str], frozen: dict[str, Counts]
) -> dict[str, Counts]:
    """By path: cells from their base rows or as they are frozen, the units above by adding up."""
    cells = {
        places[organization_id]: counts
        for organization_id, counts in count_cells(session, period, today).items()
        if organization_id in places
    }
    cells |= frozen
    return cells | figures.sum_above(cells.items())


def _pending(session: Session, period: str) -> dict[str, Counts]:
    """What other workers' deltas will still add above."""
    statement = select(FigureDelta).where(FigureDelta.period == period)
    waiting = session.execute(statement.execution_options(**_ALL)).scalars()
    changes = [(row.path, {name: getattr(row, name) for name in COUNTS}) for row in waiting]
    return figures.sum_above(changes)


def _repair(session: Session, period: str, differences: list[Difference]) -> None:
    changes: dict[str, Counts] = {}
    for found in differences:
        changes.setdefault(found.path, {})[found.count] = found.true - found.stored
    figures.add_to_rows(session, period, changes)


_ALL: dict[str, Any] = {"scoped": "figures count every row", "populate_existing": True}
