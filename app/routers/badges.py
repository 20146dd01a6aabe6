"""Badges for people without a phone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.badges import BadgeDigestRead, BadgeQuery, BadgeRead
from app.services import badges
from app.services.badges import Badge

router = APIRouter(tags=["badges"], route_class=WorkRoute)


@router.get("/badges", response_model=Page[BadgeDigestRead])
def search_badges(work: CurrentWork, query: Annotated[BadgeQuery, Query()]) -> Page[Badge]:
    """The badges of a cell's members today, to be known without a network."""
    return badges.search(work, query.organization_id)


@router.get("/members/{member_id}/badge", response_model=BadgeRead)
def get_badge(work: CurrentWork, member_id: UUID) -> Badge:
    """The badge of a member, to be printed."""
    return badges.get(work, member_id)


@router.post("/members/{member_id}/badge/renew", response_model=BadgeRead)
def renew_badge(work: CurrentWork, member_id: UUID) -> Badge:
    """A new badge; every older one is worthless."""
    return badges.renew(work, member_id)
