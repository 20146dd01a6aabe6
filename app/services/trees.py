"""The tree of each period: a unit's row stands where the unit stood on the day counted on.

Where a row moves, the units above lose and gain what it counts. One that is locked stays.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, text, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.core import periods
from app.core.clock import local_date
from app.core.selects import pick, portions
from app.models import (
    COUNTS,
    Figure,
    FigureDay,
    Organization,
    OrganizationParent,
    Setting,
)
from app.models.organizations import SEGMENT_WIDTH
from app.services import figures, period_seals, tree_rows
from app.work import Work

T = TypeVar("T")


def hold(session: Session) -> None:
    """Let nobody else touch the tree, or fold, until the transaction ends.

    It comes before all else that writers wait for: units, then the day, then rows of figures. So
    do they, who name a unit in what they write before they count. On SQLite writers queue.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({figures.FOLD_LOCK})"))
        session.execute(select(FigureDay.day).with_for_update(read=True))


def follow(work: Work, units: Collection[UUID], since: date) -> None:
    """Bring rows to where, and whether, these units stand now, in the periods from a day's on."""
    work.session.flush()
    hold(work.session)
    for period in figures.opened(work, figures.from_day(work, since)):
        _hold_branches(work.session, period, units)
        settle(work.session, period, work.now, units)
        tree_rows.add_rows(work.session, period, local_date(work.now), units)
        figures.recount(work, units, [period])
        tree_rows.drop_rows(work.session, period, units)


class Move(NamedTuple):
    """A unit whose row stands elsewhere than the unit did."""

    unit_id: UUID
    old_parent_id: UUID | None
    new_parent_id: UUID | None


class Shift(NamedTuple):
    """What was done: from where to where."""

    unit_id: UUID
    old_path: str
    new_path: str


def misplaced(
    session: Session, period: str, now: datetime, only: Collection[UUID] | None = None
) -> list[Move]:
    """Rows that stand elsewhere than their units on the day counted on, the highest first.

    Only where the row, the one it stands under and the one it should stand under are open.
    """
    day = periods.counted_on(period, local_date(now))
    above = aliased(Figure)
    is_kept = exists().where(
        col(above.period) == period,
        col(above.organization_id).in_([col(Figure.parent_id), col(OrganizationParent.parent_id)]),
        ~above.is_open(now),
    )
    statement = (
        pick(Figure.organization_id, Figure.parent_id, OrganizationParent.parent_id)
        .select_from(Figure)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .join(OrganizationParent, and_(*tree_rows.stood_on(day)))
        .where(
            col(Figure.period) == period,
            Figure.is_open(now),
            col(Figure.parent_id).is_distinct_from(col(OrganizationParent.parent_id)),
            ~is_kept,
            tree_rows.among(Figure.organization_id, only),
        )
        .order_by(func.length(Figure.path), col(Figure.path))
    )
    return [Move(*record) for record in session.execute(_counted(statement))]


def settle(
    session: Session, period: str, now: datetime, only: Collection[UUID] | None = None
) -> None:
    """Move rows of a period, each with all below it, to where their units stood."""
    session.flush()
    moves = misplaced(session, period, now, only)
    if not moves:
        return
    hold(session)
    _hold_branches(session, period, [move.unit_id for move in moves])
    figures.drain(session)
    shifts: list[Shift] = []
    one_by_one(moves, lambda move: _shift(session, period, now, move, shifts))
    places = [path for shift in shifts for path in (shift.old_path, shift.new_path)]
    period_seals.bind(session, period, places)
    if cells := _ruled_otherwise(session, period, shifts):
        figures.recount_period(session, period, now, cells)


def one_by_one(waiting: Iterable[T], step: Callable[[T], bool]) -> None:
    """Each as soon as it can be done, until none can: one may have to go out of another's way."""
    waiting = list(waiting)
    while waiting:
        left = [each for each in waiting if not step(each)]
        if len(left) == len(waiting):
            return
        waiting = left


def _hold_branches(session: Session, period: str, units: Collection[UUID]) -> None:
    """Cells below do not count meanwhile: what they did waits above the old place no more."""
    if session.get_bind().dialect.name != "postgresql":
        return
    below: set[UUID] = set()
    for portion in portions(units):
        places = select(Figure.path).where(
            col(Figure.period) == period, col(Figure.organization_id).in_(portion)
        )
        for top in session.execute(_counted(places)).scalars().all():
            branch = select(Figure.organization_id).where(Figure.within(period, top))
            below.update(session.execute(_counted(branch)).scalars())
    for portion in portions(sorted(below)):
        rows = select(Figure.organization_id).where(
            col(Figure.period) == period, col(Figure.organization_id).in_(portion)
        )
        ordered = rows.order_by(col(Figure.organization_id)).with_for_update(key_share=True)
        session.execute(_counted(ordered))


def _shift(session: Session, period: str, now: datetime, move: Move, shifts: list[Shift]) -> bool:
    """Whether it could be moved as things stand."""
    wanted = {one for one in move if one is not None}
    names = ("organization_id", "path", *COUNTS)
    columns = (getattr(Figure, name) for name in names)
    statement = pick(*columns).where(
        col(Figure.period) == period,
        col(Figure.organization_id).in_(wanted),
        Figure.is_open(now),
    )
    rows = {row.organization_id: row for row in session.execute(_counted(statement))}
    if set(rows) != wanted:
        return False
    row = rows[move.unit_id]
    above = rows[move.new_parent_id].path if move.new_parent_id else ""
    if above.startswith(row.path):
        return False
    path = above + row.path[-SEGMENT_WIDTH:]
    counts = {name: getattr(row, name) for name in COUNTS}
    taken = figures.sum_above([(row.path, {name: -number for name, number in counts.items()})])
    given = figures.sum_above([(path, counts)])
    kept = taken.keys() & given.keys()
    changes = {place: said for place, said in (taken | given).items() if place not in kept}
    figures.add_to_rows(session, period, changes)
    carry(session, Figure, row.path, path, col(Figure.period) == period)
    placed = update(Figure).where(
        col(Figure.organization_id) == move.unit_id, col(Figure.period) == period
    )
    session.execute(placed.values(parent_id=move.new_parent_id).execution_options(**_PAST))
    shifts.append(Shift(move.unit_id, row.path, path))
    return True


def carry(
    session: Session, model: Any, old: str, new: str, *conditions: ColumnElement[bool]
) -> None:
    """Give everything at a path and below it the paths it has at another place."""
    path = col(model.path)
    moved = update(model).where(*conditions, path >= old, path < old + "~")
    values = moved.values(path=literal(new).concat(func.substr(path, len(old) + 1)))
    session.execute(values.execution_options(**_PAST))


def _ruled_otherwise(session: Session, period: str, shifts: Collection[Shift]) -> list[UUID]:
    """Cells that left or came under committees which have decided something, ever."""
    deciding = select(Organization.segment).where(
        col(Organization.id).in_(select(Setting.organization_id))
    )
    segments = set(session.execute(_counted(deciding)).scalars()) if shifts else set()
    moved = [
        shift.unit_id
        for shift in shifts
        if segments & (_segments(shift.old_path) ^ _segments(shift.new_path))
    ]
    if not moved:
        return []
    top = Figure.__table__.alias("top")  # type: ignore[attr-defined]  # made by SQLModel
    cells = select(Figure.organization_id).where(
        col(Figure.period) == period,
        col(Figure.is_cell),
        top.c.period == period,
        top.c.organization_id.in_(moved),
        col(Figure.path) >= top.c.path,
        col(Figure.path) < top.c.path + "~",
    )
    return list(session.execute(_counted(cells.distinct())).scalars())


def _segments(path: str) -> set[str]:
    return {path[at : at + SEGMENT_WIDTH] for at in range(0, len(path), SEGMENT_WIDTH)}


def _counted(statement: Any) -> Any:
    return statement.execution_options(scoped="figures count every row")


_PAST: dict[str, Any] = {"scoped": "figures count every row", "synchronize_session": False}
