"""What the member database says otherwise, as the office reads and decides it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.models import ProposalStatus
from app.schemas.base import Input, Line, Output, Period


class ProposalRead(Output):
    """`current` is what was stored when the list came. Numbers are masked, as a member's are."""

    id: UUID
    import_id: UUID
    organization_id: UUID
    member_id: UUID
    full_name: str
    field: str
    current: str | None
    proposed: str | None
    status: ProposalStatus
    reason: str | None
    created_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    version: int


class ProposalQuery(PageQuery):
    organization_id: UUID | None = None
    status: list[ProposalStatus] | None = None
    member_id: UUID | None = None
    import_id: UUID | None = None


class ProposalReject(Input):
    reason: Line


class ProposalsAccept(Input):
    """All of them, or none."""

    proposal_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ProposalsRead(Output):
    items: Sequence[ProposalRead]


class ProposalSummaryQuery(Input):
    """Proposals that came in a month; of all units in reach unless one is named."""

    period: Period
    organization_id: UUID | None = None


class ProposalCounts(Output):
    field: str
    pending: int
    accepted: int
    rejected: int
    superseded: int


class ProposalSummary(Output):
    period: str
    fields: Sequence[ProposalCounts]
