"""Reports as they were made, and the ones that are made again and again."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow, Stateful


class ReportKind(StrEnum):
    MONTHLY = "monthly"
    CELL_YEAR = "cell_year"
    MEMBER_YEAR = "member_year"
    COMMITTEE = "committee"
    CALL_LIST = "call_list"


class ReportFormat(StrEnum):
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"


class Report(OrganizationRow, table=True):
    """Written once: what was asked, what the figures were, and the SHA-256 of both.

    The files are made from `content` alone, so that they can be made again as of that day. Whoever
    asks the same again and finds other figures makes the next one, which `follows` the digest of
    the one before.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("uq_reports_digest", "organization_id", "kind", "digest", unique=True),
        Index("ix_reports_organization_id_kind", "organization_id", "kind", "first_period"),
    )

    kind: ReportKind = Field(sa_type=choice(ReportKind))
    first_period: str = Field(max_length=7)
    last_period: str = Field(max_length=7)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    content: dict[str, Any] = Field(sa_type=JSON)
    digest: str = Field(max_length=64)
    follows: str | None = Field(default=None, max_length=64)
    member_id: UUID | None = Field(default=None, foreign_key="members.id", index=True)
    made_by: UUID | None = Field(default=None, foreign_key="accounts.id")


class ScheduleStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class ReportSchedule(OrganizationRow, Stateful[ScheduleStatus], table=True):
    """A report made on a day of every month, at a local time, by the rights its owner then has."""

    __tablename__ = "report_schedules"

    transitions: ClassVar = {
        "pause": (frozenset({ScheduleStatus.ACTIVE}), ScheduleStatus.PAUSED),
        "resume": (frozenset({ScheduleStatus.PAUSED}), ScheduleStatus.ACTIVE),
        "end": (
            frozenset({ScheduleStatus.ACTIVE, ScheduleStatus.PAUSED}),
            ScheduleStatus.ENDED,
        ),
    }

    status: ScheduleStatus = Field(default=ScheduleStatus.ACTIVE, sa_type=choice(ScheduleStatus))
    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    kind: ReportKind = Field(default=ReportKind.MONTHLY, sa_type=choice(ReportKind))
    day_of_month: int
    local_time: str = Field(max_length=5)
    next_at: datetime = Field(index=True)
    failures: int = 0
    last_error: str | None = Field(default=None, max_length=64)
    last_report_id: UUID | None = Field(default=None, foreign_key="reports.id")
    last_job_id: UUID | None = Field(default=None, foreign_key="jobs.id", index=True)
