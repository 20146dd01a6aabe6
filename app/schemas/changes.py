"""What became different since somebody last asked: so that a phone starts with little to load."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from app.schemas.base import Input, Output
from app.schemas.documents import DocumentRead
from app.schemas.meetings import MeetingRead
from app.schemas.notifications import NotificationRead


class ChangesQuery(Input):
    """`since` is the `watermark` of the answer before; without it, everything from the start."""

    since: str | None = Field(None, max_length=300)
    limit: int = Field(100, ge=1, le=200)


class RemovedNoun(StrEnum):
    DOCUMENT = "document"
    MEETING = "meeting"


class Removed(Output):
    """A row that was shown and is shown no more."""

    noun: RemovedNoun
    id: UUID


class Changes(Output):
    """Each row as it is now; some of the last minutes are told again, which does no harm.

    `is_whole`: this begins with everything that one sees; forget what was told before. So it is at
    the start, and when one sees other units than before. `more` says to ask at once again, with
    the new `watermark`.
    """

    is_whole: bool

    meetings: Sequence[MeetingRead]
    documents: Sequence[DocumentRead]
    notifications: Sequence[NotificationRead]
    removed: Sequence[Removed]
    watermark: str
    more: bool
