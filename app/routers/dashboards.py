"""What the committee office reads: figures at any node of the tree, and who is behind them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.dashboards import Dashboard, DashboardQuery, MissingPage, MissingQuery
from app.services import dashboards, missing

router = APIRouter(prefix="/dashboards", tags=["dashboards"], route_class=WorkRoute)


@router.get("/{organization_id}", response_model=Dashboard)
def get_dashboard(
    work: CurrentWork, organization_id: UUID, query: Annotated[DashboardQuery, Query()]
) -> Response:
    """The figures of a unit in a period, and of the units right below it."""
    body = dashboards.get(work, organization_id, query)
    return Response(body, media_type="application/json")


@router.get("/{organization_id}/missing", response_model=MissingPage)
def search_missing(
    work: CurrentWork, organization_id: UUID, query: Annotated[MissingQuery, Query()]
) -> MissingPage:
    """The cells or members behind a figure, by name."""
    return missing.search(work, organization_id, query)
