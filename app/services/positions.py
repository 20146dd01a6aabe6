"""Which positions somebody holds: by offices and memberships valid on the day, in one statement."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, null, or_, union_all
from sqlmodel import Session, col, select

from app.core.clock import local_date
from app.models import Membership, Office, Organization, OrganizationKind
from app.models.base import valid_on
from app.policies.actors import Held
from app.policies.roles import Position, position_of
from app.services import stand_ins


def held_by(
    session: Session, account_id: UUID, member_id: UUID | None, now: datetime
) -> tuple[Held, ...]:
    asked = {"account": account_id, "member": member_id, "day": local_date(now)}
    records = session.execute(_held(by_a_member=member_id is not None), asked)
    return tuple(Held(_position(role, kind), path) for role, path, kind in records)


# Every request asks this, so it is built once: building it costs more than asking it.
@lru_cache
def _held(*, by_a_member: bool) -> Any:
    day: Any = bindparam("day", type_=Date())
    member: Any = bindparam("member")
    holder = col(Office.account_id) == bindparam("account")
    if by_a_member:
        holder = or_(holder, col(Office.member_id) == member)
    offices = (
        select(Office.role, Organization.path, Organization.kind)
        .join(Organization, col(Organization.id) == Office.organization_id)
        .where(holder, *stand_ins.hold_on(day))
    )
    memberships = (
        select(null(), Organization.path, Organization.kind)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .where(col(Membership.member_id) == member, *valid_on(Membership, day))
    )
    both: Any = union_all(offices, memberships) if by_a_member else offices
    return both.execution_options(scoped="the actor's own positions")


def _position(role: Any, kind: Any) -> Position:
    if role is None:
        return Position.MEMBER
    return position_of(role, at_a_cell=kind == OrganizationKind.CELL)
