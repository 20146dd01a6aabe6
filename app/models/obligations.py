"""What a unit owes in a period, and by when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class ObligationKind(StrEnum):
    """A regular meeting every month; a thematic one by the end of the quarter."""

    MONTHLY_MEETING = "monthly_meeting"
    THEMATIC_MEETING = "thematic_meeting"


class Obligation(OrganizationRow, table=True):
    """Made when its period opens. One that fell away says when and why, and is never deleted."""

    __tablename__ = "obligations"
    __table_args__ = (
        Index("uq_obligations_key", "organization_id", "period", "kind", unique=True),
        Index("ix_obligations_period", "period", "kind"),
    )

    period: str = Field(max_length=7)
    kind: ObligationKind = Field(sa_type=choice(ObligationKind))
    due_at: datetime
    withdrawn_at: datetime | None = None
    reason: str | None = Field(default=None, max_length=100)
