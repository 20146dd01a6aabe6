"""What is wrong with the data, by check, down to the row that wants mending."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.core.paging import PageQuery
from app.schemas.base import Input, OrganizationBrief, Output


class Check(StrEnum):
    """- `cell_without_secretary`, `cell_below_three`: fewer than three official members (Điều lệ).
    - `member_lacks_fields`: what the profile of 339-QĐ/TW asks for and the row does not hold.
    - `memberships_overlap`: a member in two cells on the same days.
    - `exemption_expired`: its end passed in the last thirty days, and none follows it.
    - `meeting_not_submitted`: ended, and two days have passed since.
    - `transfer_stale`: sent, and not decided in time.
    - `correction_overdue`: asked for by a member, and not corrected by its day.
    """

    CELL_WITHOUT_SECRETARY = "cell_without_secretary"
    CELL_BELOW_THREE = "cell_below_three"
    MEMBER_LACKS_FIELDS = "member_lacks_fields"
    MEMBERSHIPS_OVERLAP = "memberships_overlap"
    EXEMPTION_EXPIRED = "exemption_expired"
    MEETING_NOT_SUBMITTED = "meeting_not_submitted"
    TRANSFER_STALE = "transfer_stale"
    CORRECTION_OVERDUE = "correction_overdue"


class FindingPlace(Input):
    organization_id: UUID


class FindingQuery(PageQuery):
    check: Check
    organization_id: UUID | None = None


class FindingTrendQuery(FindingPlace):
    check: Check


class CheckCount(Output):
    """`link` lists what was counted."""

    check: Check
    count: int
    link: str


class FindingSummary(Output):
    organization: OrganizationBrief
    as_of: datetime
    items: Sequence[CheckCount]


class FindingMember(Output):
    id: UUID
    full_name: str


class FindingRead(Output):
    """`detail` says how much or what of it; `link` leads to the row that is to be mended."""

    check: Check
    organization: OrganizationBrief
    member: FindingMember | None
    subject_id: UUID
    detail: str | None
    link: str


class FindingDay(Output):
    day: date
    count: int


class FindingTrend(Output):
    """How many there were, on the days on which they were counted."""

    items: Sequence[FindingDay]
