"""Reminders to whoever is missing from a figure."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, Known, WorkRoute
from app.schemas.reminders import ReminderCreate, ReminderQuery, ReminderRead, ReminderResult
from app.services import reminders

router = APIRouter(prefix="/reminders", tags=["reminders"], route_class=WorkRoute)


@router.get("", response_model=Page[ReminderRead])
def search_reminders(
    work: CurrentWork, query: Annotated[ReminderQuery, Query()]
) -> Page[ReminderRead]:
    """What was sent within reach, the newest first."""
    return reminders.search(work, query)


@router.post("", response_model=ReminderResult, status_code=201)
def create_reminder(work: CurrentWork, data: ReminderCreate) -> Any:
    """Remind the missing, each at most once a day; 200 and nothing sent with `dry_run`."""
    result = reminders.create(work, data)
    return Known(result) if data.dry_run else result
