"""The typed tree of organisations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Organization
from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.organizations import (
    OrganizationCreate,
    OrganizationQuery,
    OrganizationRead,
    OrganizationUpdate,
)
from app.services import organizations

router = APIRouter(prefix="/organizations", tags=["organizations"], route_class=WorkRoute)


@router.get("", response_model=Page[OrganizationRead])
def search_organizations(
    work: CurrentWork, query: Annotated[OrganizationQuery, Query()]
) -> Page[Organization]:
    """Units within reach, in the order of the tree."""
    return organizations.search(work, query)


@router.post("", response_model=OrganizationRead, status_code=201)
def create_organization(work: CurrentWork, data: OrganizationCreate) -> Organization:
    """Found a unit under another."""
    return organizations.create(work, data)


@router.get("/{organization_id}", response_model=OrganizationRead)
def get_organization(work: CurrentWork, organization_id: UUID) -> Organization:
    """One unit."""
    return organizations.get(work, organization_id)


@router.patch("/{organization_id}", response_model=OrganizationRead)
def change_organization(
    work: CurrentWork, organization_id: UUID, data: OrganizationUpdate, if_match: IfMatch
) -> Organization:
    """Rename a unit, or close it on a date."""
    return organizations.change(work, organization_id, data, if_match)
