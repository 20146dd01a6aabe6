"""Who looked at one's own confidential data."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.accesses import AccessQuery, AccessRead
from app.services import accesses

router = APIRouter(prefix="/me", tags=["me"], route_class=WorkRoute)


@router.get("/access-log", response_model=Page[AccessRead])
def search_own_accesses(
    work: CurrentWork, query: Annotated[AccessQuery, Query()]
) -> Page[AccessRead]:
    """By which post and unit the own confidential data was seen, when, and why."""
    return accesses.search_own(work, query)
