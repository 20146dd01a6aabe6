"""Members, masked but for one's own row."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, IfMatch, WorkRoute
from app.schemas.members import MemberCreate, MemberQuery, MemberRead, MemberUpdate
from app.services import members

router = APIRouter(prefix="/members", tags=["members"], route_class=WorkRoute)


@router.get("", response_model=Page[MemberRead])
def search_members(work: CurrentWork, query: Annotated[MemberQuery, Query()]) -> Page[MemberRead]:
    """Members within reach on a day, by Vietnamese name order."""
    return members.search(work, query)


@router.post("", response_model=MemberRead, status_code=201)
def create_member(work: CurrentWork, data: MemberCreate) -> MemberRead:
    """Enter a member into a cell from today on."""
    return members.create(work, data)


@router.get("/{member_id}", response_model=MemberRead)
def get_member(work: CurrentWork, member_id: UUID) -> MemberRead:
    """One member."""
    return members.get(work, member_id)


@router.patch("/{member_id}", response_model=MemberRead)
def change_member(
    work: CurrentWork, member_id: UUID, data: MemberUpdate, if_match: IfMatch
) -> MemberRead:
    """Change some fields of a member."""
    return members.change(work, member_id, data, if_match)
