"""What was decided about units' places in the tree."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Reorganization
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.reorganizations import ReorganizationQuery, ReorganizationRead
from app.services import reorganizations

router = APIRouter(prefix="/reorganizations", tags=["reorganizations"], route_class=WorkRoute)


@router.get("", response_model=Page[ReorganizationRead])
def search_reorganizations(
    work: CurrentWork, query: Annotated[ReorganizationQuery, Query()]
) -> Page[Reorganization]:
    """Decisions about units within reach, the latest to take effect first."""
    return reorganizations.search(work, query)
