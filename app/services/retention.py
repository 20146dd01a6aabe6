"""Erases what has had its time: a portion a transaction, with a trace of how much it was.

It changes no figure, and no month that is sealed; `retention_classes` says what goes when.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, inspect, or_, tuple_, update
from sqlmodel import Session, SQLModel

from app.core import walls
from app.core.selects import pick
from app.services.retention_classes import DataClass
from app.work import Work

#: So many rows are erased in one transaction.
PORTION = 1_000


@walls.beyond("time is up in every tree")
def due(session: Session, each: DataClass, now: datetime) -> int:
    """How many rows have had their time."""
    counted = pick(func.count()).select_from(each.model).where(_is_due(each, now))
    number: int = session.execute(_of_all(counted)).scalar_one()
    return number


def erase(work: Work, each: DataClass) -> int:
    """One portion, with its trace; how many rows that were."""
    condition = _is_due(each, work.now)
    chosen = and_(condition, _portion(each.model, condition))
    statement: Any = delete(each.model).where(chosen)
    if each.blanks:
        statement = update(each.model).where(chosen).values(_blanked(each))
    done: Any = work.session.execute(_of_all(statement))
    number = int(done.rowcount)
    if number:
        work.record("retention.erased", each, name=each.name, count=number)
    return number


def _is_due(each: DataClass, now: datetime) -> ColumnElement[bool]:
    """Old, and not erased already."""
    old = each.is_old(each.kept.before(now))
    if not each.blanks:
        return old
    told = [_column(each, name).is_distinct_from(value) for name, value in each.blanks.items()]
    return and_(old, or_(*told))


def _portion(model: type[SQLModel], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    key = inspect(model).primary_key
    some: Select[Any] = pick(*key).where(condition).limit(PORTION)
    return tuple_(*key).in_(some)


def _blanked(each: DataClass) -> dict[str, Any]:
    values = dict(each.blanks)
    return values | {"version": _column(each, "version") + 1}


def _column(each: DataClass, name: str) -> Any:
    return inspect(each.model).columns[name]


def _of_all(statement: Any) -> Any:
    return statement.execution_options(
        scoped="the term of a class is everybody's", synchronize_session=False
    )
