"""What the committee office reads: figures at any node of the tree, and who is behind them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.routers.deps import CurrentWork, LaggingWork, WorkRoute
from app.schemas.dashboards import (
    Dashboard,
    DashboardQuery,
    Funnel,
    FunnelMembersQuery,
    FunnelPage,
    FunnelQuery,
    MissingPage,
    MissingQuery,
    RankingPage,
    RankingQuery,
    Trend,
    TrendQuery,
)
from app.services import dashboards, funnels, missing, rankings, trends

router = APIRouter(prefix="/dashboards", tags=["dashboards"], route_class=WorkRoute)


@router.get("/{organization_id}", response_model=Dashboard)
def get_dashboard(
    work: LaggingWork, organization_id: UUID, query: Annotated[DashboardQuery, Query()]
) -> Response:
    """The figures of a unit in one period or several, and of the units right below it."""
    body = dashboards.get(work, organization_id, query)
    return Response(body, media_type="application/json")


@router.get("/{organization_id}/missing", response_model=MissingPage)
def search_missing(
    work: CurrentWork, organization_id: UUID, query: Annotated[MissingQuery, Query()]
) -> MissingPage:
    """The cells or members behind a figure, by name."""
    return missing.search(work, organization_id, query)


@router.get("/{organization_id}/trend", response_model=Trend)
def get_trend(
    work: LaggingWork, organization_id: UUID, query: Annotated[TrendQuery, Query()]
) -> Trend:
    """One measure month by month, each beside the same month a year before."""
    return trends.get(work, organization_id, query)


@router.get("/{organization_id}/ranking", response_model=RankingPage)
def search_ranking(
    work: LaggingWork, organization_id: UUID, query: Annotated[RankingQuery, Query()]
) -> RankingPage:
    """Units of one level beside each other, and how many reach 100, 90, 80, 70 and 50 per cent."""
    return rankings.search(work, organization_id, query)


@router.get("/{organization_id}/funnel", response_model=Funnel)
def get_funnel(
    work: LaggingWork, organization_id: UUID, query: Annotated[FunnelQuery, Query()]
) -> Funnel:
    """How many came how far: roster, due an account, invited, activated, active."""
    return funnels.get(work, organization_id, query)


@router.get("/{organization_id}/funnel/members", response_model=FunnelPage)
def search_funnel_members(
    work: LaggingWork, organization_id: UUID, query: Annotated[FunnelMembersQuery, Query()]
) -> FunnelPage:
    """Who came as far as a stage and no further, by name."""
    return funnels.search(work, organization_id, query)
