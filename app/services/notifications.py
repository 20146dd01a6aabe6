"""One's own inbox: what was told, and what of it was read."""

from uuid import UUID

from sqlmodel import col

from app.core.paging import Filters, Order, Page
from app.models import Notification
from app.policies.permissions import Permission
from app.schemas.notifications import NotificationQuery
from app.work import Work

NEWEST_FIRST = Order((col(Notification.created_at), col(Notification.id)), descending=True)
FILTERS: Filters = {"unread": lambda unread: col(Notification.read_at).is_(None) == unread}


def search(work: Work, query: NotificationQuery) -> Page[Notification]:
    statement = work.within_reach(Permission.NOTIFICATION_READ, Notification)
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def read(work: Work, notification_id: UUID) -> Notification:
    """The first time counts; reading it again changes nothing."""
    notification = work.fetch(Permission.NOTIFICATION_READ, Notification, notification_id)
    if notification.read_at is None:
        notification.read_at = work.now
        work.record("notification.read", notification)
    return notification
