"""A member's word that they cannot come, and why: an intention, never an attendance."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlmodel import Field

from app.core.columns import choice
from app.core.confidential import SealedText, sealed
from app.models.base import MemberRow, Stateful


class AbsenceReason(StrEnum):
    BUSINESS = "business"
    HEALTH = "health"
    FAMILY = "family"
    OTHER = "other"


class AbsenceStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CAME_ANYWAY = "came_anyway"


_S = AbsenceStatus
#: In these a report stands, until it is declined, withdrawn, or the member comes anyway.
STANDING = (_S.PENDING, _S.ACCEPTED)
_STANDING = text("status IN ('pending', 'accepted')")


class Letter:
    """The key of the attached file alone, which lies sealed by it; older files lie as they came."""

    attachment_key = sealed("attachment_key")


class Attachment(NamedTuple):
    """What the member shows with it."""

    file_name: str
    media_type: str


class AbsenceReport(Letter, MemberRow, Stateful[AbsenceStatus], table=True):
    """At most one stands for each member and meeting.

    Decided without `decided_by` it was accepted by the committee's rule for its reason.
    """

    __tablename__ = "absence_reports"
    __table_args__ = (
        Index(
            "uq_absence_reports_standing",
            "meeting_id",
            "member_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    transitions: ClassVar = {
        "accept": (frozenset({_S.PENDING}), _S.ACCEPTED),
        "decline": (frozenset({_S.PENDING}), _S.DECLINED),
        "withdraw": (frozenset({_S.PENDING, _S.ACCEPTED}), _S.WITHDRAWN),
    }

    meeting_id: UUID = Field(foreign_key="meetings.id", index=True)
    reason: AbsenceReason = Field(sa_type=choice(AbsenceReason))
    text: str | None = None
    status: AbsenceStatus = Field(default=AbsenceStatus.PENDING, sa_type=choice(AbsenceStatus))
    comment: str | None = Field(default=None, max_length=500)
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    decided_at: datetime | None = None
    is_late: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    attachment_digest: str | None = Field(default=None, max_length=64)
    attachment_name: str | None = Field(default=None, max_length=150)
    attachment_type: str | None = Field(default=None, max_length=100)
    attachment_key_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    recorded_by: UUID | None = Field(default=None, foreign_key="accounts.id")

    @property
    def is_automatic(self) -> bool:
        return self.decided_at is not None and self.decided_by is None

    @property
    def attachment(self) -> Attachment | None:
        if self.attachment_name is None or self.attachment_type is None:
            return None
        return Attachment(self.attachment_name, self.attachment_type)
