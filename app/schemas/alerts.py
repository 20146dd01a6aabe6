"""Absences that somebody should look at."""

from datetime import datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import AlertRule
from app.schemas.base import Output


class AlertRead(Output):
    """`level` is the count that raised it; `cleared_at` is when that was over."""

    id: UUID
    organization_id: UUID
    member_id: UUID
    full_name: str
    rule: AlertRule
    year: int
    level: int
    raised_at: datetime
    cleared_at: datetime | None


class AlertQuery(PageQuery):
    organization_id: UUID | None = None
    member_id: UUID | None = None
    open: bool | None = None
