"""Confidential fields in clear, one at a time."""

from uuid import UUID

from fastapi import APIRouter

from app.routers.deps import CurrentWork, SecretRoute
from app.schemas.reveals import Reveal, RevealedField
from app.services import reveals

router = APIRouter(prefix="/members", tags=["members"], route_class=SecretRoute)


@router.post("/{member_id}/reveal", response_model=RevealedField)
def reveal_member(work: CurrentWork, member_id: UUID, data: Reveal) -> RevealedField:
    """One confidential field in clear; the member is told who asked, and reads the reason."""
    return reveals.reveal(work, member_id, data)
