"""What a meeting decided that somebody shall do."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow, Stateful


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


_S = TaskStatus


class Task(OrganizationRow, Stateful[TaskStatus], table=True):
    """`meeting_id` is the meeting that decided it."""

    __tablename__ = "tasks"

    transitions: ClassVar = {
        "finish": (frozenset({_S.OPEN}), _S.DONE),
        "drop": (frozenset({_S.OPEN}), _S.DROPPED),
        "reopen": (frozenset({_S.DONE, _S.DROPPED}), _S.OPEN),
    }

    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    title: str = Field(max_length=500)
    owner_id: UUID | None = Field(default=None, foreign_key="members.id", index=True)
    due_on: date | None = None
    status: TaskStatus = Field(default=TaskStatus.OPEN, sa_type=choice(TaskStatus))
    result: str | None = Field(default=None, max_length=500)
    closed_at: datetime | None = None
