"""A member on the way from one cell to another: both agree, and a date switches."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import MemberRow, Stateful


class TransferStatus(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


_S = TransferStatus
_UNDER_WAY = "status IN ('draft', 'sent')"


class Transfer(MemberRow, Stateful[TransferStatus], table=True):
    """`organization_id` is the cell that is left; `to_organization_id` the one that agrees."""

    __tablename__ = "transfers"
    __table_args__ = (
        Index(
            "uq_transfers_under_way",
            "member_id",
            unique=True,
            sqlite_where=text(_UNDER_WAY),
            postgresql_where=text(_UNDER_WAY),
        ),
    )

    transitions: ClassVar = {
        "send": (frozenset({_S.DRAFT}), _S.SENT),
        "accept": (frozenset({_S.SENT}), _S.ACCEPTED),
        "decline": (frozenset({_S.SENT}), _S.DECLINED),
        "cancel": (frozenset({_S.DRAFT, _S.SENT}), _S.CANCELLED),
    }

    to_organization_id: UUID = Field(foreign_key="organizations.id", index=True)
    status: TransferStatus = Field(default=_S.DRAFT, sa_type=choice(TransferStatus))
    effective_on: date
    reason: str | None = Field(default=None, max_length=500)
    comment: str | None = Field(default=None, max_length=500)
    sent_at: datetime | None = None
    decided_at: datetime | None = None
    created_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    # The days in transit, while no roster names the member.
    exemption_id: UUID | None = Field(default=None, foreign_key="exemptions.id", index=True)
