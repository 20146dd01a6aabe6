"""Transfers as both of their cells read them, and which of them wait for too long."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, not_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core import walls
from app.core.clock import day_starts_at, local_date
from app.core.errors import NotFound
from app.core.paging import Filters, Order, Page
from app.models import Member, Organization, Transfer, TransferStatus
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.base import OrganizationBrief
from app.schemas.transfers import TransferQuery, TransferRead
from app.services import rules
from app.work import Work

FILTERS: Filters = {
    "member_id": lambda member_id: col(Transfer.member_id) == member_id,
    "status": lambda statuses: col(Transfer.status).in_(statuses),
}
NEWEST_FIRST = Order((col(Transfer.id),), descending=True)
_taking = aliased(Organization)


@walls.beyond("a transfer belongs to two cells")
def search(work: Work, query: TransferQuery) -> Page[TransferRead]:
    statement = _with_names(work)
    if query.organization_id is not None:
        unit = work.fetch(Permission.ORGANIZATION_READ, Organization, query.organization_id)
        taken = and_(col(_taking.path) >= unit.path, col(_taking.path) < unit.path + "~")
        statement = statement.where(or_(within_branch(unit.path), taken))
    if query.overdue is not None:
        late = is_overdue(work)
        statement = statement.where(late if query.overdue else not_(late))
    return work.search(statement, query, FILTERS, NEWEST_FIRST, _view)


@walls.beyond("a transfer belongs to two cells")
def get(work: Work, transfer_id: UUID) -> TransferRead:
    work.session.flush()
    record = work.session.execute(
        _with_names(work).where(col(Transfer.id) == transfer_id)
    ).one_or_none()
    if record is None:
        raise NotFound
    return _view(record)


def is_overdue(work: Work) -> ColumnElement[bool]:
    """Sent, and left undecided for longer than the committee gives, or past its own day.

    For statements that join `Organization` as the cell that gives: its committee's word holds.
    """
    today = local_date(work.now)
    late = _sent_before(today, rules.DEFAULT.transfer_days)
    if said := rules.load(work.session).said_of("transfer_days", today):
        ways = [(within_branch(path), _sent_before(today, days)) for path, days in said]
        late = case(*ways, else_=late)
    waits = col(Transfer.status) == TransferStatus.SENT
    return and_(waits, or_(col(Transfer.effective_on) < today, late))


def _sent_before(today: date, days: int) -> ColumnElement[bool]:
    sent_before: ColumnElement[bool] = col(Transfer.sent_at) < day_starts_at(
        today - timedelta(days=days)
    )
    return sent_before


def _with_names(work: Work) -> Select[Any]:
    late = is_overdue(work).label("is_overdue")
    return (
        work.within_reach(
            Permission.TRANSFER_READ, Transfer, Transfer, Member.full_name, Organization, _taking
        )
        .join(Member, col(Member.id) == Transfer.member_id)
        .join(Organization, col(Organization.id) == Transfer.organization_id)
        .join(_taking, col(_taking.id) == Transfer.to_organization_id)
        .add_columns(late)
    )


def _view(record: Any) -> TransferRead:
    transfer, full_name, giving, taking = record[:4]
    return TransferRead(
        **transfer.model_dump(exclude={"version", "exemption_id"}),
        full_name=full_name,
        organization=OrganizationBrief.model_validate(giving),
        to_organization=OrganizationBrief.model_validate(taking),
        is_overdue=record.is_overdue,
    )
