"""Word files that papers are written by; the office may replace them."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class PaperKind(StrEnum):
    MINUTES = "minutes"
    RESOLUTION = "resolution"
    ATTENDANCE_LIST = "attendance_list"
    MONTHLY_REPORT = "monthly_report"


class Template(OrganizationRow, table=True):
    """One version for one kind of paper, for a unit and all below. `digest` finds its bytes.

    `left_out` is what it holds that only a DOCX can show.
    """

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("organization_id", "kind", "number"),)

    kind: PaperKind = Field(sa_type=choice(PaperKind))
    number: int
    valid_from: date
    file_name: str = Field(max_length=150)
    size: int
    digest: str = Field(max_length=64, index=True)
    left_out: list[Any] = Field(default_factory=list, sa_type=JSON)
    uploaded_by: UUID | None = Field(default=None, foreign_key="accounts.id")
