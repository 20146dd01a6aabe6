"""Long work: asked for, claimed by one worker at a time, followed to its end."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from app.core.columns import choice
from app.models.base import Row, Stateful


class JobKind(StrEnum):
    REPORT = "report"
    IMPORT_COMMIT = "import_commit"
    RECOUNT = "recount"
    FINDING_COUNT = "finding_count"
    WEEKLY_SUMMARY = "weekly_summary"
    FORGETTING = "forgetting"
    RETENTION = "retention"
    AUDIT_CHECK = "audit_check"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = JobStatus


class Job(Row, Stateful[JobStatus], table=True):
    """Seen by the account that asked for it; what the calendar asks for is nobody's.

    A worker holds it until `claimed_until` and says so again and again; one that was killed says
    nothing, and another takes the job over. `claim` tells the two apart.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_status", "status", "due_at"),)

    transitions: ClassVar = {
        "cancel": (frozenset({_S.QUEUED, _S.RUNNING}), _S.CANCELLED),
    }

    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    kind: JobKind = Field(sa_type=choice(JobKind))
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    status: JobStatus = Field(default=_S.QUEUED, sa_type=choice(JobStatus))
    due_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    claim: UUID | None = None
    claimed_until: datetime | None = None
    attempts: int = 0
    cancel_requested_at: datetime | None = None
    considered: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    total: int | None = None
    errors: list[Any] = Field(default_factory=list, sa_type=JSON)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class CalendarRun(SQLModel, table=True):
    """That what the calendar asks for at a moment was taken in hand, and by which job.

    Without a job it stands for what lay before the service began.
    """

    __tablename__ = "calendar_runs"

    name: str = Field(primary_key=True, max_length=32)
    due_at: datetime = Field(primary_key=True)
    job_id: UUID | None = Field(default=None, foreign_key="jobs.id", index=True)
