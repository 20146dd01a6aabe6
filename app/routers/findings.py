"""The data quality page: what is suspect, and where it is mended."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.findings import (
    FindingPlace,
    FindingQuery,
    FindingRead,
    FindingSummary,
    FindingTrend,
    FindingTrendQuery,
)
from app.services import findings

router = APIRouter(prefix="/findings", tags=["findings"], route_class=WorkRoute)


@router.get("", response_model=Page[FindingRead])
def search_findings(
    work: CurrentWork, query: Annotated[FindingQuery, Query()]
) -> Page[FindingRead]:
    """What one check finds within reach, each row with the way to mend it."""
    return findings.search(work, query)


@router.get("/summary", response_model=FindingSummary)
def summarize_findings(
    work: CurrentWork, query: Annotated[FindingPlace, Query()]
) -> FindingSummary:
    """How much each check finds below a unit, each count with a link to its list."""
    return findings.summarize(work, query.organization_id)


@router.get("/trend", response_model=FindingTrend)
def get_finding_trend(
    work: CurrentWork, query: Annotated[FindingTrendQuery, Query()]
) -> FindingTrend:
    """What one check has found below a committee, by the day on which it was counted."""
    return findings.trend(work, query.organization_id, query.check)
