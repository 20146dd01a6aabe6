"""What a cell's figures are: counted from its own base rows, by one rule for one and for all."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, true
from sqlmodel import Session, col, func

from app.core import periods
from app.core.clock import day_ends_at, local_date
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    MET_STATUSES,
    Account,
    Activity,
    Attendance,
    AttendanceStatus,
    Meeting,
    MeetingKind,
    Organization,
)
from app.services.denominators import accounts_due, is_cell_on

Counts = dict[str, int]
#: A submission is on time until the end of the second local day after the meeting ended.
ON_TIME_DAYS = 2


def count_cells(
    session: Session, period: str, today: date, only: Collection[UUID] | None = None
) -> dict[UUID, Counts]:
    """The counts of each cell in a period, as they are on `today`; all cells unless told which.

    Cells without anything to count are absent.
    """
    counts: dict[UUID, Counts] = defaultdict(dict)
    day = periods.counted_on(period, today)
    for (organization_id,) in session.execute(_counted(_cells(day, only))):
        counts[organization_id]["cells"] = 1
    for organization_id, submitted_at, ended_at in session.execute(_counted(_met(period, only))):
        if "cells" in counts.get(organization_id, {}):
            _count_met(counts[organization_id], submitted_at, ended_at)
    for statement, names in (
        (_accounts(period, day, only), ("accounts", "accounts_activated", "accounts_active")),
        (_attendance(period, only), ("summoned", "present", "excused", "unexcused")),
    ):
        for organization_id, *numbers in session.execute(_counted(statement)):
            counts[organization_id].update(zip(names, map(int, numbers), strict=True))
    return counts


def is_on_time(submitted_at: datetime, ended_at: datetime) -> bool:
    """By 23:59:59 local of the second day after the meeting ended."""
    return submitted_at < day_ends_at(local_date(ended_at) + timedelta(days=ON_TIME_DAYS))


def regular_in(period: str) -> ColumnElement[bool]:
    """The regular meetings of a period, by the local month of their start."""
    return and_(
        col(Meeting.kind) == MeetingKind.REGULAR,
        col(Meeting.starts_at) >= periods.starts_at(period),
        col(Meeting.starts_at) < periods.ends_at(period),
    )


def accounts_with_use(period: str, day: date) -> Select[Any]:
    """Everybody due an account on a day: cell, member, activated in time, active in the period."""
    due = accounts_due(day).subquery()
    activated = col(Account.activated_at) < periods.ends_at(period)
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


def _count_met(counts: Counts, submitted_at: datetime, ended_at: datetime) -> None:
    counts["cells_met"] = 1
    if is_on_time(submitted_at, ended_at):
        counts["cells_met_on_time"] = 1


def _cells(day: date, only: Collection[UUID] | None) -> Select[Any]:
    return pick(Organization.id).where(is_cell_on(day), _among(Organization.id, only))


def _met(period: str, only: Collection[UUID] | None) -> Select[Any]:
    return pick(Meeting.organization_id, Meeting.first_submitted_at, Meeting.ended_at).where(
        regular_in(period),
        col(Meeting.status).in_(MET_STATUSES),
        _among(Meeting.organization_id, only),
    )


def _accounts(period: str, day: date, only: Collection[UUID] | None) -> Select[Any]:
    used = accounts_with_use(period, day).subquery()
    return (
        pick(
            used.c.organization_id,
            func.count(),
            func.sum(used.c.activated),
            func.sum(used.c.active),
        )
        .where(_among(used.c.organization_id, only))
        .group_by(used.c.organization_id)
    )


def _attendance(period: str, only: Collection[UUID] | None) -> Select[Any]:
    """An exempt member who stayed away is in neither count; one who came is in both."""
    status = col(Attendance.status)

    def lines(wanted: AttendanceStatus) -> Any:
        return func.sum(case((status == wanted, 1), else_=0))

    return (
        pick(
            Attendance.organization_id,
            func.count(),
            lines(AttendanceStatus.PRESENT),
            lines(AttendanceStatus.ABSENT_EXCUSED),
            lines(AttendanceStatus.ABSENT_UNEXCUSED),
        )
        .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .where(
            regular_in(period),
            col(Meeting.status).in_(HELD_STATUSES),
            status != AttendanceStatus.EXEMPT,
            _among(Attendance.organization_id, only),
        )
        .group_by(col(Attendance.organization_id))
    )


def _among(column: Any, only: Collection[UUID] | None) -> ColumnElement[bool]:
    return true() if only is None else col(column).in_(only)


def _counted(statement: Select[Any]) -> Select[Any]:
    return statement.execution_options(scoped="figures count every row")
