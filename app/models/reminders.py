"""That somebody was reminded of what is missing, and what waits to be delivered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from app.models.base import OrganizationRow, Row


class Reminder(OrganizationRow, table=True):
    """One subject, reminded on one local day: a cell, or a member when `member_id` is said.

    `subject_id` is the one of the two that is missing from the figure; a second reminder of it on
    the same day is refused by its key.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index("uq_reminders_subject_id_day", "subject_id", "day", unique=True),
        Index("ix_reminders_organization_id_measure", "organization_id", "measure", "period"),
    )

    subject_id: UUID
    member_id: UUID | None = Field(default=None, foreign_key="members.id", index=True)
    day: date
    measure: str = Field(max_length=32)
    period: str = Field(max_length=7)
    message: str = Field(max_length=1000)
    recipients: int
    sent_by: UUID | None = Field(default=None, foreign_key="accounts.id")


class OutboxEntry(Row, table=True):
    """Something to be delivered outside, written in the transaction of what it tells."""

    __tablename__ = "outbox"

    kind: str = Field(max_length=32)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    due_at: datetime
    delivered_at: datetime | None = None
    attempts: int = 0
