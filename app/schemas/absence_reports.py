"""A member's word that they cannot come, as it is given and as it is read."""

from datetime import datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import AbsenceReason, AbsenceStatus
from app.schemas.base import Input, Line, Output


class AbsenceReportCreate(Input):
    """Without `member_id` it is one's own."""

    meeting_id: UUID
    member_id: UUID | None = None
    reason: AbsenceReason
    text: Line | None = None


class AbsenceReportDecide(Input):
    comment: Line | None = None


class AttachmentRead(Output):
    """What the member shows with it; its bytes are asked for by themselves."""

    file_name: str
    media_type: str


class AbsenceReportRead(Output):
    """`recorded_by` is the account that wrote it on behalf of the member.

    `is_late`: reported after the committee's cut-off. `is_automatic`: accepted by its rule.
    """

    id: UUID
    meeting_id: UUID
    organization_id: UUID
    member_id: UUID
    reason: AbsenceReason
    text: str | None
    status: AbsenceStatus
    comment: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    is_late: bool
    is_automatic: bool
    attachment: AttachmentRead | None
    recorded_by: UUID | None
    created_at: datetime


class AbsenceReportQuery(PageQuery):
    meeting_id: UUID | None = None
    organization_id: UUID | None = None
    status: list[AbsenceStatus] | None = None
