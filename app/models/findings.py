"""How much was wrong with the data, by day: so that it can be seen to grow or to shrink."""

from datetime import date
from uuid import UUID

from sqlmodel import Field, SQLModel


class FindingCount(SQLModel, table=True):
    """What one check found below a committee on a day; nothing where it found nothing."""

    __tablename__ = "finding_counts"

    organization_id: UUID = Field(foreign_key="organizations.id", primary_key=True)
    check: str = Field(primary_key=True, max_length=32)
    day: date = Field(primary_key=True)
    count: int
