"""The tree of each period: a unit's row stands where the unit stood on the day counted on.

Rows are made, moved and dropped here and nowhere else, and each time the units above gain or lose
what was counted. A row that is locked stays where it stands.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    insert,
    literal,
    or_,
    text,
    true,
    update,
)
from sqlmodel import Session, col, exists, func, select

from app.core import periods
from app.core.clock import local_date
from app.core.selects import AT_ONCE, pick
from app.models import (
    COUNTS,
    Figure,
    FigureDay,
    Organization,
    OrganizationKind,
    OrganizationParent,
    Setting,
)
from app.models.organizations import SEGMENT_WIDTH
from app.services import closures, figures, period_seals
from app.work import Work

T = TypeVar("T")


class Node(NamedTuple):
    """A unit on a day: under whom it stood, and the path of its row when it has one."""

    segment: str
    parent_id: UUID | None
    path: str | None


def hold(session: Session) -> None:
    """Let nobody else touch the tree, or fold, until the transaction ends.

    The day comes first, as for whoever turns it; cells' rows come after. On SQLite writers queue.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(FigureDay.day).with_for_update(read=True))
        session.execute(text(f"SELECT pg_advisory_xact_lock({figures.FOLD_LOCK})"))


def stood_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """The link of `OrganizationParent` that says where a unit stood on a day.

    One founded later stands where it will be founded.
    """
    return (
        col(OrganizationParent.organization_id) == Organization.id,
        or_(
            col(OrganizationParent.valid_from) <= day,
            col(OrganizationParent.valid_from) == Organization.valid_from,
        ),
        or_(col(OrganizationParent.valid_to).is_(None), col(OrganizationParent.valid_to) > day),
    )


def follow(work: Work, units: Collection[UUID], since: date) -> None:
    """Bring rows to where, and whether, these units stand now, in the periods from a day's on."""
    work.session.flush()
    hold(work.session)
    opened = figures.opened(work, figures.from_day(work, since))
    for period in opened:
        settle(work.session, period, work.now, units)
        add_rows(work.session, period, local_date(work.now), units)
    figures.recount(work, units, opened)
    for period in opened:
        drop_rows(work.session, period, units)


def without_row(
    session: Session, period: str, only: Collection[UUID] | None = None
) -> list[Organization]:
    """Units that are alive in a period and have no row in it: there should be none."""
    has_row = exists().where(
        col(Figure.organization_id) == Organization.id, col(Figure.period) == period
    )
    statement = select(Organization).where(
        ~has_row, closures.is_alive_in(period), among(Organization.id, only)
    )
    return list(session.execute(_counted(statement)).scalars())


def add_rows(
    session: Session, period: str, today: date, only: Collection[UUID] | None = None
) -> None:
    """Give units that are alive in a period and have no row in it one, all zero.

    A unit that comes under one whose row is locked is locked with it, and counts nothing.
    """
    units = without_row(session, period, only)
    if not units:
        return
    day = periods.counted_on(period, today)
    nodes = _nodes(session, period, day, None if only is None else [unit.id for unit in units])
    rows = [
        {
            "organization_id": unit.id,
            "period": period,
            "parent_id": nodes[unit.id].parent_id,
            "path": _path(nodes, unit.id),
            "is_cell": unit.kind == OrganizationKind.CELL,
            **dict.fromkeys(COUNTS, 0),
        }
        for unit in units
    ]
    session.execute(insert(Figure), rows)
    _lock_with_parents(session, period, rows)


def _nodes(
    session: Session, period: str, day: date, only: Sequence[UUID] | None
) -> Mapping[UUID, Node]:
    """These units, all of them unless told which, and those above up to one that has a row."""
    statement = (
        pick(Organization.id, Organization.segment, OrganizationParent.parent_id, Figure.path)
        .select_from(Organization)
        .outerjoin(OrganizationParent, and_(*stood_on(day)))
        .outerjoin(
            Figure,
            and_(col(Figure.organization_id) == Organization.id, col(Figure.period) == period),
        )
    )
    nodes: dict[UUID, Node] = {}
    wanted: Collection[UUID] | None = only
    while wanted is None or wanted:
        found = _counted(statement.where(among(Organization.id, wanted)))
        level = {unit_id: Node(*node) for unit_id, *node in session.execute(found)}
        nodes |= level
        above = {node.parent_id for node in level.values() if node.path is None}
        wanted = [unit_id for unit_id in above if unit_id is not None and unit_id not in nodes]
    return nodes


def _path(nodes: Mapping[UUID, Node], unit_id: UUID) -> str:
    below = ""
    at: UUID | None = unit_id
    while at is not None:
        node = nodes[at]
        if node.path is not None:
            return node.path + below
        below = node.segment + below
        at = node.parent_id
    return below


def _lock_with_parents(session: Session, period: str, rows: Iterable[dict[str, Any]]) -> None:
    locked = pick(Figure.organization_id, Figure.locked_at, Figure.open_until).where(
        col(Figure.period) == period,
        col(Figure.locked_at).is_not(None),
        col(Figure.organization_id).in_({row["parent_id"] for row in rows}),
    )
    above = {unit_id: said for unit_id, *said in session.execute(_counted(locked))}
    frozen = []
    for row in sorted(rows, key=lambda row: len(row["path"])) if above else ():
        if (said := above.get(row["parent_id"])) is not None:
            above[row["organization_id"]] = said
            frozen.append({"of_unit": row["organization_id"], "at": said[0], "until": said[1]})
    if frozen:
        session.connection().execute(_LOCK, [one | {"in_period": period} for one in frozen])


_LOCK = (
    update(Figure)
    .where(
        col(Figure.organization_id) == bindparam("of_unit"),
        col(Figure.period) == bindparam("in_period"),
    )
    .values(locked_at=bindparam("at"), open_until=bindparam("until"))
)


def drop_rows(session: Session, period: str, only: Collection[UUID] | None = None) -> None:
    """Take away rows of units that were not there on any day of the period after all.

    What is locked stays, and what still counts something, each with those above it.
    """
    alive = select(Organization.id).where(closures.is_alive_in(period))
    dead = pick(Figure.organization_id, Figure.path).where(
        col(Figure.period) == period,
        col(Figure.organization_id).not_in(alive),
        col(Figure.locked_at).is_(None),
        among(Figure.organization_id, only),
    )
    found = session.execute(_counted(dead.order_by(col(Figure.path).desc()))).all()
    if found:
        figures.drain(session)
    below = Figure.__table__.alias("below")  # type: ignore[attr-defined]  # made by SQLModel
    for unit_id, path in found:  # from the leaves up
        stands_above = exists().where(
            below.c.period == period, below.c.path > path, below.c.path < path + "~"
        )
        gone = delete(Figure).where(
            col(Figure.organization_id) == unit_id,
            col(Figure.period) == period,
            *(col(getattr(Figure, name)) == 0 for name in COUNTS),
            ~stands_above,
        )
        session.execute(gone.execution_options(**_PAST))


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
    #: Under a lock, by an exception from it.
    is_excepted: bool


def misplaced(
    session: Session, period: str, now: datetime, only: Collection[UUID] | None = None
) -> list[Move]:
    """Open rows that stand elsewhere than their units on the day counted on, the highest first."""
    day = periods.counted_on(period, local_date(now))
    statement = (
        pick(Figure.organization_id, Figure.parent_id, OrganizationParent.parent_id)
        .select_from(Figure)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .join(OrganizationParent, and_(*stood_on(day)))
        .where(
            col(Figure.period) == period,
            Figure.is_open(now),
            col(Figure.parent_id).is_distinct_from(col(OrganizationParent.parent_id)),
            among(Figure.organization_id, only),
        )
        .order_by(func.length(Figure.path), col(Figure.path))
    )
    return [Move(*record) for record in session.execute(_counted(statement))]


def settle(
    session: Session, period: str, now: datetime, only: Collection[UUID] | None = None
) -> None:
    """Move rows of a period, each with all below it, to where their units stood.

    Not where the row, the one it stands under or the one it should stand under is locked.
    """
    session.flush()
    moves = misplaced(session, period, now, only)
    if not moves:
        return
    hold(session)
    _hold_branches(session, period, moves)
    figures.drain(session)
    shifts: list[Shift] = []
    one_by_one(moves, lambda move: _shift(session, period, now, move, shifts))
    for shift in shifts:
        if shift.is_excepted:
            period_seals.bind(session, period, [shift.old_path, shift.new_path])
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


def _hold_branches(session: Session, period: str, moves: Iterable[Move]) -> None:
    """Cells below do not count meanwhile: what they did waits above the old place no more."""
    if session.get_bind().dialect.name != "postgresql":
        return
    moved = select(Figure.path).where(
        col(Figure.period) == period,
        col(Figure.organization_id).in_([move.unit_id for move in moves]),
    )
    tops = sorted(session.execute(_counted(moved)).scalars())
    for top in tops:
        branch = select(Figure.path).where(col(Figure.period) == period, _below(top))
        session.execute(_counted(branch.order_by(col(Figure.path)).with_for_update()))


def _shift(session: Session, period: str, now: datetime, move: Move, shifts: list[Shift]) -> bool:
    """Whether it could be moved as things stand."""
    wanted = {one for one in move if one is not None}
    names = ("organization_id", "path", "locked_at", *COUNTS)
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
    shifts.append(Shift(move.unit_id, row.path, path, is_excepted=row.locked_at is not None))
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


def _below(path: str) -> ColumnElement[bool]:
    return and_(col(Figure.path) >= path, col(Figure.path) < path + "~")


def among(column: Any, only: Collection[UUID] | None) -> ColumnElement[bool]:
    """Only these, unless none are named, or more than one statement names: then all there are."""
    return true() if only is None or len(only) > AT_ONCE else col(column).in_(only)


def _counted(statement: Any) -> Any:
    return statement.execution_options(scoped="figures count every row")


_PAST: dict[str, Any] = {"scoped": "figures count every row", "synchronize_session": False}
