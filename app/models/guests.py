"""Who else was at a meeting: superiors and guests, outside the cell's rate."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class GuestKind(StrEnum):
    SUPERIOR = "superior"
    GUEST = "guest"


class Guest(OrganizationRow, table=True):
    """Withdrawn by a moment, never deleted."""

    __tablename__ = "guests"

    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    kind: GuestKind = Field(sa_type=choice(GuestKind))
    full_name: str = Field(max_length=200)
    position: str | None = Field(default=None, max_length=200)
    recorded_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    withdrawn_at: datetime | None = None
