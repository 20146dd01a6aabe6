"""Reports that are made every month."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import ReportSchedule
from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.report_schedules import (
    ReportScheduleCreate,
    ReportScheduleQuery,
    ReportScheduleRead,
    ReportScheduleUpdate,
)
from app.services import report_schedules

router = APIRouter(prefix="/report-schedules", tags=["report_schedules"], route_class=WorkRoute)


@router.get("", response_model=Page[ReportScheduleRead])
def search_report_schedules(
    work: CurrentWork, query: Annotated[ReportScheduleQuery, Query()]
) -> Page[ReportSchedule]:
    """The schedules within reach, the newest first."""
    return report_schedules.search(work, query)


@router.post("", response_model=ReportScheduleRead, status_code=201)
def create_report_schedule(work: CurrentWork, data: ReportScheduleCreate) -> ReportSchedule:
    """Have the report of the month before made every month, by the rights that one has then."""
    return report_schedules.create(work, data)


@router.get("/{report_schedule_id}", response_model=ReportScheduleRead)
def get_report_schedule(work: CurrentWork, report_schedule_id: UUID) -> ReportSchedule:
    """One schedule: when it comes next, and how it went."""
    return report_schedules.get(work, report_schedule_id)


@router.patch("/{report_schedule_id}", response_model=ReportScheduleRead)
def change_report_schedule(
    work: CurrentWork, report_schedule_id: UUID, data: ReportScheduleUpdate, if_match: IfMatch
) -> ReportSchedule:
    """Another day or time, from now on."""
    return report_schedules.change(work, report_schedule_id, data, if_match)


@router.post("/{report_schedule_id}/pause", response_model=ReportScheduleRead)
def pause_report_schedule(work: CurrentWork, report_schedule_id: UUID) -> ReportSchedule:
    """Make none until it is resumed."""
    return report_schedules.pause(work, report_schedule_id)


@router.post("/{report_schedule_id}/resume", response_model=ReportScheduleRead)
def resume_report_schedule(work: CurrentWork, report_schedule_id: UUID) -> ReportSchedule:
    """Go on with the next time; what was left out is not made up."""
    return report_schedules.resume(work, report_schedule_id)


@router.delete("/{report_schedule_id}", status_code=204)
def end_report_schedule(work: CurrentWork, report_schedule_id: UUID) -> None:
    """End it for good; the reports that it made stay."""
    report_schedules.end(work, report_schedule_id)
