"""Days on which a member is not counted as others are, and why."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field

from app.core.columns import choice
from app.models.base import MemberRow


class ExemptionKind(StrEnum):
    EXEMPT = "exempt"
    SUSPENDED = "suspended"
    INTERRUPTED = "interrupted"
    IN_TRANSIT = "in_transit"
    SPECIAL_DUTY = "special_duty"
    PROSECUTED = "prosecuted"
    DETAINED = "detained"


class Exemption(MemberRow, table=True):
    """One reason over one interval; intervals of several reasons may overlap."""

    __tablename__ = "exemptions"

    kind: ExemptionKind = Field(sa_type=choice(ExemptionKind))
    reason: str | None = Field(default=None, max_length=500)
    decision: str | None = Field(default=None, max_length=100)
    valid_from: date
    valid_to: date | None = None
