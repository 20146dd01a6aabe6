"""What units owe, as it is read: nobody writes it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.core.paging import PageQuery
from app.models import ObligationKind
from app.schemas.base import OrganizationBrief, Output, Period


class ObligationState(StrEnum):
    OPEN = "open"
    FULFILLED = "fulfilled"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"


class ObligationRead(Output):
    """`due_at` is the last moment for it; `fulfilled_at` when the meeting was first submitted.

    The state is derived from the same meetings as the figures. What was owed and is no longer,
    because the unit is no more, is `withdrawn`, with the reason.
    """

    id: UUID
    organization_id: UUID
    organization: OrganizationBrief
    period: str
    kind: ObligationKind
    state: ObligationState
    due_at: datetime
    fulfilled_at: datetime | None
    withdrawn_at: datetime | None
    reason: str | None


class ObligationQuery(PageQuery):
    organization_id: UUID | None = None
    period: Period | None = None
    kind: list[ObligationKind] | None = None
    state: list[ObligationState] | None = None
