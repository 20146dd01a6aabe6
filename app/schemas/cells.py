"""A cell at a glance."""

from datetime import datetime
from uuid import UUID

from app.core.paging import PageQuery
from app.models import MeetingStatus
from app.schemas.base import Input, OrganizationBrief, Output, Period, SearchText
from app.schemas.dashboards import Figures


class Leader(Output):
    member_id: UUID
    full_name: str


class MemberCounts(Output):
    """Members of the cell today, by standing and by state."""

    total: int
    official: int
    probationary: int
    active: int
    exempt: int
    suspended: int
    interrupted: int
    in_transit: int
    temporary: int


class MeetingGlance(Output):
    id: UUID
    title: str
    starts_at: datetime
    status: MeetingStatus
    is_imported: bool


class Waiting(Output):
    """What waits for the secretary, or for whoever acts for them.

    `unconfirmed_minutes`: of meetings held and not accepted, without two persons' word for the
    present version. `overdue_corrections`: asked for by members, and not corrected by their day.
    """

    drafts: int
    unsubmitted_meetings: int
    returned_meetings: int
    unconfirmed_minutes: int
    pending_absence_reports: int
    awaiting_check_ins: int
    pending_objections: int
    pending_corrections: int
    overdue_corrections: int
    open_tasks: int
    overdue_tasks: int
    open_alerts: int


class CellRead(Output):
    id: UUID
    organization: OrganizationBrief
    parent: OrganizationBrief | None
    secretary: Leader | None
    deputy_secretary: Leader | None
    members: MemberCounts
    next_meeting: MeetingGlance | None
    last_meeting: MeetingGlance | None
    period: str
    figures: Figures
    waiting: Waiting


class CellQuery(PageQuery):
    organization_id: UUID | None = None
    text: SearchText | None = None
    period: Period | None = None


class OneCellQuery(Input):
    period: Period | None = None
