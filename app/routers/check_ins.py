"""Coming to a meeting: the code of the room, check-ins, and what devices tell later."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.core.paging import Page
from app.gate.problems import detail_of, refusals, render
from app.routers.deps import CurrentWork, Known, WorkRoute
from app.schemas.check_ins import (
    CheckInBatch,
    CheckInCodeRead,
    CheckInCreate,
    CheckInQuery,
    CheckInRead,
    CheckInResult,
    CheckInResults,
)
from app.services import check_in_codes, check_ins
from app.services.attempts import Outcome
from app.services.check_in_codes import CheckInCode

SVG = "image/svg+xml"
router = APIRouter(tags=["check_ins"], route_class=WorkRoute)


@router.get(
    "/meetings/{meeting_id}/check-in-code",
    response_model=CheckInCodeRead,
    responses=refusals(409),
)
def get_check_in_code(work: CurrentWork, meeting_id: UUID) -> CheckInCode:
    """The code of an open meeting: another one every 20 seconds, the last one still holds."""
    return check_in_codes.get(work, meeting_id)


@router.get(
    "/meetings/{meeting_id}/check-in-code.svg",
    response_class=Response,
    responses=refusals(409) | {200: {"content": {SVG: {}}, "description": "The code"}},
)
def get_check_in_code_picture(work: CurrentWork, meeting_id: UUID) -> Response:
    """The code as a picture, for the screen of the room."""
    return Response(check_in_codes.get(work, meeting_id).svg, media_type=SVG)


@router.post(
    "/meetings/{meeting_id}/check-ins",
    response_model=CheckInRead,
    status_code=201,
    responses=refusals(410),
)
def create_check_in(
    work: CurrentWork, meeting_id: UUID, data: CheckInCreate, request: Request
) -> CheckInRead | Known | Response | None:
    """Check in with the code of the room, or somebody else with their badge; 200 if it was done."""
    outcome = check_ins.create(work, meeting_id, data)
    if outcome.refusal is not None:  # by an answer, not by raising: the attempt has to be kept
        return render(request, outcome.refusal)
    shown = check_ins.show(work, outcome)
    return shown if outcome.is_new else Known(shown)


@router.get("/check-ins", response_model=Page[CheckInRead])
def search_check_ins(
    work: CurrentWork, query: Annotated[CheckInQuery, Query()]
) -> Page[CheckInRead]:
    """Every attempt to check in to a meeting, also the refused ones; the newest first."""
    return check_ins.search(work, query)


@router.get("/check-ins/{check_in_id}", response_model=CheckInRead)
def get_check_in(work: CurrentWork, check_in_id: UUID) -> CheckInRead:
    """One attempt to check in, also to whoever sent it or came by it."""
    return check_ins.get(work, check_in_id)


@router.post("/check-ins/batch", response_model=CheckInResults)
def create_check_ins(work: CurrentWork, data: CheckInBatch, request: Request) -> CheckInResults:
    """What a device kept while it had no network; one result for each item, safe to repeat."""
    outcomes = check_ins.create_batch(work, data)
    return CheckInResults(items=[_result(request, outcome) for outcome in outcomes])


@router.post("/check-ins/{check_in_id}/confirm", response_model=CheckInRead)
def confirm_check_in(work: CurrentWork, check_in_id: UUID) -> CheckInRead:
    """Let a late check-in count."""
    return check_ins.confirm(work, check_in_id)


@router.post("/check-ins/{check_in_id}/reject", response_model=CheckInRead)
def reject_check_in(work: CurrentWork, check_in_id: UUID) -> CheckInRead:
    """Let a late check-in never count."""
    return check_ins.reject(work, check_in_id)


def _result(request: Request, outcome: Outcome) -> CheckInResult:
    row, refusal = outcome.row, outcome.refusal
    return CheckInResult(
        id=outcome.item_id,
        result="refused" if refusal else "accepted",
        status=row.status if row else None,
        flags=row.flags if row else [],
        code=outcome.code,
        detail=detail_of(request, refusal) if refusal else None,
    )
