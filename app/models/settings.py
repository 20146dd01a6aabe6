"""What a committee has decided for itself and those below, from a day on."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.models.base import OrganizationRow


class Setting(OrganizationRow, table=True):
    """The value of one setting from `valid_from` on; null gives it back to the level above."""

    __tablename__ = "settings"
    __table_args__ = (UniqueConstraint("organization_id", "name", "valid_from"),)

    name: str = Field(max_length=64)
    value: Any = Field(default=None, sa_type=JSON)
    valid_from: date
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
