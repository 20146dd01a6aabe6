"""Dated exemptions, as they cross the wire."""

from datetime import date
from uuid import UUID

from app.core.paging import PageQuery
from app.models import ExemptionKind
from app.schemas.base import Day, Input, Line, Name, Output


class ExemptionCreate(Input):
    member_id: UUID
    kind: ExemptionKind = ExemptionKind.EXEMPT
    reason: Line | None = None
    decision: Name | None = None
    valid_from: Day
    valid_to: Day | None = None


class ExemptionUpdate(Input):
    valid_to: Day | None


class ExemptionRead(Output):
    id: UUID
    member_id: UUID
    organization_id: UUID
    kind: ExemptionKind
    reason: str | None
    decision: str | None
    valid_from: date
    valid_to: date | None


class ExemptionQuery(PageQuery):
    member_id: UUID | None = None
    organization_id: UUID | None = None
    kind: list[ExemptionKind] | None = None
    on: Day | None = None
