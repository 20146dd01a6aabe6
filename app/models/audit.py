"""What was done, by whom and why. Written with the change, never altered, never deleted."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from app.models.base import Row


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
