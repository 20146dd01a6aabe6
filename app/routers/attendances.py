"""Attendance sheets, and the events behind each of their lines."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import AttendanceEvent
from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.attendances import (
    AttendanceEventRead,
    AttendanceMarks,
    SheetQuery,
    SheetRead,
)
from app.services import attendances
from app.services.sheets import Sheet

router = APIRouter(tags=["attendances"], route_class=WorkRoute)


@router.get("/attendances", response_model=SheetRead)
def get_attendances(work: CurrentWork, query: Annotated[SheetQuery, Query()]) -> Sheet:
    """The sheet of a meeting, in the order of names."""
    return attendances.get(work, query.meeting_id)


@router.put("/meetings/{meeting_id}/attendances", response_model=SheetRead)
def mark_attendances(
    work: CurrentWork, meeting_id: UUID, data: AttendanceMarks, if_match: IfMatch
) -> Sheet:
    """Mark lines of the sheet, all or nothing; lines not named stay."""
    return attendances.mark(work, meeting_id, data, if_match)


@router.get("/attendances/{attendance_id}/history", response_model=Page[AttendanceEventRead])
def get_attendance_history(work: CurrentWork, attendance_id: UUID) -> Page[AttendanceEvent]:
    """Who said what about a line, when, how and why; the oldest first."""
    return attendances.history(work, attendance_id)
