"""What members were told, and who else came."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Guest, GuestKind, Meeting, Notification, NotificationKind
from tests.factories.meetings import STARTS_AT


def make_notification(
    session: Session, meeting: Meeting, member_id: UUID, **overrides: Any
) -> Notification:
    defaults: dict[str, Any] = {
        "kind": NotificationKind.MEETING_SCHEDULED,
        "subject_id": meeting.id,
        "title": "Thông báo sinh hoạt",
        "body": "Bắt đầu: 19:30 ngày 05/06/2026",
        "created_at": STARTS_AT,
    }
    notification = Notification(
        organization_id=meeting.organization_id, member_id=member_id, **(defaults | overrides)
    )
    session.add(notification)
    session.flush()
    return notification


def make_guest(session: Session, meeting: Meeting, **overrides: Any) -> Guest:
    defaults: dict[str, Any] = {"kind": GuestKind.SUPERIOR, "full_name": "Hồ Thị Cấp Trên"}
    guest = Guest(
        organization_id=meeting.organization_id, meeting_id=meeting.id, **(defaults | overrides)
    )
    session.add(guest)
    session.flush()
    return guest
