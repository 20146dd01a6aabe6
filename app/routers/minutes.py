"""The minutes of a meeting."""

from uuid import UUID

from fastapi import APIRouter

from app.models import Minutes
from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.minutes import MinutesRead, MinutesWrite
from app.services import minutes

router = APIRouter(prefix="/meetings", tags=["minutes"], route_class=WorkRoute)


@router.get("/{meeting_id}/minutes", response_model=MinutesRead)
def get_minutes(work: CurrentWork, meeting_id: UUID) -> Minutes:
    """The minutes as they were last written."""
    return minutes.get(work, meeting_id)


@router.put("/{meeting_id}/minutes", response_model=MinutesRead)
def write_minutes(
    work: CurrentWork, meeting_id: UUID, data: MinutesWrite, if_match: IfMatch
) -> Minutes:
    """Write the minutes; every version but the first needs `If-Match`."""
    return minutes.write(work, meeting_id, data, if_match)
