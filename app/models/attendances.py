"""The sheet of a meeting, one line a roster member, and the events behind each line."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint, false
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import MemberRow


class AttendanceStatus(StrEnum):
    UNMARKED = "unmarked"
    PRESENT = "present"
    ABSENT_EXCUSED = "absent_excused"
    ABSENT_UNEXCUSED = "absent_unexcused"
    EXEMPT = "exempt"


class AttendanceSource(StrEnum):
    SELF = "self"
    QR = "qr"
    SECRETARY = "secretary"
    PAPER = "paper"
    IMPORT = "import"
    ABSENCE_REPORT = "absence_report"


class RosterReason(StrEnum):
    """Why a member is on the roster of a meeting."""

    OFFICIAL = "official"
    PROBATIONARY = "probationary"
    UNKNOWN_STANDING = "unknown_standing"
    TEMPORARY = "temporary"
    EXEMPT = "exempt"


class ExclusionReason(StrEnum):
    """Why somebody of the cell is not on the roster of a meeting."""

    SUSPENDED = "suspended"
    INTERRUPTED = "interrupted"
    IN_TRANSIT = "in_transit"
    SPECIAL_DUTY = "special_duty"
    TEMPORARILY_ELSEWHERE = "temporarily_elsewhere"


class Attendance(MemberRow, table=True):
    """One line of the sheet; always what its latest event says.

    `may_vote` is frozen with the roster; `came_at` is when a check-in says that the member came.
    """

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)

    meeting_id: UUID = Field(foreign_key="meetings.id")
    roster_reason: RosterReason = Field(sa_type=choice(RosterReason))
    may_vote: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    status: AttendanceStatus = Field(
        default=AttendanceStatus.UNMARKED, sa_type=choice(AttendanceStatus)
    )
    source: AttendanceSource | None = Field(default=None, sa_type=choice(AttendanceSource))
    marked_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    marked_at: datetime | None = None
    came_at: datetime | None = None


class RosterExclusion(MemberRow, table=True):
    """Somebody of the cell who was not summoned to a meeting, and why. Frozen with the roster."""

    __tablename__ = "roster_exclusions"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)

    meeting_id: UUID = Field(foreign_key="meetings.id")
    reason: ExclusionReason = Field(sa_type=choice(ExclusionReason))


class AttendanceEvent(MemberRow, table=True):
    """Who said what about a line, when, how and why. Written once, never changed.

    `captured_at` is the device's word for when, `recorded_at` the server's; `line_version` orders
    the events of a line, whatever the clocks did.
    """

    __tablename__ = "attendance_events"

    attendance_id: UUID = Field(foreign_key="attendances.id", index=True)
    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    status: AttendanceStatus = Field(sa_type=choice(AttendanceStatus))
    source: AttendanceSource = Field(sa_type=choice(AttendanceSource))
    actor_id: UUID | None = Field(default=None, foreign_key="accounts.id")
    recorded_at: datetime
    captured_at: datetime | None = None
    line_version: int | None = None
    check_in_id: UUID | None = None
    reason: str | None = Field(default=None, max_length=500)
