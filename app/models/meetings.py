"""A cell's meeting, from draft to acceptance by the level above."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.core.columns import choice
from app.core.periods import period_at
from app.models.base import OrganizationRow, Stateful


class MeetingKind(StrEnum):
    REGULAR = "regular"
    THEMATIC = "thematic"
    EXTRAORDINARY = "extraordinary"
    COMMITTEE = "committee"


class MeetingStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    OPEN = "open"
    ENDED = "ended"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class HeldAs(StrEnum):
    WHOLE = "whole"
    GROUPS = "groups"
    ONLINE = "online"
    HYBRID = "hybrid"


_S = MeetingStatus
#: Until it opens, what was said and measured of a meeting may change.
NOT_YET_OPENED = (_S.DRAFT, _S.SCHEDULED, _S.POSTPONED)
#: From here on the attendance lines of a meeting count.
HELD_STATUSES = (_S.ENDED, _S.SUBMITTED, _S.RETURNED, _S.ACCEPTED)
#: A regular meeting in one of these fulfils the month's obligation.
MET_STATUSES = (_S.SUBMITTED, _S.ACCEPTED)


class Meeting(OrganizationRow, Stateful[MeetingStatus], table=True):
    """What was measured of it stands beside it: when its notice went out, its first document that
    still stands was published, its minutes were first written, the cell scored it, and the level
    above first looked at what was last submitted.

    One made by a plan names it and the period it stands for; until its version leaves
    `planned_version` nobody has touched it. `postponed_from` is when it should have started before.

    One held before the service began, and taken from a workbook, names its import.

    `sequence` counts the announced changes (RFC 5545); `sheet_version` is the version of its
    attendance sheet, which changes more often than the meeting.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        Index("ix_meetings_organization_id_starts_at", "organization_id", "starts_at"),
        Index("uq_meetings_plan_id_planned_period", "plan_id", "planned_period", unique=True),
    )

    transitions: ClassVar = {
        "schedule": (frozenset({_S.DRAFT}), _S.SCHEDULED),
        "postpone": (frozenset({_S.SCHEDULED, _S.POSTPONED}), _S.POSTPONED),
        "cancel": (frozenset({_S.DRAFT, _S.SCHEDULED, _S.POSTPONED}), _S.CANCELLED),
        "open": (frozenset({_S.SCHEDULED, _S.POSTPONED}), _S.OPEN),
        "end": (frozenset({_S.OPEN}), _S.ENDED),
        "submit": (frozenset({_S.ENDED, _S.RETURNED}), _S.SUBMITTED),
        "return": (frozenset({_S.SUBMITTED}), _S.RETURNED),
        "accept": (frozenset({_S.SUBMITTED}), _S.ACCEPTED),
        "take_back": (frozenset({_S.SUBMITTED}), _S.ENDED),
        "reopen": (frozenset({_S.SUBMITTED, _S.ACCEPTED}), _S.ENDED),
    }

    kind: MeetingKind = Field(default=MeetingKind.REGULAR, sa_type=choice(MeetingKind))
    title: str = Field(max_length=200)
    starts_at: datetime = Field(index=True)
    ends_at: datetime | None = None
    place: str | None = Field(default=None, max_length=200)
    online_url: str | None = Field(default=None, max_length=500)
    held_as: HeldAs = Field(default=HeldAs.WHOLE, sa_type=choice(HeldAs))
    agenda: str | None = None
    status: MeetingStatus = Field(default=MeetingStatus.DRAFT, sa_type=choice(MeetingStatus))
    status_reason: str | None = Field(default=None, max_length=500)
    scheduled_at: datetime | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled_at: datetime | None = None
    first_submitted_at: datetime | None = None
    looked_at: datetime | None = None
    notice_sent_at: datetime | None = None
    documents_published_at: datetime | None = None
    minutes_written_at: datetime | None = None
    scored_at: datetime | None = None
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    sheet_version: int = 0
    plan_id: UUID | None = Field(default=None, foreign_key="meeting_plans.id")
    planned_period: str | None = Field(default=None, max_length=7)
    planned_version: int | None = None
    postponed_from: datetime | None = None
    created_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    import_id: UUID | None = Field(default=None, foreign_key="imports.id", index=True)

    @property
    def is_imported(self) -> bool:
        """Held before the service began, and told by a workbook."""
        return self.import_id is not None

    @property
    def period(self) -> str:
        """The local month in which the meeting starts."""
        return period_at(self.starts_at)
