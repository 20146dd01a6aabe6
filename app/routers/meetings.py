"""Meetings: drafted, scheduled, held, submitted, and accepted or returned."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Meeting
from app.routers.deps import CurrentWork, IfMatch, LiveRoute
from app.schemas.meetings import (
    MeetingCancel,
    MeetingCreate,
    MeetingPostpone,
    MeetingQuery,
    MeetingRead,
    MeetingReopen,
    MeetingReturn,
    MeetingSubmit,
    MeetingUpdate,
    RosterRead,
)
from app.services import meetings, summons

router = APIRouter(prefix="/meetings", tags=["meetings"], route_class=LiveRoute)


@router.get("", response_model=Page[MeetingRead])
def search_meetings(work: CurrentWork, query: Annotated[MeetingQuery, Query()]) -> Page[Meeting]:
    """Meetings within reach, the newest first."""
    return meetings.search(work, query)


@router.post("", response_model=MeetingRead, status_code=201)
def create_meeting(work: CurrentWork, data: MeetingCreate) -> Meeting:
    """Draft a meeting of a cell."""
    return meetings.create(work, data)


@router.get("/{meeting_id}", response_model=MeetingRead)
def get_meeting(work: CurrentWork, meeting_id: UUID) -> Meeting:
    """One meeting."""
    return meetings.get(work, meeting_id)


@router.patch("/{meeting_id}", response_model=MeetingRead)
def change_meeting(
    work: CurrentWork, meeting_id: UUID, data: MeetingUpdate, if_match: IfMatch
) -> Meeting:
    """Change a meeting before it is opened."""
    return meetings.change(work, meeting_id, data, if_match)


@router.get("/{meeting_id}/roster", response_model=RosterRead)
def get_roster(work: CurrentWork, meeting_id: UUID) -> RosterRead:
    """Who is summoned to a meeting and may vote, and why the others are not."""
    return summons.get(work, meeting_id)


@router.post("/{meeting_id}/schedule", response_model=MeetingRead)
def schedule_meeting(work: CurrentWork, meeting_id: UUID) -> Meeting:
    """Announce a draft; it needs a place or an online address."""
    return meetings.schedule(work, meeting_id)


@router.post("/{meeting_id}/postpone", response_model=MeetingRead)
def postpone_meeting(work: CurrentWork, meeting_id: UUID, data: MeetingPostpone) -> Meeting:
    """Move a scheduled meeting to another moment."""
    return meetings.postpone(work, meeting_id, data)


@router.post("/{meeting_id}/cancel", response_model=MeetingRead)
def cancel_meeting(work: CurrentWork, meeting_id: UUID, data: MeetingCancel) -> Meeting:
    """Call a meeting off, with a reason."""
    return meetings.cancel(work, meeting_id, data)


@router.post("/{meeting_id}/open", response_model=MeetingRead)
def open_meeting(work: CurrentWork, meeting_id: UUID) -> Meeting:
    """Begin a meeting: its roster freezes."""
    return meetings.open_(work, meeting_id)


@router.post("/{meeting_id}/end", response_model=MeetingRead)
def end_meeting(work: CurrentWork, meeting_id: UUID) -> Meeting:
    """End a meeting: from now on its attendance counts."""
    return meetings.end(work, meeting_id)


@router.post("/{meeting_id}/submit", response_model=MeetingRead)
def submit_meeting(
    work: CurrentWork, meeting_id: UUID, data: MeetingSubmit | None = None
) -> Meeting:
    """Hand a meeting up, with its minutes and every line marked."""
    return meetings.submit(work, meeting_id, data or MeetingSubmit())


@router.post("/{meeting_id}/take-back", response_model=MeetingRead)
def take_back_meeting(work: CurrentWork, meeting_id: UUID) -> Meeting:
    """Take a submitted meeting back, until the level above has looked at it."""
    return meetings.take_back(work, meeting_id)


@router.post("/{meeting_id}/return", response_model=MeetingRead)
def return_meeting(work: CurrentWork, meeting_id: UUID, data: MeetingReturn) -> Meeting:
    """Hand a submitted meeting back to its cell, with a comment."""
    return meetings.return_(work, meeting_id, data)


@router.post("/{meeting_id}/accept", response_model=MeetingRead)
def accept_meeting(work: CurrentWork, meeting_id: UUID) -> Meeting:
    """Accept a submitted meeting."""
    return meetings.accept(work, meeting_id)


@router.post("/{meeting_id}/reopen", response_model=MeetingRead)
def reopen_meeting(work: CurrentWork, meeting_id: UUID, data: MeetingReopen) -> Meeting:
    """Take a submitted or accepted meeting back to work, with a reason."""
    return meetings.reopen(work, meeting_id, data)
