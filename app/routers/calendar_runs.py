"""What the service does at its time."""

from fastapi import APIRouter

from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.calendar_runs import CalendarRead
from app.services import calendar_runs

router = APIRouter(prefix="/calendar-runs", tags=["calendar_runs"], route_class=WorkRoute)


@router.get("", response_model=CalendarRead)
def search_calendar_runs(work: CurrentWork) -> CalendarRead:
    """What is done by itself: how it went last, whether it is late, and when it comes next."""
    return calendar_runs.search(work)
