"""What a committee was told of its week: kept, so that the next can say what has changed."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from app.models.base import OrganizationRow


class WeeklySummary(OrganizationRow, table=True):
    """The counts of a unit and a period as they stood on a day."""

    __tablename__ = "weekly_summaries"
    __table_args__ = (
        Index("uq_weekly_summaries_organization_id_day", "organization_id", "day", unique=True),
    )

    day: date
    period: str = Field(max_length=7)
    counts: dict[str, Any] = Field(sa_type=JSON)
