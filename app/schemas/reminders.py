"""Reminders of what is missing: previewed, sent, and kept."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from app.core.paging import PageQuery
from app.schemas.base import CleanLines, Input, OrganizationBrief, Output, Period
from app.schemas.dashboards import Measure, MissingMeasure, MissingMember

Message = Annotated[str, StringConstraints(min_length=1, max_length=1000), CleanLines]


class SkipReason(StrEnum):
    """Why somebody who is missing is not reminded now."""

    REMINDED_TODAY = "reminded_today"
    RESOLVED = "resolved"
    SAID_NOT_HELD = "said_not_held"
    PERIOD_LOCKED = "period_locked"
    NO_RECIPIENT = "no_recipient"


class ReminderCreate(Input):
    """Of whoever is missing from a figure of the unit and all below.

    In `message`, `{measure}`, `{period}` and `{cell}` stand for themselves; a usual one is sent
    when none is given. `dry_run` shows what would be sent, and sends nothing.
    """

    organization_id: UUID
    measure: MissingMeasure
    period: Period
    message: Message | None = None
    dry_run: bool = False


class Skipped(Output):
    reason: SkipReason
    count: int


class ReminderSubject(Output):
    """A cell, or a member of it, with how many people are told, or why nobody is."""

    organization: OrganizationBrief
    member: MissingMember | None
    recipients: int
    skipped: SkipReason | None


class ReminderResult(Output):
    """`subjects` are all who are missing; `reminded` and `skipped` add up to them.

    `recipients` counts people, each once. `items` are the first of the subjects, and `example` is
    what the first who is reminded reads.
    """

    dry_run: bool
    subjects: int
    reminded: int
    recipients: int
    skipped: int
    skipped_by: Sequence[Skipped]
    message: str
    example: str | None
    items: Sequence[ReminderSubject]


class ReminderRead(Output):
    id: UUID
    organization: OrganizationBrief
    member: MissingMember | None
    measure: Measure
    period: str
    day: date
    message: str
    recipients: int
    sent_by: UUID | None
    created_at: datetime


class ReminderQuery(PageQuery):
    organization_id: UUID | None = None
    measure: MissingMeasure | None = None
    period: Period | None = None
