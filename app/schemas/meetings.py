"""A meeting, as it is written and as it is read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, StringConstraints

from app.core.paging import PageQuery
from app.models import (
    AttendanceStatus,
    ExclusionReason,
    HeldAs,
    MeetingKind,
    MeetingStatus,
    RosterReason,
)
from app.schemas.base import Clean, Input, Instant, Line, LongText, Name, Output, Period

WebAddress = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^https?://[^\s/?#]+\S*$"), Clean
]


class MeetingCreate(Input):
    """Without a title it is named by its kind and month."""

    organization_id: UUID
    kind: MeetingKind = MeetingKind.REGULAR
    title: Name | None = None
    starts_at: Instant
    ends_at: Instant | None = None
    place: Name | None = None
    online_url: WebAddress | None = None
    held_as: HeldAs = HeldAs.WHOLE
    agenda: LongText | None = None


class MeetingUpdate(Input):
    """`starts_at` only of a draft; after scheduling, postpone."""

    kind: MeetingKind | MISSING = MISSING
    title: Name | MISSING = MISSING
    starts_at: Instant | MISSING = MISSING
    ends_at: Instant | MISSING | None = MISSING
    place: Name | MISSING | None = MISSING
    online_url: WebAddress | MISSING | None = MISSING
    held_as: HeldAs | MISSING = MISSING
    agenda: LongText | MISSING | None = MISSING


class MeetingPostpone(Input):
    starts_at: Instant


class MeetingCancel(Input):
    reason: Line


class MeetingSubmit(Input):
    """What to write on the lines that nobody marked; without it they refuse the submission."""

    unmarked_as: Literal[AttendanceStatus.ABSENT_UNEXCUSED] | None = None


class MeetingReturn(Input):
    comment: Line


class MeetingReopen(Input):
    reason: Line


class MeetingRead(Output):
    """`status_reason` is why it was last cancelled, returned or reopened.

    `looked_at` is when the level above first saw what was last submitted; until then it may be
    taken back. `sequence` counts the announced changes. `postponed_from` is when it should have
    started before it was last postponed. `is_imported`: it was held before the service began, and
    a workbook told of it.
    """

    id: UUID
    organization_id: UUID
    kind: MeetingKind
    title: str
    period: str
    starts_at: datetime
    ends_at: datetime | None
    place: str | None
    online_url: str | None
    held_as: HeldAs
    agenda: str | None
    status: MeetingStatus
    status_reason: str | None
    scheduled_at: datetime | None
    opened_at: datetime | None
    ended_at: datetime | None
    cancelled_at: datetime | None
    first_submitted_at: datetime | None
    looked_at: datetime | None
    notice_sent_at: datetime | None
    documents_published_at: datetime | None
    minutes_written_at: datetime | None
    sequence: int
    plan_id: UUID | None
    postponed_from: datetime | None
    is_imported: bool
    created_at: datetime
    version: int


class RosterItem(Output):
    """Somebody of the cell; the exempt are summoned, and may vote, once they are there."""

    member_id: UUID
    full_name: str
    is_summoned: bool
    reason: RosterReason | ExclusionReason
    may_vote: bool


class RosterRead(Output):
    """Everybody of the cell, on the roster or not; before the meeting opens, as it would be."""

    meeting_id: UUID
    is_frozen: bool
    items: Sequence[RosterItem]


class MeetingQuery(PageQuery):
    organization_id: UUID | None = None
    period: Period | None = None
    kind: list[MeetingKind] | None = None
    status: list[MeetingStatus] | None = None
