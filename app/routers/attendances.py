"""Attendance sheets, their running counts, and the events behind each of their lines."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.paging import Page
from app.gate.answers import is_known
from app.models import AttendanceEvent
from app.routers.deps import CurrentWork, IfMatch, LiveRoute
from app.schemas.attendances import (
    AttendanceEventRead,
    AttendanceMarks,
    LiveRead,
    PresentExcept,
    SheetQuery,
    SheetRead,
)
from app.services import attendances, live
from app.services.sheets import Sheet

router = APIRouter(tags=["attendances"], route_class=LiveRoute)


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


@router.post("/meetings/{meeting_id}/attendances/all-present", response_model=SheetRead)
def mark_all_present(work: CurrentWork, meeting_id: UUID, data: PresentExcept) -> Sheet:
    """Mark everybody present whom nobody marked, but those named and who reported an absence."""
    return attendances.mark_all_present(work, meeting_id, data)


@router.get("/meetings/{meeting_id}/live", response_model=LiveRead)
def get_live(work: CurrentWork, meeting_id: UUID, request: Request) -> Response:
    """The running count of a meeting; 304 while nothing has changed."""
    evening = live.find(work, meeting_id)
    headers = {"etag": evening.tag}
    if is_known(headers, request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)  # without having counted
    counted = LiveRead.model_validate(live.count(work, evening))
    return Response(counted.model_dump_json(), 200, headers, media_type="application/json")


@router.get("/attendances/{attendance_id}/history", response_model=Page[AttendanceEventRead])
def get_attendance_history(work: CurrentWork, attendance_id: UUID) -> Page[AttendanceEvent]:
    """Who said what about a line, when, how and why; the oldest first."""
    return attendances.history(work, attendance_id)
