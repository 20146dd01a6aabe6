"""Somebody's coming, as a device said it: at once or later, with a code or a badge."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from app.core.columns import choice
from app.models.base import OrganizationRow, Stateful


class CheckInMethod(StrEnum):
    QR = "qr"
    DIGITS = "digits"
    BADGE = "badge"
    MARK = "mark"


class CheckInStatus(StrEnum):
    """An accepted one is an event of the sheet; an awaiting one waits for the secretary."""

    ACCEPTED = "accepted"
    AWAITING = "awaiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    REFUSED = "refused"


class CheckInRefusal(StrEnum):
    """Why an attempt was refused; clients have words for each."""

    WRONG_CODE = "wrong_code"
    OLD_CODE = "old_code"
    MEETING_NOT_OPEN = "meeting_not_open"
    WINDOW_CLOSED = "window_closed"
    NOT_ON_ROSTER = "not_on_roster"
    NOT_PERMITTED = "not_permitted"
    BADGE_REVOKED = "badge_revoked"
    SUPERSEDED = "superseded"
    REASON_REQUIRED = "reason_required"
    WRONG_FOR_LINE = "wrong_for_line"


class CheckInFlag(StrEnum):
    """What the secretary should know of it; never a reason to refuse."""

    LATE_UPLOAD = "late_upload"
    CLOCK_SKEW = "clock_skew"
    SHARED_DEVICE = "shared_device"
    AFTER_SUBMISSION = "after_submission"


_S = CheckInStatus


class CheckIn(OrganizationRow, Stateful[CheckInStatus], table=True):
    """Its id is made on the device, so that sending it again is harmless.

    `member_id` is unknown when the badge was none of ours; `request_digest` tells a repeat from
    another item under the same id.
    """

    __tablename__ = "check_ins"
    __table_args__ = (
        Index("ix_check_ins_meeting_id_member_id", "meeting_id", "member_id"),
        Index("ix_check_ins_meeting_id_device_digest", "meeting_id", "device_digest"),
    )

    transitions: ClassVar = {
        "confirm": (frozenset({_S.AWAITING}), _S.CONFIRMED),
        "reject": (frozenset({_S.AWAITING}), _S.REJECTED),
    }

    meeting_id: UUID = Field(foreign_key="meetings.id")
    member_id: UUID | None = Field(default=None, foreign_key="members.id", index=True)
    account_id: UUID = Field(foreign_key="accounts.id")
    method: CheckInMethod = Field(sa_type=choice(CheckInMethod))
    captured_at: datetime
    received_at: datetime
    device_digest: bytes | None = None
    request_digest: bytes
    status: CheckInStatus = Field(sa_type=choice(CheckInStatus))
    refusal: CheckInRefusal | None = Field(default=None, sa_type=choice(CheckInRefusal))
    flags: list[Any] = Field(default_factory=list, sa_type=JSON)
    decided_by: UUID | None = Field(default=None, foreign_key="accounts.id")
    decided_at: datetime | None = None
