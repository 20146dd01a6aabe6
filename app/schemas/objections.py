"""A member's word that a mark is wrong, as it is given and as it is read."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.core.paging import PageQuery
from app.models import AttendanceStatus, ObjectionStatus
from app.schemas.base import Input, Line, Output


class ObjectionCreate(Input):
    """About a line of one's own; `claimed` is what it should say."""

    attendance_id: UUID
    claimed: Literal[AttendanceStatus.PRESENT, AttendanceStatus.ABSENT_EXCUSED]
    text: Line


class ObjectionAccept(Input):
    comment: Line | None = None


class ObjectionDecline(Input):
    comment: Line


class ObjectionRead(Output):
    """`marked` is what the line said when the member objected."""

    id: UUID
    organization_id: UUID
    meeting_id: UUID
    attendance_id: UUID
    member_id: UUID
    marked: AttendanceStatus
    claimed: AttendanceStatus
    text: str
    status: ObjectionStatus
    comment: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    created_at: datetime


class ObjectionQuery(PageQuery):
    organization_id: UUID | None = None
    meeting_id: UUID | None = None
    status: list[ObjectionStatus] | None = None
