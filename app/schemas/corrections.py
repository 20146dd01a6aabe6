"""What a member says is wrong about the own data, as it is said and as it is read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from app.core.paging import PageQuery
from app.models import CorrectionField, CorrectionStatus
from app.schemas.base import Clean, Input, Line, Output


class CorrectionCreate(Input):
    """About the own row: `wanted` is what the field should say, a day as `YYYY-MM-DD`."""

    field: CorrectionField
    wanted: Annotated[str, StringConstraints(min_length=1, max_length=200), Clean]
    text: Line | None = None


class CorrectionDecision(Input):
    comment: Line | None = None


class CorrectionDecline(Input):
    comment: Line


class CorrectionRead(Output):
    """`wanted` is masked for others where the field is confidential.

    `reply_due_on` and `due_on` are the last days for a first word and for the deed.
    """

    id: UUID
    organization_id: UUID
    member_id: UUID
    field: CorrectionField
    wanted: str
    text: str | None
    status: CorrectionStatus
    reply_due_on: date
    due_on: date
    is_overdue: bool
    comment: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    created_at: datetime


class CorrectionQuery(PageQuery):
    organization_id: UUID | None = None
    member_id: UUID | None = None
    status: list[CorrectionStatus] | None = None
