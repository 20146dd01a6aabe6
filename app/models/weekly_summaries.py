"""What a committee was told of its week: kept, so that the next can say what has changed."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel


class WeeklySummary(SQLModel, table=True):
    """The counts of a unit and a period as they stood on a day."""

    __tablename__ = "weekly_summaries"

    organization_id: UUID = Field(foreign_key="organizations.id", primary_key=True)
    day: date = Field(primary_key=True)
    period: str = Field(max_length=7)
    counts: dict[str, Any] = Field(sa_type=JSON)
