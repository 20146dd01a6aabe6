"""A committee's month on its way up: submitted, returned with a comment, or accepted above."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow, Stateful


class ReviewStatus(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


_S = ReviewStatus


class PeriodReview(OrganizationRow, Stateful[ReviewStatus], table=True):
    """One a unit and period; a cell has none, for its meeting is what is reviewed.

    `lock_id` is the lock that its acceptance made, unless the period was locked before.
    """

    __tablename__ = "period_reviews"
    __table_args__ = (UniqueConstraint("organization_id", "period"),)

    transitions: ClassVar = {
        "submit": (frozenset({_S.RETURNED}), _S.SUBMITTED),
        "return": (frozenset({_S.SUBMITTED, _S.ACCEPTED}), _S.RETURNED),
        "accept": (frozenset({_S.SUBMITTED}), _S.ACCEPTED),
    }

    period: str = Field(max_length=7)
    status: ReviewStatus = Field(default=_S.SUBMITTED, sa_type=choice(ReviewStatus))
    comment: str | None = Field(default=None, max_length=500)
    submitted_at: datetime
    submitted_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    decided_at: datetime | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    lock_id: UUID | None = Field(default=None, foreign_key="period_locks.id")
