"""One's own inbox."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import Notification
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.notifications import NotificationQuery, NotificationRead
from app.services import notifications

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=WorkRoute)


@router.get("", response_model=Page[NotificationRead])
def search_notifications(
    work: CurrentWork, query: Annotated[NotificationQuery, Query()]
) -> Page[Notification]:
    """What one was told, the newest first; nothing for staff who are no members."""
    return notifications.search(work, query)


@router.post("/{notification_id}/read", response_model=NotificationRead)
def read_notification(work: CurrentWork, notification_id: UUID) -> Notification:
    """Say that it was read."""
    return notifications.read(work, notification_id)
