"""Versions of the minutes."""

from typing import Any

from sqlmodel import Session

from app.models import Meeting, MinutesRevision
from app.schemas.minutes import MinutesContent
from tests.factories.meetings import STARTS_AT


def make_revision(session: Session, meeting: Meeting, **overrides: Any) -> MinutesRevision:
    content = dict.fromkeys(MinutesContent.model_fields) | {"text": "Chi bộ đã họp.", "votes": []}
    defaults: dict[str, Any] = {"number": 1, "content": content, "digest": "0" * 64}
    revision = MinutesRevision(
        organization_id=meeting.organization_id,
        meeting_id=meeting.id,
        written_at=STARTS_AT,
        **(defaults | overrides),
    )
    session.add(revision)
    session.flush()
    return revision
