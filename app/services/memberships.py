"""Memberships: read here; made by entering, importing or moving a member."""

from sqlmodel import col

from app.core.paging import Order, Page
from app.models import Member, Membership
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
