"""Cells that did not meet in a period, by their own word."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import NotHeld
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.not_held import NotHeldCreate, NotHeldQuery, NotHeldRead
from app.services import not_held

router = APIRouter(prefix="/not-held", tags=["not_held"], route_class=WorkRoute)


@router.get("", response_model=Page[NotHeldRead])
def search_not_held(work: CurrentWork, query: Annotated[NotHeldQuery, Query()]) -> Page[NotHeld]:
    """What cells within reach have said, the latest period first."""
    return not_held.search(work, query)


@router.post("", response_model=NotHeldRead, status_code=201)
def create_not_held(work: CurrentWork, data: NotHeldCreate) -> NotHeld:
    """Say that a cell did not meet in a period, and why."""
    return not_held.create(work, data)


@router.get("/{not_held_id}", response_model=NotHeldRead)
def get_not_held(work: CurrentWork, not_held_id: UUID) -> NotHeld:
    """One such word."""
    return not_held.get(work, not_held_id)


@router.post("/{not_held_id}/excuse", response_model=NotHeldRead)
def excuse_not_held(work: CurrentWork, not_held_id: UUID) -> NotHeld:
    """Accept the reason, from the level above."""
    return not_held.excuse(work, not_held_id)


@router.delete("/{not_held_id}", status_code=204)
def withdraw_not_held(work: CurrentWork, not_held_id: UUID) -> None:
    """Take it back."""
    not_held.withdraw(work, not_held_id)
