"""Which cells a member belongs and belonged to."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Membership
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.memberships import MembershipQuery, MembershipRead
from app.services import memberships

router = APIRouter(prefix="/memberships", tags=["memberships"], route_class=WorkRoute)


@router.get("", response_model=Page[MembershipRead])
def search_memberships(
    work: CurrentWork, query: Annotated[MembershipQuery, Query()]
) -> Page[Membership]:
    """The memberships of one member, the earliest first."""
    return memberships.search(work, query)
