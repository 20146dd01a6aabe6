"""The minutes of a meeting, their versions, and who vouches for them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from app.core.paging import Page, PageQuery
from app.models import MinutesRevision
from app.routers.deps import CurrentWork, IfMatch, LiveRoute
from app.schemas.minutes import (
    MinutesConfirm,
    MinutesRead,
    MinutesWrite,
    RevisionBrief,
    RevisionRead,
)
from app.services import minutes, revisions

router = APIRouter(prefix="/meetings", tags=["minutes"], route_class=LiveRoute)
Number = Annotated[int, Path(ge=1, le=999_999_999)]


@router.get("/{meeting_id}/minutes", response_model=MinutesRead)
def get_minutes(work: CurrentWork, meeting_id: UUID) -> MinutesRead:
    """The minutes as they were last written; before that the form, filled in from what is known."""
    return minutes.get(work, meeting_id)


@router.put("/{meeting_id}/minutes", response_model=MinutesRead)
def write_minutes(
    work: CurrentWork, meeting_id: UUID, data: MinutesWrite, if_match: IfMatch
) -> MinutesRead:
    """Write the minutes; every version but the first needs `If-Match`.

    A stale write is answered with what is stored (`current`), what was sent (`yours`) and the
    version it began with (`base`), so that a person can put them together.
    """
    return minutes.write(work, meeting_id, data, if_match)


@router.post("/{meeting_id}/minutes/confirm", response_model=MinutesRead)
def confirm_minutes(work: CurrentWork, meeting_id: UUID, data: MinutesConfirm) -> MinutesRead:
    """Vouch for the present version, as its secretary or as the chair: two different persons."""
    return minutes.confirm(work, meeting_id, data)


@router.get("/{meeting_id}/minutes/revisions", response_model=Page[RevisionBrief])
def search_revisions(
    work: CurrentWork, meeting_id: UUID, query: Annotated[PageQuery, Query()]
) -> Page[MinutesRevision]:
    """Every version that was written, the newest first."""
    return revisions.search(work, meeting_id, query)


@router.get("/{meeting_id}/minutes/revisions/{number}", response_model=RevisionRead)
def get_revision(work: CurrentWork, meeting_id: UUID, number: Number) -> MinutesRevision:
    """One version, whole."""
    return revisions.get(work, meeting_id, number)
