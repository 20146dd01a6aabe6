"""The agenda of a meeting, as it is written and as it is read."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints

from app.models import AgendaAudience, AgendaStatus
from app.schemas.base import Clean, Input, Name, Output

Title = Annotated[str, StringConstraints(min_length=1, max_length=500), Clean]
PlannedMinutes = Annotated[int, Field(ge=1, le=600)]


class AgendaItemWrite(Input):
    """With an `id` an item that is there: what is not said of it stays."""

    id: UUID | None = None
    title: Title
    planned_minutes: PlannedMinutes | MISSING | None = MISSING
    presenter: Name | MISSING | None = MISSING
    audience: AgendaAudience | MISSING = MISSING
    status: AgendaStatus | MISSING = MISSING


class AgendaWrite(Input):
    """All items, in order."""

    items: list[AgendaItemWrite] = Field(max_length=100)


class AgendaItemRead(Output):
    """`carried_from_id` is an earlier meeting's open item, `task_id` the task it asks about."""

    id: UUID
    position: int
    title: str
    planned_minutes: int | None
    presenter: str | None
    audience: AgendaAudience
    status: AgendaStatus
    carried_from_id: UUID | None
    task_id: UUID | None


class AgendaRead(Output):
    """`version` is the meeting's; items for the leaders are shown to them and above alone."""

    meeting_id: UUID
    version: int
    items: Sequence[AgendaItemRead]
