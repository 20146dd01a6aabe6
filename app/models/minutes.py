"""The minutes of a meeting by the official skeleton, every version of them, and who vouches."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class MinutesPart(StrEnum):
    """In which part somebody vouches for the minutes."""

    SECRETARY = "secretary"
    CHAIR = "chair"


class Minutes(OrganizationRow, table=True):
    """`text` is the course of the meeting; totals are read from the sheet, never kept here."""

    __tablename__ = "minutes"

    meeting_id: UUID = Field(foreign_key="meetings.id", unique=True)
    number: int | None = None
    chair: str | None = Field(default=None, max_length=200)
    minute_taker: str | None = Field(default=None, max_length=200)
    assessment: str | None = None
    direction: str | None = None
    text: str
    opinions: str | None = None
    conclusion: str | None = None
    resolution: str | None = None
    votes: list[Any] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )
    self_score: float | None = None
    written_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    written_at: datetime


class MinutesRevision(OrganizationRow, table=True):
    """One version of the minutes, whole. Written once, never changed."""

    __tablename__ = "minutes_revisions"
    __table_args__ = (UniqueConstraint("meeting_id", "number"),)

    meeting_id: UUID = Field(foreign_key="meetings.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str = Field(max_length=64)
    written_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    written_at: datetime


class MinutesConfirmation(OrganizationRow, table=True):
    """Somebody's word for one version of the minutes, by its number and digest."""

    __tablename__ = "minutes_confirmations"

    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    part: MinutesPart = Field(sa_type=choice(MinutesPart))
    number: int
    digest: str = Field(max_length=64)
    full_name: str = Field(max_length=200)
    confirmed_by: UUID = Field(foreign_key="accounts.id")
    confirmed_at: datetime
