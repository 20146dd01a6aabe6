"""The audit trail, as it is read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.schemas.base import Instant, OrganizationBrief, Output


class AuditActor(Output):
    """An account, with the name of its member or of the staff account."""

    account_id: UUID
    name: str


class AuditEntryRead(Output):
    """One trace of what was done. `actor` is null when it was the service itself, or nobody yet
    signed in; `is_sealed` whether the chain holds it.
    """

    id: UUID
    created_at: datetime
    action: str
    actor: AuditActor | None
    organization: OrganizationBrief | None
    subject_id: UUID
    details: dict[str, Any]
    request_id: str | None
    is_sealed: bool


class AuditQuery(PageQuery):
    """`organization_id` is that unit and all below it; `subject_id` the person, meeting, unit or
    other row whose history is asked for. `from` is included, `to` is not.
    """

    organization_id: UUID | None = None
    subject_id: UUID | None = None
    actor_id: UUID | None = None
    action: list[str] | None = Field(None, max_length=20)
    since: Instant | None = Field(None, alias="from")
    to: Instant | None = None
