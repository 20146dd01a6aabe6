"""Items of an agenda."""

from typing import Any

from sqlmodel import Session

from app.models import AgendaItem, Meeting


def make_item(session: Session, meeting: Meeting, **overrides: Any) -> AgendaItem:
    defaults: dict[str, Any] = {"title": "Nội dung", "position": 1}
    item = AgendaItem(
        organization_id=meeting.organization_id, meeting_id=meeting.id, **(defaults | overrides)
    )
    session.add(item)
    session.flush()
    return item
