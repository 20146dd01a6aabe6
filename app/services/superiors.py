"""Powers held over a unit from above it: nobody grants to themselves."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col

from app.core.errors import Forbidden
from app.models import Organization
from app.policies.roles import Permission
from app.work import Work


def expect_above(work: Work, permission: Permission, *units: Organization) -> None:
    """`Forbidden` unless held at the parent of each; at the unit itself where nothing is above."""
    expect_held(work, permission, {unit.parent_id or unit.id for unit in units})


def expect_held(work: Work, permission: Permission, unit_ids: Collection[UUID]) -> None:
    """`Forbidden` unless held at every one of them, seen or not."""
    statement = work.within_reach(permission, Organization, Organization.id)
    found = work.session.execute(statement.where(col(Organization.id).in_(unit_ids))).scalars()
    if set(unit_ids).difference(found):
        raise Forbidden
