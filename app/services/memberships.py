"""Memberships: read here; made by entering, importing or moving a member."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, exists, select

from app.core.paging import Order, Page
from app.core.selects import pick, portions
from app.models import Member, Membership, Organization
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.schemas.memberships import MembershipQuery
from app.work import Work


class Cell(NamedTuple):
    organization_id: UUID
    path: str


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


def cells_of(work: Work, member_ids: Iterable[UUID]) -> dict[UUID, Cell]:
    """Where members belong: by their latest residence, or the latest stay of one who has none."""
    cells: dict[UUID, Cell] = {}
    for portion in portions(member_ids):
        statement = (
            pick(Membership.member_id, Organization.id, Organization.path)
            .join(Organization, col(Organization.id) == Membership.organization_id)
            .where(col(Membership.member_id).in_(portion))
            # The last one stays.
            .order_by(col(Membership.kind).desc(), col(Membership.valid_from))
        )
        scoped = statement.execution_options(scoped="of reached members")
        for member_id, *cell in work.session.execute(scoped):
            cells[member_id] = Cell(*cell)
    return cells
