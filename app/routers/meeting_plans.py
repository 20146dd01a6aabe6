"""The recurring schedules of cells."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import MeetingPlan
from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.meeting_plans import (
    MeetingPlanCreate,
    MeetingPlanQuery,
    MeetingPlanRead,
    MeetingPlanUpdate,
)
from app.services import meeting_plans

router = APIRouter(prefix="/meeting-plans", tags=["meeting_plans"], route_class=WorkRoute)


@router.get("", response_model=Page[MeetingPlanRead])
def search_meeting_plans(
    work: CurrentWork, query: Annotated[MeetingPlanQuery, Query()]
) -> Page[MeetingPlan]:
    """The plans within reach, the newest first."""
    return meeting_plans.search(work, query)


@router.post("", response_model=MeetingPlanRead, status_code=201)
def create_meeting_plan(work: CurrentWork, data: MeetingPlanCreate) -> MeetingPlan:
    """Plan the meetings of a kind; drafts are made for this month and two ahead, and so on."""
    return meeting_plans.create(work, data)


@router.get("/{meeting_plan_id}", response_model=MeetingPlanRead)
def get_meeting_plan(work: CurrentWork, meeting_plan_id: UUID) -> MeetingPlan:
    """One plan."""
    return meeting_plans.get(work, meeting_plan_id)


@router.patch("/{meeting_plan_id}", response_model=MeetingPlanRead)
def change_meeting_plan(
    work: CurrentWork, meeting_plan_id: UUID, data: MeetingPlanUpdate, if_match: IfMatch
) -> MeetingPlan:
    """Change or end a plan; drafts that nobody has touched follow."""
    return meeting_plans.change(work, meeting_plan_id, data, if_match)
