"""A period that a committee has frozen, what was granted in spite of it, and the seals on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.models.base import OrganizationRow


class PeriodLock(OrganizationRow, table=True):
    """That a period was locked for a unit and all below it; by hand, or when its days were over.

    `digest` is what the seals of its cells amounted to, in the order of the tree.
    """

    __tablename__ = "period_locks"
    __table_args__ = (Index("ix_period_locks_organization_id_period", "organization_id", "period"),)

    period: str = Field(max_length=7)
    reason: str | None = Field(default=None, max_length=500)
    locked_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    lifted_at: datetime | None = None
    cells: int
    digest: str = Field(max_length=64)


class PeriodException(OrganizationRow, table=True):
    """That a unit may still change a locked period, and until when; for good without an end.

    `ended_at` is when it was taken back by another lock, or gave way to a later word.
    """

    __tablename__ = "period_exceptions"
    __table_args__ = (
        Index("ix_period_exceptions_organization_id_period", "organization_id", "period"),
    )

    period: str = Field(max_length=7)
    reason: str = Field(max_length=500)
    until: datetime | None = None
    ended_at: datetime | None = None
    granted_by: UUID | None = Field(default=None, foreign_key="accounts.id")


class PeriodSeal(SQLModel, table=True):
    """The SHA-256 of what a cell's locked period holds: its counts, meetings and lines."""

    __tablename__ = "period_seals"

    organization_id: UUID = Field(foreign_key="organizations.id", primary_key=True)
    period: str = Field(primary_key=True, max_length=7)
    digest: str = Field(max_length=64)
    sealed_at: datetime
