"""Which cells a member belongs and belonged to."""

from datetime import date
from uuid import UUID

from app.core.paging import PageQuery
from app.models import EndReason, MembershipKind
from app.schemas.base import Output


class MembershipRead(Output):
    id: UUID
    member_id: UUID
    organization_id: UUID
    kind: MembershipKind
    valid_from: date
    valid_to: date | None
    end_reason: EndReason | None


class MembershipQuery(PageQuery):
    member_id: UUID
