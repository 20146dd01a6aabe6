"""What a meeting decided that somebody shall do: assigned, then done or dropped with a result."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from app.core import numbers
from app.core.clock import local_date
from app.core.errors import Conflict, Invalid, InvalidTransition
from app.core.paging import Filters, Order, Page
from app.models import (
    Meeting,
    MeetingStatus,
    Member,
    NotificationKind,
    Task,
    TaskStatus,
)
from app.policies.permissions import Permission
from app.schemas.tasks import TaskClose, TaskCreate, TaskQuery, TaskRead, TaskUpdate
from app.services import branches, lines, memberships, notices
from app.services.notices import Notice
from app.services.versions import expect_version
from app.work import Work

_S = MeetingStatus
#: A meeting decides once it has opened, and no more once it was accepted.
DECIDING = (_S.OPEN, _S.ENDED, _S.SUBMITTED, _S.RETURNED)
NEWEST_FIRST = Order((col(Task.id),), descending=True)
FILTERS: Filters = {
    "meeting_id": lambda meeting_id: col(Task.meeting_id) == meeting_id,
    "status": lambda statuses: col(Task.status).in_(statuses),
    "owner_id": lambda owner_id: col(Task.owner_id) == owner_id,
}


class MeetingDecidesNothing(Conflict):
    code = "meeting_decides_nothing"
    vi = "Chỉ giao nhiệm vụ từ cuộc họp đã mở và chưa được chấp nhận."
    en = "Tasks come from a meeting that has opened and was not accepted yet."


def search(work: Work, query: TaskQuery) -> Page[TaskRead]:
    today = local_date(work.now)
    statement = branches.within(work, Permission.TASK_READ, Task, query.organization_id)
    if query.overdue is not None:
        overdue = is_overdue_on(today)
        statement = statement.where(overdue if query.overdue else ~overdue)
    of_owner = col(Member.id) == col(Task.owner_id)
    named = statement.add_columns(col(Member.full_name)).outerjoin(Member, of_owner)
    return work.search(
        named, query, FILTERS, NEWEST_FIRST, lambda record: _view(record[0], record[1], today)
    )


def get(work: Work, task_id: UUID) -> TaskRead:
    return _read(work, work.fetch(Permission.TASK_READ, Task, task_id))


def create(work: Work, data: TaskCreate) -> TaskRead:
    meeting = work.fetch(Permission.TASK_CREATE, Meeting, data.meeting_id)
    lines.hold(work, meeting)  # against its acceptance at the same moment
    if meeting.status not in DECIDING:
        raise MeetingDecidesNothing
    task = Task(organization_id=meeting.organization_id, created_at=work.now, **data.model_dump())
    _expect_due_after(task, meeting)
    _assign(work, task)
    work.record("task.created", work.add(task))
    return _read(work, task)


def change(work: Work, task_id: UUID, data: TaskUpdate, if_match: int | None) -> TaskRead:
    """Of an open task; one that is closed is reopened first."""
    task = work.fetch(Permission.TASK_CHANGE, Task, task_id)
    expect_version(task.version, if_match)
    if task.status is not TaskStatus.OPEN:
        raise InvalidTransition(allowed=task.allowed())
    changes = {
        name: value for name, value in data.model_dump().items() if getattr(task, name) != value
    }
    before = {name: getattr(task, name) for name in changes}
    task.sqlmodel_update(changes)
    if "due_on" in changes:
        _expect_due_after(task, _meeting_of(work, task))
    if "owner_id" in changes:
        _assign(work, task)
    if changes:
        work.record("task.changed", task, before=before, after=changes)
    return _read(work, task)


def finish(work: Work, task_id: UUID, data: TaskClose) -> TaskRead:
    return _close(work, task_id, "finish", data, "task.finished")


def drop(work: Work, task_id: UUID, data: TaskClose) -> TaskRead:
    return _close(work, task_id, "drop", data, "task.dropped")


def reopen(work: Work, task_id: UUID) -> TaskRead:
    task = work.fetch(Permission.TASK_CHANGE, Task, task_id).take("reopen")
    task.result = task.closed_at = None
    work.record("task.reopened", task)
    return _read(work, task)


def is_overdue_on(day: date) -> ColumnElement[bool]:
    """Open, and its day has passed."""
    due_on = col(Task.due_on)
    return and_(col(Task.status) == TaskStatus.OPEN, due_on.is_not(None), due_on < day)


def _close(work: Work, task_id: UUID, verb: str, data: TaskClose, action: str) -> TaskRead:
    task = work.fetch(Permission.TASK_CHANGE, Task, task_id).take(verb)
    task.result, task.closed_at = data.result, work.now
    work.record(action, task)
    return _read(work, task)


def _assign(work: Work, task: Task) -> None:
    """To somebody who belongs to the cell today, and who is told."""
    if task.owner_id is None:
        return
    today = local_date(work.now)
    if not memberships.belongs(work, task.organization_id, task.owner_id, today):
        raise Invalid.at(
            "/owner_id",
            "not_a_member",
            "Không sinh hoạt tại chi bộ này.",
            "Does not belong to this cell.",
        )
    due = f"Hạn hoàn thành: {numbers.day(task.due_on)}" if task.due_on else "Không có thời hạn."
    assigned = Notice(NotificationKind.TASK_ASSIGNED, task, f"Nhiệm vụ mới: {task.title}", due)
    notices.tell(work, [task.owner_id], assigned)


def _expect_due_after(task: Task, meeting: Meeting) -> None:
    if task.due_on is not None and task.due_on < local_date(meeting.starts_at):
        raise Invalid.at(
            "/due_on",
            "before_the_meeting",
            "Thời hạn không thể trước ngày họp.",
            "The task is due before the meeting that decided it.",
        )


def _meeting_of(work: Work, task: Task) -> Meeting:
    statement = select(Meeting).where(col(Meeting.id) == task.meeting_id)
    return work.session.exec(statement.execution_options(scoped="of a reached task")).one()


def _read(work: Work, task: Task) -> TaskRead:
    work.session.flush()  # gives it its version
    name = select(Member.full_name).where(col(Member.id) == task.owner_id)
    scoped = name.execution_options(scoped="of a reached task")
    return _view(task, work.session.exec(scoped).one_or_none(), local_date(work.now))


def _view(task: Task, owner_name: str | None, today: date) -> TaskRead:
    late = task.status is TaskStatus.OPEN and task.due_on is not None and task.due_on < today
    return TaskRead(**task.model_dump(), owner_name=owner_name, is_overdue=late)
