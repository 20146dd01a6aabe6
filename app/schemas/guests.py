"""Who else was at a meeting."""

from datetime import datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import GuestKind
from app.schemas.base import Input, Name, Output


class GuestCreate(Input):
    meeting_id: UUID
    kind: GuestKind
    full_name: Name
    position: Name | None = None


class GuestRead(Output):
    id: UUID
    organization_id: UUID
    meeting_id: UUID
    kind: GuestKind
    full_name: str
    position: str | None
    recorded_by: UUID | None
    created_at: datetime


class GuestQuery(PageQuery):
    meeting_id: UUID
