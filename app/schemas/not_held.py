"""A cell's word that it did not meet, as it is given and as it is read."""

from datetime import datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import NotHeldReason
from app.schemas.base import Input, Line, Output, Period


class NotHeldCreate(Input):
    organization_id: UUID
    period: Period
    reason: NotHeldReason
    note: Line | None = None


class NotHeldRead(Output):
    id: UUID
    organization_id: UUID
    period: str
    reason: NotHeldReason
    note: str | None
    declared_by: UUID | None
    excused_at: datetime | None
    excused_by: UUID | None
    created_at: datetime


class NotHeldQuery(PageQuery):
    organization_id: UUID | None = None
    period: Period | None = None
