"""The minutes of a meeting, as one plain text."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from app.models.base import OrganizationRow


class Minutes(OrganizationRow, table=True):
    __tablename__ = "minutes"

    meeting_id: UUID = Field(foreign_key="meetings.id", unique=True)
    text: str
    written_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    written_at: datetime
