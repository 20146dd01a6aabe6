"""The attendance sheet: its lines, the marks on them, and the events behind each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.models import (
    AbsenceReason,
    AbsenceStatus,
    AttendanceSource,
    AttendanceStatus,
    RosterReason,
)
from app.schemas.base import Input, Line, Output


class AttendanceMark(Input):
    """`reason` is needed once the meeting has been submitted."""

    member_id: UUID
    status: AttendanceStatus
    reason: Line | None = None


class AttendanceMarks(Input):
    lines: list[AttendanceMark] = Field(max_length=5_000)


class AttendanceReport(Output):
    id: UUID
    reason: AbsenceReason
    status: AbsenceStatus


class AttendanceRead(Output):
    """`suggested_status` comes from an accepted absence and never marks by itself."""

    id: UUID
    member_id: UUID
    full_name: str
    roster_reason: RosterReason
    status: AttendanceStatus
    suggested_status: AttendanceStatus | None
    is_late: bool
    source: AttendanceSource | None
    marked_by: UUID | None
    marked_at: datetime | None
    absence_report: AttendanceReport | None


class SheetRead(Output):
    """One line for each member on the roster, never paged; a member sees the own line alone."""

    meeting_id: UUID
    version: int
    items: Sequence[AttendanceRead]
    next_cursor: None


class SheetQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    meeting_id: UUID


class AttendanceEventRead(Output):
    id: UUID
    status: AttendanceStatus
    source: AttendanceSource
    actor_id: UUID | None
    recorded_at: datetime
    reason: str | None
