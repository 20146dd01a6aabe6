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
    MeetingStatus,
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


class PresentExcept(Input):
    """Everybody was there but these; who reported an absence need not be named."""

    absent: list[UUID] = Field(alias="except", max_length=5_000)


class AttendanceReport(Output):
    id: UUID
    reason: AbsenceReason
    status: AbsenceStatus


class AttendanceRead(Output):
    """`suggested_status` comes from an accepted absence and never marks by itself.

    `came_at` is known of whoever checked in; `is_late` follows from it.
    """

    id: UUID
    member_id: UUID
    full_name: str
    roster_reason: RosterReason
    may_vote: bool
    status: AttendanceStatus
    suggested_status: AttendanceStatus | None
    is_late: bool
    came_at: datetime | None
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
    """`captured_at` is the word of the device that a check-in came from."""

    id: UUID
    status: AttendanceStatus
    source: AttendanceSource
    actor_id: UUID | None
    recorded_at: datetime
    captured_at: datetime | None
    check_in_id: UUID | None
    line_version: int | None
    reason: str | None


class LiveRead(Output):
    """The evening in numbers. `needed_for_quorum` is a warning: no law asks for a quorum.

    `version` moves with the sheet and with the meeting; `sheet_version` with the sheet alone.
    """

    meeting_id: UUID
    status: MeetingStatus
    summoned: int
    present: int
    excused: int
    unexcused: int
    unmarked: int
    late: int
    needed_for_quorum: int
    has_quorum: bool
    last_event_at: datetime | None
    sheet_version: int
    version: int
