"""The form that minutes begin as: the official skeleton, filled from what is known."""

from collections.abc import Sequence

from sqlmodel import col, or_, select

from app.core.clock import local_date
from app.models import (
    AgendaItem,
    AgendaStatus,
    Document,
    Meeting,
    Member,
    Minutes,
    Office,
    Role,
    Task,
    TaskStatus,
)
from app.models.base import valid_on
from app.services import minutes_numbers
from app.work import Work

_STATES = {
    TaskStatus.OPEN: "đang thực hiện",
    TaskStatus.DONE: "đã hoàn thành",
    TaskStatus.DROPPED: "thôi thực hiện",
}


def draw(work: Work, meeting: Meeting) -> Minutes:
    """Minutes of a reached meeting as nobody has written them yet, version 0."""
    items = _items(work, meeting)
    left_open = [f"- {item.title}" for item in items if item.status is AgendaStatus.OPEN]
    return Minutes(
        id=meeting.id,  # known before the first version is written
        organization_id=meeting.organization_id,
        meeting_id=meeting.id,
        number=minutes_numbers.next_of(work, meeting),
        chair=_secretary(work, meeting),
        assessment="\n".join(_tasks(work, meeting)) or None,
        direction="\n".join(left_open) or None,
        text="\n".join([*_numbered(items), *_documents(work, meeting)]),
        written_at=work.now,
        created_at=work.now,
        version=0,
    )


def _items(work: Work, meeting: Meeting) -> Sequence[AgendaItem]:
    """What asks about a task stands in the assessment."""
    statement = (
        select(AgendaItem)
        .where(
            col(AgendaItem.meeting_id) == meeting.id,
            col(AgendaItem.task_id).is_(None),
            col(AgendaItem.withdrawn_at).is_(None),
        )
        .order_by(col(AgendaItem.position))
    )
    return work.session.exec(statement.execution_options(scoped="of a reached meeting")).all()


def _numbered(items: Sequence[AgendaItem]) -> list[str]:
    return [f"{position}. {item.title}" for position, item in enumerate(items, start=1)]


def _secretary(work: Work, meeting: Meeting) -> str | None:
    """Of the cell on the meeting's day."""
    statement = (
        select(Member.full_name)
        .join(Office, col(Office.member_id) == Member.id)
        .where(
            col(Office.organization_id) == meeting.organization_id,
            col(Office.role) == Role.SECRETARY,
            *valid_on(Office, local_date(meeting.starts_at)),
        )
        .order_by(col(Office.valid_from).desc(), col(Office.id).desc())
    )
    scoped = statement.execution_options(scoped="of a reached meeting's cell")
    return work.session.exec(scoped).first()


def _tasks(work: Work, meeting: Meeting) -> list[str]:
    """Task | state: of those decided before and open still, or asked about in this agenda."""
    asked = select(AgendaItem.task_id).where(
        col(AgendaItem.meeting_id) == meeting.id,
        col(AgendaItem.task_id).is_not(None),
        col(AgendaItem.withdrawn_at).is_(None),
    )
    statement = (
        select(Task)
        .join(Meeting, col(Meeting.id) == Task.meeting_id)
        .where(
            col(Task.organization_id) == meeting.organization_id,
            col(Meeting.starts_at) < meeting.starts_at,
            or_(col(Task.status) == TaskStatus.OPEN, col(Task.id).in_(asked)),
        )
        .order_by(col(Task.id))
    )
    scoped = statement.execution_options(scoped="of a reached meeting's cell")
    return [f"{task.title} | {_state(task)}" for task in work.session.exec(scoped)]


def _state(task: Task) -> str:
    state = _STATES[task.status]
    return f"{state}: {task.result}" if task.result else state


def _documents(work: Work, meeting: Meeting) -> list[str]:
    statement = (
        select(Document.title)
        .where(col(Document.meeting_id) == meeting.id, col(Document.withdrawn_at).is_(None))
        .order_by(col(Document.id))
    )
    scoped = statement.execution_options(scoped="of a reached meeting")
    titles = [f"- {title}" for title in work.session.exec(scoped)]
    return ["Tài liệu:", *titles] if titles else []
