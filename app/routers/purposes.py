"""What personal data is kept for."""

from fastapi import APIRouter

from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.purposes import PurposesRead, PurposesReading
from app.services import purposes

router = APIRouter(tags=["purposes"], route_class=WorkRoute)


@router.get("/purposes", response_model=PurposesRead)
def get_purposes(work: CurrentWork) -> PurposesRead:
    """Every purpose with its legal basis, the data, who sees it, and how long it is kept."""
    return purposes.get(work)


@router.post("/me/purposes/read", response_model=PurposesRead)
def read_purposes(work: CurrentWork, data: PurposesReading) -> PurposesRead:
    """Note that one was shown this edition; a client asks again when there is a new one."""
    return purposes.read(work, data)
