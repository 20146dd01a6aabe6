"""What a member is told: the inbox is the record."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.columns import choice
from app.models.base import MemberRow


class NotificationKind(StrEnum):
    MEETING_SCHEDULED = "meeting_scheduled"
    MEETING_CHANGED = "meeting_changed"
    MEETING_POSTPONED = "meeting_postponed"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_RETURNED = "meeting_returned"
    DOCUMENT_PUBLISHED = "document_published"
    ABSENCE_REPORTED = "absence_reported"
    ABSENCE_DECIDED = "absence_decided"
    OBJECTION_RAISED = "objection_raised"
    OBJECTION_DECIDED = "objection_decided"
    ATTENDANCE_ALERT = "attendance_alert"
    TASK_ASSIGNED = "task_assigned"
    REMINDER = "reminder"
    TRANSFER_SENT = "transfer_sent"
    TRANSFER_DECIDED = "transfer_decided"
    PERIOD_SUBMITTED = "period_submitted"
    PERIOD_DECIDED = "period_decided"
    WEEKLY_SUMMARY = "weekly_summary"
    REPORT_READY = "report_ready"
    REPORT_PAUSED = "report_paused"
    SECURITY = "security"
    DATA_REVEALED = "data_revealed"
    CORRECTION_ASKED = "correction_asked"
    CORRECTION_DECIDED = "correction_decided"


class Notification(MemberRow, table=True):
    """`subject_id` is the row that it speaks of."""

    __tablename__ = "notifications"

    kind: NotificationKind = Field(sa_type=choice(NotificationKind))
    subject_id: UUID = Field(index=True)
    title: str = Field(max_length=200)
    body: str
    read_at: datetime | None = None
