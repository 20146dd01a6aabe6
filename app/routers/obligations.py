"""What units owe in a period, and by when."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.obligations import ObligationQuery, ObligationRead
from app.services import obligations

router = APIRouter(prefix="/obligations", tags=["obligations"], route_class=WorkRoute)


@router.get("", response_model=Page[ObligationRead])
def search_obligations(
    work: CurrentWork, query: Annotated[ObligationQuery, Query()]
) -> Page[ObligationRead]:
    """Meetings owed within reach, those of the newest period first, each with its state."""
    return obligations.search(work, query)
