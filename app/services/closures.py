"""When a unit is there: from its first day to its end, but for the days it was closed between."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlmodel import col, select

from app.core import periods
from app.core.errors import Invalid
from app.models import Closure, Organization
from app.models.base import valid_on
from app.work import Work


def is_there_on(day: date) -> ColumnElement[bool]:
    """Units that are valid on a day and not closed on it."""
    closed = exists().where(
        col(Closure.organization_id) == Organization.id, *valid_on(Closure, day)
    )
    return and_(*valid_on(Organization, day), ~closed)


def is_alive_in(period: str) -> ColumnElement[bool]:
    """Units that are there on some day of a period: those have a row in it."""
    first, last = periods.first_day(period), periods.last_day(period)
    closed_throughout = exists().where(
        col(Closure.organization_id) == Organization.id,
        col(Closure.valid_from) <= first,
        col(Closure.valid_to) > last,
    )
    return and_(
        col(Organization.valid_from) <= last,
        or_(col(Organization.valid_to).is_(None), col(Organization.valid_to) > first),
        ~closed_throughout,
    )


def expect_there(work: Work, unit: Organization, day: date, pointer: str) -> None:
    """`Invalid` when a unit is not there on a day: nothing begins in it then."""
    expect_lasting(work, unit, day, day + timedelta(days=1), pointer)


def expect_lasting(
    work: Work, unit: Organization, day: date, until: date | None, pointer: str
) -> None:
    """`Invalid` unless a unit is there from a day to the one before `until`, or for ever.

    Whoever ends it waits until the transaction is over, as this waits for whoever does: `hold`.
    """
    end = col(Organization.valid_to)
    lasting: Any = select(Organization.id).where(
        Organization.id == unit.id,
        Organization.valid_from <= day,
        or_(end.is_(None), false() if until is None else end >= until),
    )
    held = lasting.with_for_update(read=True)
    lasts = work.session.execute(held.execution_options(scoped="of a reached unit")).first()
    if lasts is None or _is_closed(work, unit, day, until):
        raise Invalid.at(
            pointer,
            "unit_not_valid",
            "Tổ chức không hoạt động vào ngày này.",
            "The unit does not exist on this day.",
        )


def hold(work: Work, unit: Organization) -> None:
    """Nothing begins in a unit that is about to end; it is as whoever came before left it."""
    work.session.refresh(unit, with_for_update={"key_share": True})


def _is_closed(work: Work, unit: Organization, day: date, until: date | None) -> bool:
    closed: Any = select(Closure.id).where(
        Closure.organization_id == unit.id, col(Closure.valid_to) > day
    )
    if until is not None:
        closed = closed.where(col(Closure.valid_from) < until)
    scoped = closed.execution_options(scoped="of a reached unit")
    return work.session.execute(scoped).first() is not None
