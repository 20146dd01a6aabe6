"""Two rows of one person, merged under supervision and parted again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import MemberMerge
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.duplicates import (
    MemberMergeCreate,
    MemberMergeQuery,
    MemberMergeRead,
    MergePlace,
    MergePreview,
)
from app.schemas.members import MemberRead
from app.services import member_merges

router = APIRouter(tags=["member-merges"], route_class=WorkRoute)


@router.get("/members/{member_id}/merge", response_model=MergePreview)
def preview_merge(
    work: CurrentWork, member_id: UUID, query: Annotated[MergePlace, Query()]
) -> MergePreview:
    """Field by field what a merge would change, and what stands in its way."""
    return member_merges.preview(work, member_id, query.duplicate_id)


@router.post("/members/{member_id}/merge", response_model=MemberRead)
def merge_member(work: CurrentWork, member_id: UUID, data: MemberMergeCreate) -> MemberRead:
    """Take a duplicate's rows, and the fields in which it is right, over into the member."""
    return member_merges.merge(work, member_id, data)


@router.get("/member-merges", response_model=Page[MemberMergeRead])
def search_member_merges(
    work: CurrentWork, query: Annotated[MemberMergeQuery, Query()]
) -> Page[MemberMerge]:
    """Merges, the newest first."""
    return member_merges.search(work, query)


@router.post("/member-merges/{merge_id}/part", response_model=MemberMergeRead)
def part_members(work: CurrentWork, merge_id: UUID) -> MemberMerge:
    """Undo a merge within thirty days."""
    return member_merges.part(work, merge_id)
