"""What was measured of one meeting, and what its cell's month still lacks."""

from uuid import UUID

from fastapi import APIRouter

from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.checklists import ChecklistRead
from app.services import checklists

router = APIRouter(prefix="/meetings", tags=["checklists"], route_class=WorkRoute)


@router.get("/{meeting_id}/checklist", response_model=ChecklistRead)
def get_checklist(work: CurrentWork, meeting_id: UUID) -> ChecklistRead:
    """Each item of the committee's checklist: met or not, when, and until when."""
    return checklists.get(work, meeting_id)
