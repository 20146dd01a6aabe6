"""Offices: given for a time in one organisation; powers follow them and end with them."""

from uuid import UUID

from sqlmodel import and_, col, select

from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.paging import Filters, Order, Page
from app.models import Account, Member, Office, Organization, Role
from app.models.base import valid_on
from app.policies.roles import Permission
from app.schemas.offices import OfficeCreate, OfficeQuery, OfficeUpdate
from app.services import branches
from app.services.intervals import expect_interval
from app.work import Work

FILTERS: Filters = {
    "member_id": lambda member_id: col(Office.member_id) == member_id,
    "role": lambda roles: col(Office.role).in_(roles),
    "on": lambda day: and_(*valid_on(Office, day)),
}
ORDER = Order((col(Office.id),))


def search(work: Work, query: OfficeQuery) -> Page[Office]:
    statement = branches.within(work, Permission.OFFICE_READ, Office, query.organization_id)
    return work.search(statement, query, FILTERS, ORDER)


def create(work: Work, data: OfficeCreate) -> Office:
    unit = work.fetch(_needed_for(data.role), Organization, data.organization_id)
    expect_interval(data.valid_from or local_date(work.now), data.valid_to)
    _refuse_unknown_holder(work, data)
    office = work.add(
        Office(
            organization_id=unit.id,
            member_id=data.member_id,
            account_id=data.account_id,
            role=data.role,
            valid_from=data.valid_from or local_date(work.now),
            valid_to=data.valid_to,
        )
    )
    work.session.flush()
    work.record("office.created", office, after=data.model_dump(mode="json"))
    return office


def change(work: Work, office_id: UUID, data: OfficeUpdate) -> Office:
    office = work.fetch(Permission.OFFICE_CHANGE, Office, office_id)
    if office.role is Role.ADMINISTRATOR:
        work.fetch(Permission.ADMINISTRATOR_APPOINT, Organization, office.organization_id)
    expect_interval(office.valid_from, data.valid_to)
    before = str(office.valid_to)
    office.valid_to = data.valid_to
    work.record("office.changed", office, before=before, after=str(data.valid_to))
    return office


def _needed_for(role: Role) -> Permission:
    """An administrator is appointed by an administrator; every other office by an officer too."""
    if role is Role.ADMINISTRATOR:
        return Permission.ADMINISTRATOR_APPOINT
    return Permission.OFFICE_CREATE


def _refuse_unknown_holder(work: Work, data: OfficeCreate) -> None:
    if data.member_id is not None:
        if work.actor.may(Permission.MEMBER_READ):
            work.fetch(Permission.MEMBER_READ, Member, data.member_id)
            return
        statement = select(Member.id).where(Member.id == data.member_id)
    else:
        statement = select(Account.id).where(
            Account.id == data.account_id, col(Account.staff_name).is_not(None)
        )
    if work.session.execute(statement.execution_options(scoped="a holder by id")).first() is None:
        raise NotFound
