"""Superiors and guests at meetings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Guest
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.guests import GuestCreate, GuestQuery, GuestRead
from app.services import guests

router = APIRouter(prefix="/guests", tags=["guests"], route_class=WorkRoute)


@router.get("", response_model=Page[GuestRead])
def search_guests(work: CurrentWork, query: Annotated[GuestQuery, Query()]) -> Page[Guest]:
    """Who else was at a meeting, in the order in which they were named."""
    return guests.search(work, query)


@router.post("", response_model=GuestRead, status_code=201)
def create_guest(work: CurrentWork, data: GuestCreate) -> Guest:
    """Name a superior or a guest of a meeting."""
    return guests.create(work, data)


@router.get("/{guest_id}", response_model=GuestRead)
def get_guest(work: CurrentWork, guest_id: UUID) -> Guest:
    """One of them."""
    return guests.get(work, guest_id)


@router.delete("/{guest_id}", status_code=204)
def withdraw_guest(work: CurrentWork, guest_id: UUID) -> None:
    """Take the name back; the row stays as evidence."""
    return guests.withdraw(work, guest_id)
