"""Memberships: read here; made by entering, importing or moving a member."""

from datetime import date
from uuid import UUID

from sqlmodel import col, exists, select

from app.core.paging import Order, Page
from app.models import Member, Membership
from app.models.base import valid_on
from app.policies.roles import Permission
from app.schemas.memberships import MembershipQuery
from app.work import Work


def search(work: Work, query: MembershipQuery) -> Page[Membership]:
    """Those of one member; `NotFound` when the member is not seen."""
    member = work.fetch(Permission.MEMBER_READ, Member, query.member_id)
    statement = work.within_reach(Permission.MEMBERSHIP_READ, Membership).where(
        col(Membership.member_id) == member.id
    )
    return work.search(statement, query, {}, Order((col(Membership.id),)))


def belongs(work: Work, organization_id: UUID, member_id: UUID, day: date) -> bool:
    """Whether a member belongs to a reached unit on a day, by residence or for a time."""
    membership = select(Membership.id).where(
        Membership.organization_id == organization_id,
        Membership.member_id == member_id,
        *valid_on(Membership, day),
    )
    statement = select(exists(membership)).execution_options(scoped="of a reached unit")
    return bool(work.session.execute(statement).scalar_one())
