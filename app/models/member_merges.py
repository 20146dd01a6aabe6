"""Two rows that were one person: which was kept, and what it takes to part them again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from app.core.confidential import SealedText
from app.models.base import MemberRow


class MemberMerge(MemberRow, table=True):
    """`member_id` was kept, `merged_id` went into it. What changed is sealed, for it names people;
    `moved` holds, for each table, the ids of the rows that changed hands.
    """

    __tablename__ = "member_merges"

    merged_id: UUID = Field(foreign_key="members.id", index=True)
    reason: str = Field(max_length=500)
    before_sealed: bytes = Field(sa_type=SealedText)
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    merged_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    parted_at: datetime | None = None
