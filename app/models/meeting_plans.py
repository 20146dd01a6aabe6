"""The recurring schedule of a cell, from which the drafts of its meetings are made."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow
from app.models.meetings import HeldAs, MeetingKind


class MeetingPlan(OrganizationRow, table=True):
    """Once a month: on `day_of_month`, or on a `weekday` (Monday is 1) of a `week` (-1: the last).

    It holds from `valid_from` until the day before `valid_to`; `at` is the local time of day.
    """

    __tablename__ = "meeting_plans"

    kind: MeetingKind = Field(sa_type=choice(MeetingKind))
    title: str | None = Field(default=None, max_length=200)
    day_of_month: int | None = None
    week: int | None = None
    weekday: int | None = None
    at: str = Field(max_length=5)
    lasts_minutes: int
    place: str | None = Field(default=None, max_length=200)
    online_url: str | None = Field(default=None, max_length=500)
    held_as: HeldAs = Field(sa_type=choice(HeldAs))
    valid_from: date
    valid_to: date | None = None
    created_by: UUID | None = Field(default=None, foreign_key="accounts.id")
