"""A month as the level above sees it: on its way up, locked, opened again for some."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.models import ReviewStatus
from app.schemas.base import Input, Instant, Line, OrganizationBrief, Output


class PeriodState(StrEnum):
    """How far a unit's month has come: a cell's by its meeting, a committee's by its review."""

    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    EXCUSED = "excused"
    CONFIRMED = "confirmed"


class PeriodQuery(PageQuery):
    """Of the caller's highest unit unless told."""

    limit: int = Field(12, ge=1, le=200)
    organization_id: UUID | None = None


class ProgressQuery(Input):
    organization_id: UUID


class PeriodLockCreate(Input):
    """`until` is for unlocking; a lock has no end."""

    organization_id: UUID
    reason: Line | None = None
    until: None = None


class PeriodUnlock(Input):
    """Without `until` the unit's lock is lifted for good."""

    organization_id: UUID
    reason: Line
    until: Instant | None = None


class PeriodDecide(Input):
    organization_id: UUID
    comment: Line | None = None


class PeriodReturn(Input):
    organization_id: UUID
    comment: Line


class PeriodReviewRead(Output):
    status: ReviewStatus
    comment: str | None
    submitted_at: datetime
    decided_at: datetime | None


class PeriodExceptionRead(Output):
    """Who may still change the month, until when, and why; for good without an end."""

    organization: OrganizationBrief
    reason: str
    until: datetime | None
    granted_at: datetime


class Progress(Output):
    """How many of the units right below are confirmed, excused, neither; a cell stands alone."""

    confirmed: int
    excused: int
    open: int
    total: int


class PeriodRead(Output):
    """`locked` is whether nothing changes it now; `open_until` is an exception that holds."""

    organization: OrganizationBrief
    period: str
    locked: bool
    locked_at: datetime | None
    open_until: datetime | None
    reason: str | None
    exceptions: list[PeriodExceptionRead]
    review: PeriodReviewRead | None
    progress: Progress


class LevelProgress(Progress):
    """The same for all units of one kind, at any depth."""

    kind: str


class ChildState(Output):
    organization: OrganizationBrief
    state: PeriodState


class PeriodProgress(Output):
    organization: OrganizationBrief
    period: str
    levels: list[LevelProgress]
    children: list[ChildState]
