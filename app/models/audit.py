"""What was done, by whom and why. Written with the change, never altered, never deleted."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field, SQLModel

from app.core.columns import choice
from app.models.base import MemberRow, Row


class AuditEntry(Row, table=True):
    __tablename__ = "audit_entries"
    # Whose latest trace is it: asked before a copy of the database may answer.
    __table_args__ = (Index("ix_audit_entries_actor_id_id", "actor_id", "id"),)

    actor_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    action: str = Field(index=True, max_length=64)
    organization_id: UUID | None = Field(default=None, foreign_key="organizations.id", index=True)
    subject_id: UUID = Field(index=True)
    request_id: str | None = Field(default=None, max_length=64)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class AuditSeal(SQLModel, table=True):
    """A link of the chain over committed entries: the digest of one, and of the link before it.

    A sealer adds it in an order of its own, so that no writer waits for a chain.
    """

    __tablename__ = "audit_seals"

    number: int = Field(primary_key=True, sa_type=BigInteger)
    entry_id: UUID = Field(foreign_key="audit_entries.id", unique=True)
    digest: bytes
    sealed_at: datetime


class AccessWay(StrEnum):
    """How somebody came to see another's confidential data."""

    REVEAL = "reveal"
    CONTACT = "contact"
    CALL_LIST = "call_list"
    ACTIVATION_CODE = "activation_code"


class AccessEntry(MemberRow, table=True):
    """That somebody saw confidential data of a member in clear: who, as what, which, and why.

    Never altered, never deleted before its time. The member reads it.
    """

    __tablename__ = "access_entries"

    account_id: UUID | None = Field(default=None, foreign_key="accounts.id", index=True)
    office: str = Field(max_length=300)
    way: AccessWay = Field(sa_type=choice(AccessWay))
    fields: list[str] = Field(sa_type=JSON)
    reason: str | None = Field(default=None, max_length=500)
    request_id: str | None = Field(default=None, max_length=64)
