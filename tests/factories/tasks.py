"""Tasks that a meeting decided."""

from typing import Any

from sqlmodel import Session

from app.models import Meeting, Task


def make_task(session: Session, meeting: Meeting, **overrides: Any) -> Task:
    defaults: dict[str, Any] = {"title": "Rà soát hồ sơ đảng viên"}
    task = Task(
        organization_id=meeting.organization_id, meeting_id=meeting.id, **(defaults | overrides)
    )
    session.add(task)
    session.flush()
    return task
