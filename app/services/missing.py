"""Who is behind a figure: the cells or members that are counted below the line but not above.

Each list is selected by the predicate that counts it, so that its length is the difference.
"""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, null
from sqlmodel import and_, col, func, select

from app.core import periods
from app.core.clock import local_date
from app.core.paging import Order, paginate
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    Attendance,
    AttendanceStatus,
    Figure,
    Meeting,
    Member,
    Office,
    Organization,
    Role,
)
from app.models.base import valid_on
from app.policies.roles import Permission
from app.schemas.base import OrganizationBrief
from app.schemas.dashboards import (
    Contact,
    Measure,
    MissingItem,
    MissingMember,
    MissingPage,
    MissingQuery,
)
from app.services import lacks
from app.services.cell_counts import accounts_with_use, regular_in
from app.services.dashboards import FRACTIONS
from app.services.lacks import Lack
from app.work import Work

_CELL_MEASURES = {
    Measure.CELLS_MET,
    Measure.CELLS_MET_ON_TIME,
    Measure.CELLS_MET_THEMATIC,
    Measure.DOCUMENTS_ON_TIME,
}


def search(work: Work, organization_id: UUID, query: MissingQuery) -> MissingPage:
    """One page of who is missing below a unit in a period, and how many there are in all."""
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    below = _below(work, unit, query.period)
    statement, columns = _list_of(work, query.measure, query.period, below)
    order = Order(columns, of=unit.id)
    rows = statement.order_by(None).subquery()
    count = work.session.execute(_scoped(select(func.count()).select_from(rows))).scalar_one()
    records, cursor = paginate(work.session, _scoped(statement), query, order)
    cells = {record.cell_id: record.cell_path for record in records}
    contacts = _secretaries(work, cells)
    lacking = (
        lacks.of_cells(work, query.measure, query.period, cells)
        if query.measure in _CELL_MEASURES
        else {}
    )
    items = [_item(record, query, contacts, lacking) for record in records]
    return MissingPage(items=items, next_cursor=cursor, count=count)


class Subject(NamedTuple):
    """A cell that is missing from a figure, or a member of it."""

    cell_id: UUID
    member_id: UUID | None


def subjects(work: Work, organization_id: UUID, measure: Measure, period: str) -> list[Subject]:
    """Everybody on the list, unpaged."""
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    statement, columns = _list_of(work, measure, period, _below(work, unit, period))
    records = work.session.execute(_scoped(statement.order_by(*columns)))
    return [Subject(record.cell_id, record.member_id) for record in records]


def _list_of(
    work: Work, measure: Measure, period: str, below: ColumnElement[bool]
) -> tuple[Select[Any], tuple[Any, ...]]:
    if measure in _CELL_MEASURES:
        return _cells(measure, below), (col(Figure.path),)
    if measure is Measure.ATTENDANCE:
        return _absent(period, below), (col(Member.sort_key), col(Attendance.id))
    return _accounts(work, measure, period, below), (col(Member.sort_key), col(Member.id))


def _below(work: Work, unit: Organization, period: str) -> ColumnElement[bool]:
    """The period's cells under the place the unit had in it."""
    statement = select(Figure.path).where(
        Figure.organization_id == unit.id, Figure.period == period
    )
    path = work.session.execute(_scoped(statement)).scalar_one_or_none() or unit.path
    return and_(
        Figure.period == period,
        col(Figure.is_cell),
        col(Figure.path) >= path,
        col(Figure.path) < path + "~",
    )


_CELL = (
    Organization.id.label("cell_id"),  # type: ignore[attr-defined]  # a column
    Organization.code,
    Organization.name,
    Organization.kind,
    Organization.path.label("cell_path"),  # type: ignore[attr-defined]  # a column
)


def _cells(measure: Measure, below: ColumnElement[bool]) -> Select[Any]:
    above, under = (getattr(Figure, name) for name in FRACTIONS[measure])
    return (
        pick(
            *_CELL,
            null().label("member_id"),
            null().label("full_name"),
            null().label("resolved_at"),
        )
        .select_from(Figure)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(below, under > above)
    )


def _accounts(work: Work, measure: Measure, period: str, below: ColumnElement[bool]) -> Select[Any]:
    """Members due an account that was not activated, or not used, in time."""
    day = periods.counted_on(period, local_date(work.now))
    due = accounts_with_use(period, day).subquery()
    lacks = {
        Measure.ACCOUNTS_ACTIVATED: due.c.activated == 0,
        Measure.ACCOUNTS_ACTIVE: due.c.active == 0,
    }.get(measure, literal(1) == 0)
    resolved = due.c.activated_at if measure is Measure.ACCOUNTS_ACTIVATED else null()
    return (
        pick(
            *_CELL,
            Member.id.label("member_id"),  # type: ignore[attr-defined]  # a column
            Member.full_name,
            resolved.label("resolved_at"),
        )
        .select_from(due)
        .join(Member, col(Member.id) == due.c.member_id)
        .join(Figure, col(Figure.organization_id) == due.c.organization_id)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(below, lacks)
    )


def _absent(period: str, below: ColumnElement[bool]) -> Select[Any]:
    """Lines of members summoned who were not there."""
    return (
        pick(
            *_CELL,
            Member.id.label("member_id"),  # type: ignore[attr-defined]  # a column
            Member.full_name,
            null().label("resolved_at"),
            Attendance.status,
        )
        .select_from(Attendance)
        .join(Meeting, col(Meeting.id) == Attendance.meeting_id)
        .join(Member, col(Member.id) == Attendance.member_id)
        .join(Figure, col(Figure.organization_id) == Attendance.organization_id)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(
            below,
            regular_in(period),
            col(Meeting.status).in_(HELD_STATUSES),
            col(Attendance.status).not_in((AttendanceStatus.EXEMPT, AttendanceStatus.PRESENT)),
        )
    )


def _secretaries(work: Work, cells: Collection[UUID]) -> dict[UUID, Contact]:
    statement = (
        select(Office.organization_id, Member.id, Member.full_name)
        .join(Member, col(Member.id) == Office.member_id)
        .where(
            col(Office.organization_id).in_(cells),
            Office.role == Role.SECRETARY,
            *valid_on(Office, local_date(work.now)),
        )
    )
    return {
        cell_id: Contact(member_id=member_id, full_name=full_name)
        for cell_id, member_id, full_name in work.session.execute(_scoped(statement))
    }


def _item(
    record: Any,
    query: MissingQuery,
    contacts: dict[UUID, Contact],
    lacking: dict[UUID, Lack],
) -> MissingItem:
    lack = lacking.get(record.cell_id) or Lack(_MEMBER_LACKS.get(query.measure, ""))
    item = lack.item
    if query.measure is Measure.ATTENDANCE:
        item = str(record.status)
    member = None
    if record.member_id is not None:
        member = MissingMember(id=record.member_id, full_name=record.full_name)
    return MissingItem(
        organization=OrganizationBrief(
            id=record.cell_id, code=record.code, name=record.name, kind=record.kind
        ),
        member=member,
        failing_item=item,
        reason=lack.reason,
        contact=contacts.get(record.cell_id),
        last_reminder_at=None,  # no reminders are sent yet
        resolved_at=record.resolved_at or lack.resolved_at,
    )


_MEMBER_LACKS = {
    Measure.ACCOUNTS_ACTIVATED: "not_activated",
    Measure.ACCOUNTS_ACTIVE: "not_active",
    Measure.QUIZ_PARTICIPATION: "not_submitted",
}


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
