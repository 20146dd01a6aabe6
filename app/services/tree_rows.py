"""Rows of figures for the units of a period, each at the place that its unit had in the tree."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, or_, true, update
from sqlmodel import Session, col, exists, select

from app.core import periods
from app.core.selects import AT_ONCE, pick
from app.models import COUNTS, Figure, Organization, OrganizationKind, OrganizationParent
from app.services import closures, figures


class Node(NamedTuple):
    """A unit on a day: under whom it stood, and the path of its row when it has one."""

    segment: str
    parent_id: UUID | None
    path: str | None


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


def without_row(session: Session, period: str) -> list[Organization]:
    """Units that are alive in a period and have no row in it: there should be none."""
    statement = select(Organization).where(_lacks_row(period))
    return list(session.execute(_counted(statement)).scalars())


def _lacks_row(period: str) -> ColumnElement[bool]:
    has_row = exists().where(
        col(Figure.organization_id) == Organization.id, col(Figure.period) == period
    )
    return and_(~has_row, closures.is_alive_in(period))


def add_rows(
    session: Session, period: str, today: date, only: Collection[UUID] | None = None
) -> None:
    """Give units that are alive in a period and have no row in it one, all zero.

    A unit that comes under one whose row is locked is locked with it, and counts nothing.
    """
    lacking = pick(Organization.id, Organization.kind).where(
        _lacks_row(period), among(Organization.id, only)
    )
    units = session.execute(_counted(lacking)).all()
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


def among(column: Any, only: Collection[UUID] | None) -> ColumnElement[bool]:
    """Only these, unless none are named, or more than one statement names: then all there are."""
    return true() if only is None or len(only) > AT_ONCE else col(column).in_(only)


def _counted(statement: Any) -> Any:
    return statement.execution_options(scoped="figures count every row")


_PAST: dict[str, Any] = {"scoped": "figures count every row", "synchronize_session": False}
