"""What a cell's figures are: counted from its own base rows, by one rule for one and for all."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, String, and_, bindparam, case, true
from sqlmodel import Session, col, func

from app.core import periods, walls
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    Account,
    Activity,
    Attendance,
    AttendanceStatus,
    Figure,
    Meeting,
    MeetingKind,
    Organization,
)
from app.services import checklists, meeting_facts
from app.services.denominators import accounts_due, is_cell_on
from app.services.meeting_facts import Measured

Counts = dict[str, int]


@walls.beyond("figures count every row")
def count_cells(
    session: Session, period: str, today: date, only: Collection[UUID] | None = None
) -> dict[UUID, Counts]:
    """The counts of each cell in a period, as they are on `today`; all cells unless told which.

    Cells without anything to count are absent.
    """
    counts: dict[UUID, Counts] = defaultdict(dict)
    asked = {
        "period": period,
        "starts_at": periods.starts_at(period),
        "ends_at": periods.ends_at(period),
        "day": periods.counted_on(period, today),
    } | ({} if only is None else {"cells": list(only)})
    cells, accounts, attendance = _statements(of_some=only is not None)
    session.flush()  # what is read past the session must have been written
    connection = session.connection()
    paths = dict(tuple(record) for record in connection.execute(cells, asked))
    for organization_id in paths:
        counts[organization_id]["cells"] = 1
    for measured in meeting_facts.read(session, period, paths, all_cells=only is None):
        counts[measured.organization_id].update(dict.fromkeys(_given_by(measured), 1))
    for statement, names in ((accounts, _ACCOUNTS), (attendance, _ATTENDANCE)):
        for organization_id, *numbers in connection.execute(statement, asked):
            counts[organization_id].update(zip(names, map(int, numbers), strict=True))
    return counts


def regular_in(period: str) -> ColumnElement[bool]:
    """The regular meetings of a period, by the local month of their start."""
    return _regular_between(periods.starts_at(period), periods.ends_at(period))


def accounts_with_use(period: str, day: date) -> Select[Any]:
    """Everybody due an account on a day: cell, member, activated in time, active in the period."""
    return _with_use(period, periods.ends_at(period), day)


def _given_by(measured: Measured) -> Iterator[str]:
    if measured.is_of_period:
        yield from checklists.counts_of_month(measured.facts, measured.rules)
    yield from checklists.counts_of_quarter(measured.facts, measured.rules)


# What a statement is asked about is a parameter: building one costs more than asking it.
_PERIOD: Any = bindparam("period", type_=String())
_STARTS_AT: Any = bindparam("starts_at")
_ENDS_AT: Any = bindparam("ends_at")
_DAY: Any = bindparam("day", type_=Date())
_CELLS: Any = bindparam("cells", expanding=True)
_ACCOUNTS = ("accounts", "accounts_activated", "accounts_active")
_ATTENDANCE = ("summoned", "present", "excused", "unexcused")


@lru_cache
def _statements(*, of_some: bool) -> tuple[Select[Any], ...]:
    """Cells, their accounts, their lines: of all of them, or of `cells`."""
    used = _with_use(_PERIOD, _ENDS_AT, _DAY).subquery()
    asked = (
        (_cells(), Organization.id),
        (_accounts(used), used.c.organization_id),
        (_attendance(), Meeting.organization_id),
    )
    return tuple(
        statement.where(col(cell).in_(_CELLS) if of_some else true()) for statement, cell in asked
    )


def _cells() -> Select[Any]:
    """Each with the place it had in the period: what its committees decided then holds in it."""
    row = and_(col(Figure.organization_id) == Organization.id, col(Figure.period) == _PERIOD)
    place = func.coalesce(Figure.path, Organization.path)
    return pick(Organization.id, place).outerjoin(Figure, row).where(is_cell_on(_DAY))


def _regular_between(starts_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    return and_(
        col(Meeting.kind) == MeetingKind.REGULAR,
        col(Meeting.starts_at) >= starts_at,
        col(Meeting.starts_at) < ends_at,
    )


def _with_use(period: str, ends_at: datetime, day: date) -> Select[Any]:
    due = accounts_due(day).subquery()
    activated = col(Account.activated_at) < ends_at
    return (
        pick(
            due.c.organization_id,
            due.c.member_id,
            case((activated, 1), else_=0).label("activated"),
            case((col(Activity.member_id).is_not(None), 1), else_=0).label("active"),
            Account.activated_at,
        )
        .select_from(due)
        .outerjoin(Account, col(Account.member_id) == due.c.member_id)
        .outerjoin(
            Activity,
            and_(col(Activity.member_id) == due.c.member_id, col(Activity.period) == period),
        )
    )


def _accounts(used: Any) -> Select[Any]:
    return pick(
        used.c.organization_id,
        func.count(),
        func.sum(used.c.activated),
        func.sum(used.c.active),
    ).group_by(used.c.organization_id)


def _attendance() -> Select[Any]:
    """An exempt member who stayed away is in neither count; one who came is in both.

    By the meeting's cell, which is the line's too: an index finds the cell's meeting of the month.
    """
    status = col(Attendance.status)

    def lines(wanted: AttendanceStatus) -> Any:
        return func.sum(case((status == wanted, 1), else_=0))

    return (
        pick(
            Meeting.organization_id,
            func.count(),
            lines(AttendanceStatus.PRESENT),
            lines(AttendanceStatus.ABSENT_EXCUSED),
            lines(AttendanceStatus.ABSENT_UNEXCUSED),
        )
        .join(Attendance, col(Attendance.meeting_id) == Meeting.id)
        .where(
            _regular_between(_STARTS_AT, _ENDS_AT),
            col(Meeting.status).in_(HELD_STATUSES),
            status != AttendanceStatus.EXEMPT,
        )
        .group_by(col(Meeting.organization_id))
    )
