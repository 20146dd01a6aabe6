"""The filter `organization_id` of every list: that unit and all below it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col

from app.models import Organization
from app.models.base import OrganizationRow
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.work import Work


def within(
    work: Work, permission: Permission, model: type[OrganizationRow], organization_id: UUID | None
) -> Select[Any]:
    """The rows within reach; of one branch when asked for. `NotFound` for a unit not seen."""
    statement = work.within_reach(permission, model)
    if organization_id is None:
        return statement
    unit = work.fetch(Permission.ORGANIZATION_READ, Organization, organization_id)
    return statement.join(Organization, col(Organization.id) == col(model.organization_id)).where(
        within_branch(unit.path)
    )
