"""Reports that are made every month, as they are ordered and as they stand."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field, StringConstraints

from app.core.paging import PageQuery
from app.models import ReportKind, ScheduleStatus
from app.schemas.base import Input, Output

DayOfMonth = Annotated[int, Field(ge=1, le=28)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
#: What can be asked of a unit and a month.
Monthly = Literal[ReportKind.MONTHLY, ReportKind.COMMITTEE]


class ReportScheduleCreate(Input):
    """On a day of every month, at a local time: the report of the month before."""

    organization_id: UUID
    kind: Monthly = ReportKind.MONTHLY
    day_of_month: DayOfMonth
    local_time: TimeOfDay


class ReportScheduleUpdate(Input):
    day_of_month: DayOfMonth | MISSING = MISSING
    local_time: TimeOfDay | MISSING = MISSING


class ReportScheduleRead(Output):
    """`failures` is how many runs failed in a row; after five it pauses.

    `account_id` is the owner, by whose rights it runs.
    """

    id: UUID
    organization_id: UUID
    account_id: UUID
    kind: ReportKind
    day_of_month: int
    local_time: str
    status: ScheduleStatus
    next_at: datetime
    failures: int
    last_error: str | None
    last_report_id: UUID | None
    last_job_id: UUID | None
    created_at: datetime
    version: int


class ReportScheduleQuery(PageQuery):
    organization_id: UUID | None = None
    status: list[ScheduleStatus] | None = None
