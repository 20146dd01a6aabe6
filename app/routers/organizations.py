"""The typed tree of organisations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.gate.lanes import BRANCHES, through
from app.models import Organization
from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.organizations import (
    OrganizationCreate,
    OrganizationQuery,
    OrganizationRead,
    OrganizationUpdate,
)
from app.schemas.reorganizations import (
    OrganizationDissolve,
    OrganizationMerge,
    OrganizationMove,
    OrganizationReopen,
    OrganizationSplit,
)
from app.services import organizations, reorganizations, splits

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


@router.post("/{organization_id}/move", response_model=OrganizationRead)
@through(BRANCHES)
def move_organization(
    work: CurrentWork, organization_id: UUID, data: OrganizationMove
) -> Organization:
    """Let a unit stand under another from a day on."""
    return reorganizations.move(work, organization_id, data)


@router.post("/{organization_id}/merge", response_model=OrganizationRead)
@through(BRANCHES)
def merge_organization(
    work: CurrentWork, organization_id: UUID, data: OrganizationMerge
) -> Organization:
    """Let a unit go into another of its kind from a day on, with members and units below."""
    return reorganizations.merge(work, organization_id, data)


@router.post("/{organization_id}/split", response_model=OrganizationRead)
@through(BRANCHES)
def split_organization(
    work: CurrentWork, organization_id: UUID, data: OrganizationSplit
) -> Organization:
    """Give members or units below to other units from a day on."""
    return splits.split(work, organization_id, data)


@router.post("/{organization_id}/dissolve", response_model=OrganizationRead)
@through(BRANCHES)
def dissolve_organization(
    work: CurrentWork, organization_id: UUID, data: OrganizationDissolve
) -> Organization:
    """End a unit that nobody belongs to any more."""
    return reorganizations.dissolve(work, organization_id, data)


@router.post("/{organization_id}/reopen", response_model=OrganizationRead)
@through(BRANCHES)
def reopen_organization(
    work: CurrentWork, organization_id: UUID, data: OrganizationReopen
) -> Organization:
    """Open a closed unit again from a day on."""
    return reorganizations.reopen(work, organization_id, data)
