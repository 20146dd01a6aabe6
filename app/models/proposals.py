"""What the member database says otherwise, field by field, waiting for somebody's word."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.columns import choice
from app.core.confidential import SealedText
from app.models.base import MemberRow, Stateful


class ProposalStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


_S = ProposalStatus


class Proposal(MemberRow, Stateful[ProposalStatus], table=True):
    """One field of one member, as an import would have it. The values are sealed."""

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("import_id", "member_id", "field"),)

    transitions: ClassVar = {
        "accept": (frozenset({_S.PENDING}), _S.ACCEPTED),
        "reject": (frozenset({_S.PENDING}), _S.REJECTED),
        "supersede": (frozenset({_S.PENDING}), _S.SUPERSEDED),
    }

    import_id: UUID = Field(foreign_key="imports.id")
    field: str = Field(max_length=32)
    current_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    proposed_sealed: bytes | None = Field(default=None, sa_type=SealedText)
    status: ProposalStatus = Field(default=_S.PENDING, sa_type=choice(ProposalStatus))
    reason: str | None = Field(default=None, max_length=500)
    decided_at: datetime | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
