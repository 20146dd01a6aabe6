"""Coming to a meeting: the code of the room, what a device says, and what comes of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.core.paging import PageQuery
from app.models import AttendanceStatus, CheckInMethod, CheckInRefusal, CheckInStatus
from app.schemas.base import AnyInstant, AnyLine, Input, Instant, Output

#: Whatever a camera reads; what is no code of ours is a wrong one.
Code = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class CheckInCodeRead(Output):
    """Until `expires_at`, when the next one is to be asked for; `svg` shows `token`."""

    token: str
    digits: str
    expires_at: datetime
    svg: str


class CheckInCreate(Input):
    """`id` is made on the device; `code` is the room's, or a badge held up to a secretary."""

    id: UUID
    code: Code
    captured_at: Instant


class CheckInItem(Input):
    """One thing that happened without a network: a code, or a mark of `member_id` by hand.

    `reason` is needed once the meeting has been submitted. A code of any kind and any moment are
    taken, and refused alone.
    """

    id: UUID
    meeting_id: UUID
    captured_at: AnyInstant
    code: str | None = None
    member_id: UUID | None = None
    status: AttendanceStatus | None = None
    reason: AnyLine = None

    @model_validator(mode="after")
    def _a_code_or_a_mark(self) -> Self:
        is_mark = self.member_id is not None and self.status is not None
        says_mark = is_mark or any((self.member_id, self.status, self.reason))
        if (self.code is None) is not is_mark or (self.code is not None and says_mark):
            raise PydanticCustomError("one_of", "takes a code, or a member and a status")
        return self


class CheckInBatch(Input):
    items: list[CheckInItem] = Field(max_length=1_000)


class CheckInRead(Output):
    """`captured_at` is the device's word; of a code that was uploaded late by a device whose clock
    is off, it is the moment that the code itself names. `sent_by` is the account that sent it,
    which with a badge or a mark is another person's than `member_id`.
    """

    id: UUID
    meeting_id: UUID
    member_id: UUID | None
    full_name: str | None
    sent_by: UUID
    sender_name: str | None
    method: CheckInMethod
    captured_at: datetime
    received_at: datetime
    status: CheckInStatus
    refusal: CheckInRefusal | None
    flags: Sequence[str]
    decided_by: UUID | None
    decided_at: datetime | None


class CheckInResult(Output):
    """`result` is `accepted` or `refused`; an accepted one with `status` `awaiting` counts when
    the secretary has confirmed it. Without a `status` nothing was kept.
    """

    id: UUID
    result: str
    status: CheckInStatus | None
    flags: Sequence[str]
    code: str | None
    detail: str | None


class CheckInResults(Output):
    """One result for each item, in their order."""

    items: Sequence[CheckInResult]


class CheckInQuery(PageQuery):
    meeting_id: UUID
    status: list[CheckInStatus] | None = None
