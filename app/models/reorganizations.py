"""What was decided about a unit's place in the tree: opened, moved, merged, split, closed."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow


class ReorganizationKind(StrEnum):
    FOUNDED = "founded"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    DISSOLVED = "dissolved"
    REOPENED = "reopened"


class Reorganization(OrganizationRow, table=True):
    """One decision about one unit, with its number; `successor_id` is who goes on in its place."""

    __tablename__ = "reorganizations"

    kind: ReorganizationKind = Field(sa_type=choice(ReorganizationKind))
    effective_on: date = Field(index=True)
    decision: str = Field(max_length=100)
    parent_id: UUID | None = Field(default=None, foreign_key="organizations.id", index=True)
    successor_id: UUID | None = Field(default=None, foreign_key="organizations.id", index=True)
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")


class Closure(OrganizationRow, table=True):
    """Days between which a unit was closed and opened again; it is expected nothing then."""

    __tablename__ = "closures"

    valid_from: date
    valid_to: date | None = None
