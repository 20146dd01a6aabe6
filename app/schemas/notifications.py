"""What a member was told."""

from datetime import datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import NotificationKind
from app.schemas.base import Output


class NotificationRead(Output):
    """`subject_id` is the row that it speaks of; its kind says which."""

    id: UUID
    kind: NotificationKind
    subject_id: UUID
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None


class NotificationQuery(PageQuery):
    unread: bool | None = None
