"""Offices: given for a time in one organisation; powers follow them and end with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import and_, col, select

from app.core import walls
from app.core.clock import local_date
from app.core.errors import Forbidden, NotFound
from app.core.paging import Filters, Order, Page
from app.models import Account, Member, Membership, Office, Organization, Role
from app.models.base import not_over_on, valid_on
from app.policies.permissions import Permission
from app.policies.scope import still_seen
from app.schemas.offices import OfficeCreate, OfficeQuery, OfficeUpdate
from app.services import account_keepers, branches, session_limits, stand_ins, superiors
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
    work.expect_proof()
    for data in given:
        expect_interval(data.valid_from or today, data.valid_to)
    _refuse_unknown_holders(work, given, units)
    made = [
        work.add(Office(**data.model_dump() | {"valid_from": data.valid_from or today}))
        for data in given
    ]
    superiors.expect_not_own(work, made)
    for office in made:
        if office.role is Role.STAND_IN:
            stand_ins.check(work, office)
    work.session.flush()
    session_limits.follow(work, made)
    for office, data in zip(made, given, strict=True):
        work.record("office.created", office, after=data.model_dump(mode="json"))
    return made


def change(work: Work, office_id: UUID, data: OfficeUpdate) -> Office:
    office = work.fetch(Permission.OFFICE_READ, Office, office_id)
    work.fetch(_APPOINTS.get(office.role, Permission.OFFICE_CHANGE), Office, office_id)
    work.expect_proof()
    expect_interval(office.valid_from, data.valid_to, shortest=0)
    if office.role is Role.ADMINISTRATOR and data.valid_to is not None:
        account_keepers.expect_administered(work, [office], data.valid_to)
    if data.valid_to is None or (office.valid_to is not None and data.valid_to > office.valid_to):
        superiors.expect_not_own(work, [office])
    before = str(office.valid_to)
    office.valid_to = data.valid_to
    if office.role is Role.STAND_IN:
        stand_ins.check_days(office)
    session_limits.follow(work, [office])
    work.record("office.changed", office, before=before, after=str(data.valid_to))
    return office


def expect_givable(work: Work, member_ids: Collection[UUID]) -> None:
    """Of members whose offices are to change hands: whoever does that could give each of them."""
    held = select(Office).where(
        col(Office.member_id).in_(member_ids), not_over_on(Office, local_date(work.now))
    )
    scoped = held.execution_options(scoped="all of theirs")
    found = work.session.execute(scoped).scalars().all()
    for office in found:
        permission = _APPOINTS.get(office.role, Permission.OFFICE_CREATE)
        units = work.within_reach(permission, Organization, Organization.id)
        unit = units.where(col(Organization.id) == office.organization_id)
        if work.session.execute(unit).first() is None:
            raise Forbidden
    if found:
        work.expect_proof()


def _refuse_unknown_holders(
    work: Work, given: Sequence[OfficeCreate], permissions: Iterable[Permission]
) -> None:
    """Members are of the branch in which the office is given: also to whoever reads none."""
    members = {data.member_id for data in given if data.member_id is not None}
    accounts = {data.account_id for data in given if data.account_id is not None}
    if members and work.actor.may(Permission.MEMBER_READ):
        expect_reached(work, Permission.MEMBER_READ, Member, members)
    elif members:
        for permission in permissions:
            reached = work.within_reach(permission, Organization, Organization.id)
            of_the_branch = select(Membership.member_id).where(
                col(Membership.member_id).in_(members),
                col(Membership.organization_id).in_(reached),
                still_seen(local_date(work.now)),
            )
            _expect_known(work, of_the_branch, members)
    staff = select(Account.id).where(col(Account.staff_name).is_not(None))
    _expect_known(work, staff.where(col(Account.id).in_(accounts)), accounts)


@walls.beyond("an office may be given to anybody")
def _expect_known(work: Work, statement: Any, ids: set[UUID]) -> None:
    found = work.session.execute(statement.execution_options(scoped="holders by id")).scalars()
    if ids.difference(found):
        raise NotFound
