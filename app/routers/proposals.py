"""The inbox of differences that lists of the member database brought."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.proposals import (
    ProposalQuery,
    ProposalRead,
    ProposalReject,
    ProposalsAccept,
    ProposalsRead,
    ProposalSummary,
    ProposalSummaryQuery,
)
from app.services import proposals

router = APIRouter(prefix="/proposals", tags=["proposals"], route_class=WorkRoute)


@router.get("", response_model=Page[ProposalRead])
def search_proposals(
    work: CurrentWork, query: Annotated[ProposalQuery, Query()]
) -> Page[ProposalRead]:
    """Differences within reach, the newest first."""
    return proposals.search(work, query)


@router.get("/summary", response_model=ProposalSummary)
def summarize_proposals(
    work: CurrentWork, query: Annotated[ProposalSummaryQuery, Query()]
) -> ProposalSummary:
    """What came in a month, field by field, and what has become of it."""
    return proposals.summarize(work, query)


@router.post("/accept", response_model=ProposalsRead)
def accept_proposals(work: CurrentWork, data: ProposalsAccept) -> ProposalsRead:
    """Accept up to 500 at once, all or none."""
    return proposals.accept_all(work, data)


@router.post("/{proposal_id}/accept", response_model=ProposalRead)
def accept_proposal(work: CurrentWork, proposal_id: UUID) -> ProposalRead:
    """Write the proposed value; 409 when the field was changed since."""
    return proposals.accept(work, proposal_id)


@router.post("/{proposal_id}/reject", response_model=ProposalRead)
def reject_proposal(work: CurrentWork, proposal_id: UUID, data: ProposalReject) -> ProposalRead:
    """Leave the member as known, with the reason."""
    return proposals.reject(work, proposal_id, data)
