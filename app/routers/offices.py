"""Dated roles held in organisations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Office
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.offices import OfficeCreate, OfficeQuery, OfficeRead, OfficeUpdate
from app.services import offices

router = APIRouter(prefix="/offices", tags=["offices"], route_class=WorkRoute)


@router.get("", response_model=Page[OfficeRead])
def search_offices(work: CurrentWork, query: Annotated[OfficeQuery, Query()]) -> Page[Office]:
    """Offices within reach."""
    return offices.search(work, query)


@router.post("", response_model=OfficeRead, status_code=201)
def create_office(work: CurrentWork, data: OfficeCreate) -> Office:
    """Record one office with its first day."""
    return offices.create(work, data)


@router.patch("/{office_id}", response_model=OfficeRead)
def change_office(work: CurrentWork, office_id: UUID, data: OfficeUpdate) -> Office:
    """End it on a date, or leave it open."""
    return offices.change(work, office_id, data)
