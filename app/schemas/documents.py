"""Documents of a meeting or of a unit, and who has read them."""

from datetime import date, datetime
from uuid import UUID

from pydantic import MISSING

from app.core.paging import PageQuery
from app.schemas.base import Day, Input, Name, Output, SearchText


class DocumentFields(Input):
    """What is said of a file; without a title it is named as the file is."""

    meeting_id: UUID | None = None
    organization_id: UUID | None = None
    title: Name | None = None
    number: Name | None = None
    issued_on: Day | None = None
    issuer: Name | None = None


class DocumentUpdate(Input):
    title: Name | MISSING = MISSING
    number: Name | MISSING | None = MISSING
    issued_on: Day | MISSING | None = MISSING
    issuer: Name | MISSING | None = MISSING


class DocumentRead(Output):
    """`opened_at` and `acknowledged_at` are the reader's own; the counts are of all members.

    A document of a draft is published with the meeting.
    """

    id: UUID
    organization_id: UUID
    meeting_id: UUID | None
    title: str
    number: str | None
    issued_on: date | None
    issuer: str | None
    file_name: str
    media_type: str
    size: int
    digest: str
    created_at: datetime
    published_at: datetime | None
    opened_at: datetime | None
    acknowledged_at: datetime | None
    opened_count: int
    acknowledged_count: int
    version: int


class DocumentQuery(PageQuery):
    organization_id: UUID | None = None
    meeting_id: UUID | None = None
    text: SearchText | None = None
