"""A cell's word that it did not meet in a period, and why. It stays in the denominator."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class NotHeldReason(StrEnum):
    DISASTER = "disaster"
    TOO_FEW_MEMBERS = "too_few_members"
    LEADERS_ABSENT = "leaders_absent"
    REORGANISED = "reorganised"
    OTHER = "other"


class NotHeld(OrganizationRow, table=True):
    """Withdrawn by a moment, never deleted. Excused by the level above or not, it stays counted."""

    __tablename__ = "not_held"
    __table_args__ = (
        Index(
            "uq_not_held_standing",
            "organization_id",
            "period",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    period: str = Field(max_length=7)
    reason: NotHeldReason = Field(sa_type=choice(NotHeldReason))
    note: str | None = Field(default=None, max_length=500)
    declared_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    withdrawn_at: datetime | None = None
    excused_at: datetime | None = None
    excused_by: UUID | None = Field(default=None, foreign_key="accounts.id")
