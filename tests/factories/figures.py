"""Counts of a unit in a month, put there as they are; and months that are locked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from app.models import Figure, Organization, OrganizationKind
from app.services import period_seals


def put_figure(session: Session, unit: Organization, period: str, **counts: int) -> None:
    """Whatever the base rows say; a month of another year gets its row."""
    changed: Any = session.execute(
        update(Figure)
        .where(col(Figure.organization_id) == unit.id, col(Figure.period) == period)
        .values(**counts)
        .execution_options(scoped="a test")
    )
    if not changed.rowcount:
        is_cell = unit.kind == OrganizationKind.CELL
        place: dict[str, Any] = {"parent_id": unit.parent_id, "path": unit.path}
        row = Figure(organization_id=unit.id, period=period, is_cell=is_cell, **(place | counts))
        session.add(row)
        session.flush()


def lock(
    session: Session,
    units: Iterable[Organization],
    period: str,
    now: datetime,
    *,
    open_until: datetime | None = None,
) -> None:
    """With what a lock writes down of cells' accounts."""
    locked = list(units)
    session.execute(
        update(Figure)
        .where(
            col(Figure.period) == period, col(Figure.organization_id).in_([u.id for u in locked])
        )
        .values(locked_at=now, open_until=open_until)
        .execution_options(scoped="a test", synchronize_session=False)
    )
    cells = [unit.id for unit in locked if unit.kind == OrganizationKind.CELL]
    period_seals.seal(session, period, cells, now)
