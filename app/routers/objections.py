"""Objections of members to marks on the sheet."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Objection
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.objections import (
    ObjectionAccept,
    ObjectionCreate,
    ObjectionDecline,
    ObjectionQuery,
    ObjectionRead,
)
from app.services import objections

router = APIRouter(prefix="/objections", tags=["objections"], route_class=WorkRoute)


@router.get("", response_model=Page[ObjectionRead])
def search_objections(
    work: CurrentWork, query: Annotated[ObjectionQuery, Query()]
) -> Page[Objection]:
    """Objections within reach, the newest first; a member sees the own ones."""
    return objections.search(work, query)


@router.post("", response_model=ObjectionRead, status_code=201)
def create_objection(work: CurrentWork, data: ObjectionCreate) -> Objection:
    """Object to the own mark at a meeting that was held, in the days that the rules give."""
    return objections.create(work, data)


@router.get("/{objection_id}", response_model=ObjectionRead)
def get_objection(work: CurrentWork, objection_id: UUID) -> Objection:
    """One objection."""
    return objections.get(work, objection_id)


@router.post("/{objection_id}/accept", response_model=ObjectionRead)
def accept_objection(
    work: CurrentWork, objection_id: UUID, data: ObjectionAccept | None = None
) -> Objection:
    """Accept it: the line is marked as the member claims."""
    return objections.accept(work, objection_id, data or ObjectionAccept())


@router.post("/{objection_id}/decline", response_model=ObjectionRead)
def decline_objection(work: CurrentWork, objection_id: UUID, data: ObjectionDecline) -> Objection:
    """Decline it, with a comment."""
    return objections.decline(work, objection_id, data)


@router.post("/{objection_id}/withdraw", response_model=ObjectionRead)
def withdraw_objection(work: CurrentWork, objection_id: UUID) -> Objection:
    """Take the own objection back."""
    return objections.withdraw(work, objection_id)
