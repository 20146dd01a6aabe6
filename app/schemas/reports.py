"""Reports: how one is asked for, and what is told of those that were made."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.core.paging import PageQuery
from app.models import ReportFormat, ReportKind
from app.schemas.base import Day, Input, Output, Period
from app.schemas.dashboards import MissingMeasure, SpanQuery

Year = Annotated[int, Field(ge=2000, le=2100)]


class ReportCreate(SpanQuery):
    """What each kind asks for, and nothing more:

    - `monthly`, `committee`: `organization_id`, and a span;
    - `cell_year`: `organization_id`, `year`;
    - `member_year`: `member_id`, `year`;
    - `call_list`: `organization_id`, `period`, `measure`.
    """

    # Kept with a job by the names of the fields, and read from there.
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    kind: ReportKind
    organization_id: UUID | None = None
    member_id: UUID | None = None
    year: Year | None = None
    measure: MissingMeasure | None = None


class MonthlyQuery(SpanQuery):
    """`as_of`: the last one that was stored on or before that local day."""

    organization_id: UUID
    as_of: Day | None = None


class CellYearQuery(Input):
    organization_id: UUID
    year: Year


class MemberYearQuery(Input):
    member_id: UUID
    year: Year


class OwnYearQuery(Input):
    year: Year


class CallListQuery(Input):
    organization_id: UUID
    period: Period
    measure: MissingMeasure


class ReportRead(Output):
    """`digest` is the SHA-256 of what was asked, what the answer was, and what it `follows`: the
    digest of the one before, which had other figures.
    """

    id: UUID
    organization_id: UUID
    kind: ReportKind
    first_period: str
    last_period: str
    member_id: UUID | None
    parameters: dict[str, Any]
    formats: list[ReportFormat]
    digest: str
    follows: str | None
    made_by: UUID | None
    created_at: datetime


class ReportQuery(PageQuery):
    """`period`: reports whose span holds it."""

    organization_id: UUID | None = None
    kind: list[ReportKind] | None = None
    period: Period | None = None
    member_id: UUID | None = None


class ReportFileQuery(Input):
    format: Literal[ReportFormat.XLSX, ReportFormat.DOCX, ReportFormat.CSV]
