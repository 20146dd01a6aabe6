"""The minutes of a meeting, as they are written and as they are read."""

from datetime import datetime
from uuid import UUID

from app.schemas.base import Input, LongText, Output


class MinutesWrite(Input):
    text: LongText


class MinutesRead(Output):
    id: UUID
    meeting_id: UUID
    text: str
    written_by: UUID | None
    written_at: datetime
    version: int
