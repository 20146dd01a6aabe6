"""A member's own year of meetings."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.models import AttendanceSource, AttendanceStatus, MeetingKind
from app.schemas.base import Input, OrganizationBrief, Output
from app.schemas.objections import ObjectionRead


class OwnMeeting(Output):
    id: UUID
    title: str
    kind: MeetingKind
    starts_at: datetime
    is_imported: bool
    organization: OrganizationBrief


class OwnAttendance(Output):
    """`can_object_until` is null once that is over or an objection waits."""

    attendance_id: UUID
    meeting: OwnMeeting
    status: AttendanceStatus
    is_late: bool
    source: AttendanceSource | None
    marked_at: datetime | None
    came_at: datetime | None
    can_object_until: datetime | None
    objection: ObjectionRead | None


class OwnCounters(Output):
    """The last two by regular meetings alone: months missed without excuse, and the present run."""

    meetings: int
    present: int
    excused: int
    unexcused: int
    late: int
    unexcused_months: int
    excused_in_a_row: int


class OwnAttendances(Output):
    year: int
    items: Sequence[OwnAttendance]
    counters: OwnCounters


class OwnAttendancesQuery(Input):
    year: int | None = None
