"""Days on which a member counts differently, and why."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Exemption
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.exemptions import ExemptionCreate, ExemptionQuery, ExemptionRead, ExemptionUpdate
from app.services import exemptions

router = APIRouter(prefix="/exemptions", tags=["exemptions"], route_class=WorkRoute)


@router.get("", response_model=Page[ExemptionRead])
def search_exemptions(
    work: CurrentWork, query: Annotated[ExemptionQuery, Query()]
) -> Page[Exemption]:
    """Exemptions within reach."""
    return exemptions.search(work, query)


@router.post("", response_model=ExemptionRead, status_code=201)
def create_exemption(work: CurrentWork, data: ExemptionCreate) -> Exemption:
    """Record one exemption with its first day."""
    return exemptions.create(work, data)


@router.patch("/{exemption_id}", response_model=ExemptionRead)
def change_exemption(work: CurrentWork, exemption_id: UUID, data: ExemptionUpdate) -> Exemption:
    """End it on a date, or leave it open."""
    return exemptions.change(work, exemption_id, data)
