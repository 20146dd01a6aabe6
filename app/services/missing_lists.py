"""The lists behind the figures: selected by the predicates that count them, so that they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, false, literal, null, or_
from sqlmodel import col, select

from app.core import periods
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    Attendance,
    AttendanceStatus,
    Figure,
    Meeting,
    Member,
    Organization,
)
from app.schemas.dashboards import Measure
from app.services import account_lists
from app.services.cell_counts import regular_in
from app.services.measures import FRACTIONS, OF_ACCOUNTS, OF_CELLS, months_of
from app.services.spans import Span
from app.work import Work


@dataclass(frozen=True)
class Listing:
    """Everybody who is missing, and in which order they are named; the last column is unique.

    Each record says a cell, the period, the member if it is one, and when it was mended since.
    """

    statement: Select[Any]
    order: tuple[Any, ...]


def of(work: Work, unit: Organization, measure: Measure, span: Span) -> Listing:
    """Those below a unit, in the months of the span that count for the measure."""
    months = months_of(measure, span.opened(work.now))
    below = _below(work, unit, months)
    if measure in OF_CELLS:
        return _cells(measure, below)
    if measure in OF_ACCOUNTS and months:
        return _accounts(work, measure, span.opened(work.now), below)
    return _absent(months, below) if measure is Measure.ATTENDANCE else _nobody()


def _below(work: Work, unit: Organization, months: Sequence[str]) -> ColumnElement[bool]:
    """Each month's cells under the place the unit had in it."""
    statement = select(Figure.period, Figure.path).where(
        Figure.organization_id == unit.id, col(Figure.period).in_(months)
    )
    places = work.session.execute(_scoped(statement.order_by(Figure.period)))
    return or_(false(), *(account_lists.cells_at(path, month) for month, path in places))


_CELL = (
    Organization.id.label("cell_id"),  # type: ignore[attr-defined]  # a column
    Organization.code,
    Organization.name,
    Organization.kind,
    Organization.path.label("cell_path"),  # type: ignore[attr-defined]  # a column
)
_MEMBER = (Member.id.label("member_id"), Member.full_name)  # type: ignore[attr-defined]  # a column
_NO_MEMBER = (null().label("member_id"), null().label("full_name"))
_NOT_MENDED = null().label("resolved_at")


def _cells(measure: Measure, below: ColumnElement[bool]) -> Listing:
    above, under = (getattr(Figure, name) for name in FRACTIONS[measure])
    statement = (
        pick(*_CELL, Figure.period, *_NO_MEMBER, _NOT_MENDED)
        .select_from(Figure)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(below, under > above)
    )
    return Listing(statement, (col(Figure.path), col(Figure.period)))


def _accounts(
    work: Work, measure: Measure, months: Sequence[str], below: ColumnElement[bool]
) -> Listing:
    """Members due an account that was not activated, or not used, in time."""
    rows = account_lists.lacking(work, months, below)
    is_of_opening = measure is Measure.ACCOUNTS_ACTIVATED
    lacks = rows.c.is_activated == 0 if is_of_opening else rows.c.is_active == 0
    resolved = rows.c.activated_at if is_of_opening else null()
    return of_accounts(rows, months[-1], lacks, resolved)


def of_accounts(rows: Any, month: str, lacks: ColumnElement[bool], resolved: Any) -> Listing:
    """Some rows of `account_lists.lacking`, with their names."""
    statement = (
        pick(
            *_CELL,
            literal(month, String()).label("period"),
            *_MEMBER,
            resolved.label("resolved_at"),
        )
        .select_from(rows)
        .join(Member, col(Member.id) == rows.c.member_id)
        .join(Organization, col(Organization.id) == rows.c.cell_id)
        .where(lacks)
    )
    # A member may stand in two: in a cell that was locked, and in the one of a move told later.
    return Listing(statement, (col(Member.sort_key), col(Member.id), col(Organization.path)))


def _absent(months: Sequence[str], below: ColumnElement[bool]) -> Listing:
    """Lines of members summoned who were not there."""
    in_month = or_(
        false(), *(and_(col(Figure.period) == month, regular_in(month)) for month in months)
    )
    whole = _begins_and_ends(months)
    statement = (
        pick(
            *_CELL,
            Figure.period,
            *_MEMBER,
            _NOT_MENDED,
            Attendance.status,
        )
        .select_from(Attendance)
        .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .join(Member, col(Member.id) == Attendance.member_id)
        .join(Figure, col(Figure.organization_id) == Attendance.organization_id)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(
            below,
            whole,
            in_month,
            col(Meeting.status).in_(HELD_STATUSES),
            col(Attendance.status).not_in((AttendanceStatus.EXEMPT, AttendanceStatus.PRESENT)),
        )
    )
    return Listing(statement, (col(Member.sort_key), col(Attendance.id)))


def _begins_and_ends(months: Sequence[str]) -> ColumnElement[bool]:
    """Said once for all months, so that an index finds their meetings."""
    if not months:
        return false()
    return and_(
        col(Meeting.starts_at) >= periods.starts_at(months[0]),
        col(Meeting.starts_at) < periods.ends_at(months[-1]),
    )


def _nobody() -> Listing:
    """No tests are set yet, so nobody has left one undone."""
    statement = (
        pick(*_CELL, literal("", String()).label("period"), *_NO_MEMBER, _NOT_MENDED)
        .select_from(Organization)
        .where(false())
    )
    return Listing(statement, (col(Organization.path),))


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
