"""Counts for every unit and period, exact at every moment.

A cell's row is recounted from its base rows in the transaction that changed them. What it changed
by goes to the units above: at once on SQLite, whose writers queue anyway; on PostgreSQL as a delta
that the worker folds in and that readers add meanwhile, so that cells never wait for each other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, insert, text, update
from sqlmodel import Session, col, func, select

from app.core import periods
from app.core.clock import local_date
from app.core.selects import AT_ONCE, pick, portions
from app.models import (
    COUNTS,
    Figure,
    FigureDay,
    FigureDelta,
    Meeting,
    Membership,
)
from app.models.organizations import SEGMENT_WIDTH
from app.services import obligations, period_locks, period_seals
from app.services.cell_counts import Counts, count_cells
from app.work import Work

#: Deltas folded in one transaction at most.
FOLD_LIMIT = 5_000
#: Held by whoever folds, and by whoever changes what stands above what.
FOLD_LOCK = 608_616


def recount(work: Work, organization_ids: Collection[UUID], among: Iterable[str]) -> None:
    """Bring these cells' figures up to date, in those of the periods that are open."""
    work.session.flush()
    if not organization_ids:
        return
    # Beyond what one statement names, counting every cell is simpler and no slower.
    only = organization_ids if len(organization_ids) <= AT_ONCE else None
    for period in opened(work, among):
        recount_period(work.session, period, work.now, only)


def recount_meeting(work: Work, meeting: Meeting, *before: str) -> None:
    """Bring a meeting's figures up to date: in the periods it counts in, and in those it counted
    in `before`, when it moved. `PeriodLocked` when one of them is locked for its cell.

    That is its own period and, for a quarterly obligation, the rest of its quarter.
    """
    own = {meeting.period, *before}
    recount(work, [meeting.organization_id], _rest_of_quarters(own))
    # Asked with the cell's rows held: nobody locks them between the question and the commit.
    period_locks.expect_open(work, meeting.organization_id, *own)


def recount_meetings(work: Work, meetings: Collection[Meeting]) -> None:
    """The same for many at once."""
    by_period: dict[str, set[UUID]] = defaultdict(set)
    for meeting in meetings:
        by_period[meeting.period].add(meeting.organization_id)
    recount(work, set().union(*by_period.values()), _rest_of_quarters(by_period))
    period_locks.expect_meetings_open(work, meetings)


def recount_members(work: Work, member_ids: Collection[UUID], since: date) -> None:
    """Bring the figures of every cell these members belong or belonged to up to date."""
    work.session.flush()
    cells: set[UUID] = set()
    for portion in portions(member_ids):
        statement = select(Membership.organization_id).where(col(Membership.member_id).in_(portion))
        cells.update(work.session.execute(_counted(statement.distinct())).scalars())
    recount(work, cells, from_day(work, since))


def from_day(work: Work, since: date) -> Iterable[str]:
    """The periods from a day's to the present one."""
    return periods.span(periods.period_of(since), periods.period_at(work.now))


def recount_period(
    session: Session, period: str, now: datetime, only: Collection[UUID] | None = None
) -> None:
    """Recount cells in one period and pass on what changed; a locked one stays as it is.

    The rows are held first.
    """
    stored = {
        row.organization_id: row for row in _stored_cells(session, period, now, only) if row.is_open
    }
    if not stored:
        return
    if excepted := [cell for cell, row in stored.items() if row.is_locked]:  # by an exception
        period_seals.renew(session, period, excepted, now)
    counted = count_cells(session, period, local_date(now), only)
    changes: dict[UUID, Counts] = {}
    for organization_id, row in stored.items():
        found = counted.get(organization_id, {})
        change = {name: found.get(name, 0) - getattr(row, name) for name in COUNTS}
        if any(change.values()):
            changes[organization_id] = change
    if not changes:
        return
    paths = {organization_id: stored[organization_id].path for organization_id in changes}
    add_to_rows(session, period, {paths[cell]: change for cell, change in changes.items()})
    expected = {cell: change["cells"] for cell, change in changes.items() if change["cells"]}
    obligations.adjust(session, period, expected, now)
    if session.get_bind().dialect.name == "postgresql":
        rows = [{"period": period, "path": paths[cell], **changes[cell]} for cell in changes]
        session.execute(insert(FigureDelta), rows)
    else:
        above = sum_above([(paths[cell], change) for cell, change in changes.items()])
        add_to_rows(session, period, above)


def fold(session: Session) -> int:
    """Add waiting deltas to the units above; how many were added. One worker at a time."""
    if not session.execute(text(f"SELECT pg_try_advisory_xact_lock({FOLD_LOCK})")).scalar_one():
        return 0
    first = select(FigureDelta.id).order_by(col(FigureDelta.id)).limit(FOLD_LIMIT)
    taken = session.execute(
        delete(FigureDelta)
        .where(col(FigureDelta.id).in_(first))
        .returning(*(getattr(FigureDelta, name) for name in ("period", "path", *COUNTS)))
        .execution_options(synchronize_session=False)
    ).all()
    by_period: dict[str, list[tuple[str, Counts]]] = defaultdict(list)
    for row in taken:
        change = {name: getattr(row, name) for name in COUNTS}
        by_period[row.period].append((row.path, change))
    for period in sorted(by_period):
        add_to_rows(session, period, sum_above(by_period[period]))
    return len(taken)


def drain(session: Session) -> None:
    """Add all that waits; for whoever holds `FOLD_LOCK` and keeps cells from counting."""
    while session.get_bind().dialect.name == "postgresql" and fold(session):
        pass


def backlog(session: Session) -> int:
    """How many deltas wait; the worker keeps them below a thousand."""
    waiting: int = session.execute(select(func.count()).select_from(FigureDelta)).scalar_one()
    return waiting


def sum_above(changes: Iterable[tuple[str, Counts]]) -> dict[str, Counts]:
    """What each ancestor's counts change by; the paths themselves are left out."""
    totals: dict[str, Counts] = {}
    for path, change in changes:
        for end in range(SEGMENT_WIDTH, len(path), SEGMENT_WIDTH):
            total = totals.setdefault(path[:end], dict.fromkeys(COUNTS, 0))
            for name, number in change.items():
                total[name] += number
    return totals


def add_to_rows(session: Session, period: str, changes: Mapping[str, Counts]) -> None:
    """Add to the rows at these paths, in a fixed order so that nobody waits in a circle."""
    rows = [
        {"at_period": period, "at": path}
        | {f"add_{name}": changes[path].get(name, 0) for name in COUNTS}
        for path in sorted(changes)
    ]
    if rows:
        session.connection().execute(_ADD, rows)


_ADD = (
    update(Figure)
    .where(col(Figure.period) == bindparam("at_period"), col(Figure.path) == bindparam("at"))
    .values({name: getattr(Figure, name) + bindparam(f"add_{name}") for name in COUNTS})
)


def _stored_cells(
    session: Session, period: str, now: datetime, only: Collection[UUID] | None
) -> Iterable[Any]:
    asked: dict[str, Any] = {"at_period": period, "now": now}
    asked |= {} if only is None else {"cells": list(only)}
    return session.execute(_stored(of_some=only is not None), asked)


@lru_cache
def _stored(*, of_some: bool) -> Select[Any]:
    """The rows of all cells or of `cells`, held in a fixed order; built once."""
    columns = [getattr(Figure, name) for name in ("organization_id", "path", *COUNTS)]
    at: Any = bindparam("now", type_=Figure.open_until.type)  # type: ignore[union-attr]  # a column
    is_locked = col(Figure.locked_at).is_not(None).label("is_locked")
    statement = pick(*columns, Figure.is_open(at).label("is_open"), is_locked)
    statement = statement.where(col(Figure.period) == bindparam("at_period"), col(Figure.is_cell))
    if of_some:
        cells: Any = bindparam("cells", expanding=True)
        statement = statement.where(col(Figure.organization_id).in_(cells))
    # Not from those who ask whether the period is locked: they hold it as weakly as they can.
    # In the order of what never changes: a move gives rows other paths.
    ordered = statement.order_by(col(Figure.organization_id))
    return _counted(ordered.with_for_update(key_share=True))


def opened(work: Work, among: Iterable[str]) -> list[str]:
    """Those periods that have rows: from the first of the service to the day's."""
    found = work.session.execute(_SPAN).one_or_none()  # shared: the day does not turn meanwhile
    if found is None:
        return []
    first, last = found.first_period, found.day[: len(found.first_period)]
    return [period for period in among if first <= period <= last]


_SPAN = select(FigureDay.first_period, FigureDay.day).with_for_update(read=True)


def _rest_of_quarters(among: Collection[str]) -> list[str]:
    spans = (periods.span(period, periods.quarter_of(period)[1]) for period in among)
    return sorted({period for span in spans for period in span})


def _counted(statement: Select[Any]) -> Select[Any]:
    return statement.execution_options(scoped="figures count every row")
