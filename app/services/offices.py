"""Offices: given for a time in one organisation; powers follow them and end with them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import and_, col, select

from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.paging import Filters, Order, Page
from app.models import Account, Member, Office, Organization, Role
from app.models.base import valid_on
from app.policies.roles import Permission
from app.schemas.offices import OfficeCreate, OfficeQuery, OfficeUpdate
from app.services import branches, stand_ins
from app.services.intervals import expect_interval
from app.services.reaching import expect_reached
from app.work import Work

FILTERS: Filters = {
    "member_id": lambda member_id: col(Office.member_id) == member_id,
    "role": lambda roles: col(Office.role).in_(roles),
    "on": lambda day: and_(*valid_on(Office, day)),
}
ORDER = Order((col(Office.id),))
#: Offices with a power of their own to give and to end them.
_APPOINTS = {
    Role.ADMINISTRATOR: Permission.ADMINISTRATOR_APPOINT,
    Role.STAND_IN: Permission.STAND_IN_APPOINT,
}


def search(work: Work, query: OfficeQuery) -> Page[Office]:
    statement = branches.within(work, Permission.OFFICE_READ, Office, query.organization_id)
    return work.search(statement, query, FILTERS, ORDER)


def create(work: Work, data: OfficeCreate) -> Office:
    return create_all(work, [data])[0]


def create_all(work: Work, given: Sequence[OfficeCreate]) -> list[Office]:
    """All of them or none; who may and who is known is asked once for all."""
    today = local_date(work.now)
    units: dict[Permission, set[UUID]] = defaultdict(set)
    for data in given:
        units[_APPOINTS.get(data.role, Permission.OFFICE_CREATE)].add(data.organization_id)
    for permission, wanted in units.items():
        expect_reached(work, permission, Organization, wanted)
    for data in given:
        expect_interval(data.valid_from or today, data.valid_to)
    _refuse_unknown_holders(work, given)
    made = [
        work.add(Office(**data.model_dump() | {"valid_from": data.valid_from or today}))
        for data in given
    ]
    for office in made:
        if office.role is Role.STAND_IN:
            stand_ins.check(work, office)
    work.session.flush()
    for office, data in zip(made, given, strict=True):
        work.record("office.created", office, after=data.model_dump(mode="json"))
    return made


def change(work: Work, office_id: UUID, data: OfficeUpdate) -> Office:
    office = work.fetch(Permission.OFFICE_READ, Office, office_id)
    work.fetch(_APPOINTS.get(office.role, Permission.OFFICE_CHANGE), Office, office_id)
    expect_interval(office.valid_from, data.valid_to, shortest=0)
    before = str(office.valid_to)
    office.valid_to = data.valid_to
    if office.role is Role.STAND_IN:
        stand_ins.check_days(office)
    work.record("office.changed", office, before=before, after=str(data.valid_to))
    return office


def _refuse_unknown_holders(work: Work, given: Sequence[OfficeCreate]) -> None:
    members = {data.member_id for data in given if data.member_id is not None}
    accounts = {data.account_id for data in given if data.account_id is not None}
    if members and work.actor.may(Permission.MEMBER_READ):
        expect_reached(work, Permission.MEMBER_READ, Member, members)
    elif members:
        _expect_known(work, select(Member.id).where(col(Member.id).in_(members)), members)
    staff = select(Account.id).where(col(Account.staff_name).is_not(None))
    _expect_known(work, staff.where(col(Account.id).in_(accounts)), accounts)


def _expect_known(work: Work, statement: Any, ids: set[UUID]) -> None:
    found = work.session.execute(statement.execution_options(scoped="holders by id")).scalars()
    if ids.difference(found):
        raise NotFound
