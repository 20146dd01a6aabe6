"""How often running the same was missing from the same measure, up to some time.

Cells and accounts are asked month by month: a month in which the cell or the member did not count
neither adds nor interrupts. Attendance is asked meeting by meeting.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, String, cast, func, literal, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.core import periods
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    Activity,
    Attendance,
    AttendanceStatus,
    Figure,
    FigureDay,
    Meeting,
    MeetingKind,
    Member,
    Membership,
)
from app.schemas.dashboards import Measure
from app.services.denominators import accounts_due
from app.services.measures import FRACTIONS, OF_ACCOUNTS, OF_CELLS
from app.work import Work

#: As many months before are looked at for members: nobody reads a longer row as another one.
LOOKED_BACK = 36


@lru_cache(maxsize=256)
def in_a_row(measure: Measure, month: str) -> ColumnElement[int]:
    """Beside each record of the measure's list; `month` is the last that it counts.

    Kept: building it costs more than asking it.
    """
    if measure in OF_CELLS:
        return _of_cell(measure)
    if measure is Measure.ATTENDANCE:
        return _of_line()
    return _of_account(measure, month) if measure in OF_ACCOUNTS else literal(0)


def of_page(
    work: Work, measure: Measure, month: str, records: Sequence[Any]
) -> dict[tuple[Any, ...], int]:
    """The same for the records of one page, by `key_of` each."""
    if not records or not (measure in OF_CELLS or measure in _KEYS):
        return {}
    times = in_a_row(measure, month).label("times")
    keys = _KEYS.get(measure, (col(Figure.organization_id), col(Figure.period)))
    statement = pick(*keys, times)
    if measure is Measure.ATTENDANCE:
        statement = statement.join(Meeting, col(Meeting.id) == Attendance.meeting_id)
    for place, column in enumerate(keys):
        statement = statement.where(
            column.in_({key_of(measure, record)[place] for record in records})
        )
    found = work.session.execute(statement.execution_options(scoped="rows already listed"))
    return {tuple(keys): times for *keys, times in found}


def key_of(measure: Measure, record: Any) -> tuple[UUID | str, ...]:
    """What tells a record of the list from every other; its order ends the record."""
    if measure in OF_CELLS:
        return record.cell_id, record.period
    return (record.member_id,) if measure in OF_ACCOUNTS else (record[-1],)


_KEYS: dict[Measure, tuple[Any, ...]] = {
    Measure.ATTENDANCE: (col(Attendance.id),),
    **dict.fromkeys(OF_ACCOUNTS, (col(Member.id),)),
}


def _of_cell(measure: Measure) -> ColumnElement[int]:
    """Rows of the cell since the last in which it fulfilled the measure."""
    above, under = FRACTIONS[measure]
    earlier, fulfilled = aliased(Figure), aliased(Figure)
    last = (
        select(func.max(fulfilled.period))
        .where(
            col(fulfilled.organization_id) == Figure.organization_id,
            col(fulfilled.period) < Figure.period,
            getattr(fulfilled, under) > 0,
            getattr(fulfilled, above) >= getattr(fulfilled, under),
        )
        .correlate(Figure)
        .scalar_subquery()
    )
    return _counting(
        pick(func.count())
        .select_from(earlier)
        .where(
            col(earlier.organization_id) == Figure.organization_id,
            col(earlier.period) <= Figure.period,
            col(earlier.period) > func.coalesce(last, ""),
            getattr(earlier, under) > getattr(earlier, above),
        )
        .correlate(Figure)
    )


def _of_account(measure: Measure, month: str) -> ColumnElement[int]:
    """Months in which the member was due an account, since the last in which it was used.

    An account that is not open now was not open before.
    """
    months = _months_before(month)
    earlier = (
        accounts_due(months.c.day)
        .with_only_columns(func.count())
        .where(
            col(Membership.member_id) == Member.id,
            months.c.period >= select(FigureDay.first_period).scalar_subquery(),
        )
    )
    if measure is Measure.ACCOUNTS_ACTIVE:
        last = (
            select(func.max(Activity.period))
            .where(col(Activity.member_id) == Member.id, col(Activity.period) < month)
            .correlate(Member)
            .scalar_subquery()
        )
        earlier = earlier.where(months.c.period > func.coalesce(last, ""))
    return 1 + _counting(earlier.correlate(Member))


def _months_before(month: str) -> Any:
    """The months before one, each with its last day."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - LOOKED_BACK, 12)
    first = f"{year:04d}-{number + 1:02d}"
    listed = [before for before, _ in pairwise(periods.span(first, month))]
    rows = (
        select(
            cast(literal(before), String()).label("period"),
            literal(periods.last_day(before), Date()).label("day"),
        )
        for before in listed
    )
    return union_all(*rows).cte("months_before")


def _of_line() -> ColumnElement[int]:
    """Regular meetings to which the member was summoned and did not come, since the last to which
    they came."""
    line, meeting = aliased(Attendance), aliased(Meeting)
    kept, present = aliased(Attendance), aliased(Meeting)
    last = (
        pick(func.max(present.starts_at))
        .join(kept, col(kept.meeting_id) == present.id)
        .where(
            col(kept.member_id) == Attendance.member_id,
            col(kept.status) == AttendanceStatus.PRESENT,
            _is_regular(present),
            col(present.starts_at) < Meeting.starts_at,
        )
        .correlate(Attendance, Meeting)
        .scalar_subquery()
    )
    return _counting(
        pick(func.count())
        .select_from(line)
        .join(meeting, col(meeting.id) == line.meeting_id)
        .where(
            col(line.member_id) == Attendance.member_id,
            col(line.status).not_in((AttendanceStatus.EXEMPT, AttendanceStatus.PRESENT)),
            _is_regular(meeting),
            col(meeting.starts_at) <= Meeting.starts_at,
            (col(meeting.starts_at) > last) | last.is_(None),
        )
        .correlate(Attendance, Meeting)
    )


def _is_regular(meeting: Any) -> ColumnElement[bool]:
    regular: ColumnElement[bool] = col(meeting.kind) == MeetingKind.REGULAR
    return regular & col(meeting.status).in_(HELD_STATUSES)


def _counting(statement: Select[Any]) -> ColumnElement[int]:
    return statement.scalar_subquery()
