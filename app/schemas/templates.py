"""The Word files that papers are written by."""

from datetime import date, datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import PaperKind
from app.schemas.base import Day, Input, Output


class TemplateFields(Input):
    """For a unit and all below it, from a day on: today unless told."""

    organization_id: UUID
    kind: PaperKind
    valid_from: Day | None = None


class TemplateRead(Output):
    """One version; `number` counts the versions of a unit and kind.

    `left_out` is what it holds that the DOCX will show and the PDF will not.
    """

    id: UUID
    organization_id: UUID
    kind: PaperKind
    number: int
    valid_from: date
    file_name: str
    size: int
    digest: str
    left_out: list[str]
    created_at: datetime


class TemplateQuery(PageQuery):
    organization_id: UUID | None = None
    kind: list[PaperKind] | None = None


class InForceQuery(Input):
    organization_id: UUID
    on: Day | None = None
