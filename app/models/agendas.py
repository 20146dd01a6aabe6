"""What a meeting is to deal with, in order."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class AgendaAudience(StrEnum):
    EVERYBODY = "everybody"
    LEADERS = "leaders"


class AgendaStatus(StrEnum):
    """What came of an item: an open one is carried to the next meeting."""

    PLANNED = "planned"
    DONE = "done"
    OPEN = "open"


class AgendaItem(OrganizationRow, table=True):
    """`carried_from_id` is an earlier meeting's open item, `task_id` the task it asks about.

    Taken off it stays, so that it is not brought a second time.
    """

    __tablename__ = "agenda_items"

    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    position: int
    title: str = Field(max_length=500)
    planned_minutes: int | None = None
    presenter: str | None = Field(default=None, max_length=200)
    audience: AgendaAudience = Field(
        default=AgendaAudience.EVERYBODY, sa_type=choice(AgendaAudience)
    )
    status: AgendaStatus = Field(default=AgendaStatus.PLANNED, sa_type=choice(AgendaStatus))
    withdrawn_at: datetime | None = None
    carried_from_id: UUID | None = Field(default=None, foreign_key="agenda_items.id")
    task_id: UUID | None = Field(default=None, foreign_key="tasks.id")
