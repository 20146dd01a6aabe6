"""Rows that may be one person."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.duplicates import DuplicateQuery, DuplicateRead
from app.services import duplicates

router = APIRouter(prefix="/duplicates", tags=["duplicates"], route_class=WorkRoute)


@router.get("", response_model=Page[DuplicateRead])
def search_duplicates(
    work: CurrentWork, query: Annotated[DuplicateQuery, Query()]
) -> Page[DuplicateRead]:
    """Pairs of members of a unit that share an id, or a name and a birth date."""
    return duplicates.search(work, query)
