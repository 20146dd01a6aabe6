"""Absences that somebody should look at."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.alerts import AlertQuery, AlertRead
from app.services import alerts

router = APIRouter(prefix="/alerts", tags=["alerts"], route_class=WorkRoute)


@router.get("", response_model=Page[AlertRead])
def search_alerts(work: CurrentWork, query: Annotated[AlertQuery, Query()]) -> Page[AlertRead]:
    """Alerts within reach, the latest first; a member sees the own ones."""
    return alerts.search(work, query)
