"""A task that a meeting decided, as it is written and as it is read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, StringConstraints

from app.core.paging import PageQuery
from app.models import TaskStatus
from app.schemas.base import Clean, Day, Input, Line, Output

Title = Annotated[str, StringConstraints(min_length=1, max_length=500), Clean]


class TaskCreate(Input):
    meeting_id: UUID
    title: Title
    owner_id: UUID | None = None
    due_on: Day | None = None


class TaskUpdate(Input):
    title: Title | MISSING = MISSING
    owner_id: UUID | MISSING | None = MISSING
    due_on: Day | MISSING | None = MISSING


class TaskClose(Input):
    result: Line


class TaskRead(Output):
    """`is_overdue` as of today."""

    id: UUID
    organization_id: UUID
    meeting_id: UUID
    title: str
    owner_id: UUID | None
    owner_name: str | None
    due_on: date | None
    is_overdue: bool
    status: TaskStatus
    result: str | None
    closed_at: datetime | None
    created_at: datetime
    version: int


class TaskQuery(PageQuery):
    organization_id: UUID | None = None
    meeting_id: UUID | None = None
    status: list[TaskStatus] | None = None
    owner_id: UUID | None = None
    overdue: bool | None = None
