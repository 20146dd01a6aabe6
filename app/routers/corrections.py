"""What members say is wrong about their own data."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.corrections import (
    CorrectionCreate,
    CorrectionDecision,
    CorrectionDecline,
    CorrectionQuery,
    CorrectionRead,
)
from app.services import corrections

router = APIRouter(prefix="/corrections", tags=["corrections"], route_class=WorkRoute)


@router.get("", response_model=Page[CorrectionRead])
def search_corrections(
    work: CurrentWork, query: Annotated[CorrectionQuery, Query()]
) -> Page[CorrectionRead]:
    """Corrections within reach, the newest first; a member sees the own ones."""
    return corrections.search(work, query)


@router.post("", response_model=CorrectionRead, status_code=201)
def create_correction(work: CurrentWork, data: CorrectionCreate) -> CorrectionRead:
    """Say what a field of the own row should be."""
    return corrections.create(work, data)


@router.get("/{correction_id}", response_model=CorrectionRead)
def get_correction(work: CurrentWork, correction_id: UUID) -> CorrectionRead:
    """One correction."""
    return corrections.get(work, correction_id)


@router.post("/{correction_id}/correct", response_model=CorrectionRead)
def correct_correction(
    work: CurrentWork, correction_id: UUID, data: CorrectionDecision | None = None
) -> CorrectionRead:
    """Write what is wanted into the member's row, where the field is kept here."""
    return corrections.correct(work, correction_id, data or CorrectionDecision())


@router.post("/{correction_id}/pass-on", response_model=CorrectionRead)
def pass_on_correction(
    work: CurrentWork, correction_id: UUID, data: CorrectionDecision | None = None
) -> CorrectionRead:
    """Hand it to whoever keeps the member database; the next list that agrees closes it."""
    return corrections.pass_on(work, correction_id, data or CorrectionDecision())


@router.post("/{correction_id}/decline", response_model=CorrectionRead)
def decline_correction(
    work: CurrentWork, correction_id: UUID, data: CorrectionDecline
) -> CorrectionRead:
    """Decline it, with a comment that the member reads."""
    return corrections.decline(work, correction_id, data)


@router.post("/{correction_id}/withdraw", response_model=CorrectionRead)
def withdraw_correction(work: CurrentWork, correction_id: UUID) -> CorrectionRead:
    """Take the own correction back."""
    return corrections.withdraw(work, correction_id)
