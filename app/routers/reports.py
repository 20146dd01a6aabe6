"""Reports of the office: made, stored, found again, and given as files."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from app.core.paging import Page
from app.files.kinds import FileKind
from app.files.names import attachment
from app.gate.lanes import EXPORTS, through
from app.gate.problems import refusals
from app.models import Report, ReportFormat, ReportKind
from app.routers.deps import CurrentPreparation, CurrentWork, WorkRoute
from app.routers.tickets import Preparation
from app.schemas.reports import (
    CallListQuery,
    CellYearQuery,
    MemberYearQuery,
    MonthlyQuery,
    OwnYearQuery,
    ReportCreate,
    ReportFileQuery,
    ReportQuery,
    ReportRead,
)
from app.services import report_files, reports, uploads
from app.work import Work

XLSX, DOCX, CSV = ReportFormat.XLSX, ReportFormat.DOCX, ReportFormat.CSV
MEDIA_TYPES = {
    XLSX: FileKind.XLSX.media_type,
    DOCX: FileKind.DOCX.media_type,
    CSV: "text/csv; charset=utf-8",
}
Step = Callable[[Work], Response]
Monthly = Annotated[MonthlyQuery, Query()]
CallList = Annotated[CallListQuery, Query()]
CellYear = Annotated[CellYearQuery, Query()]
MemberYear = Annotated[MemberYearQuery, Query()]
router = APIRouter(tags=["reports"], route_class=WorkRoute)


def _file(*formats: ReportFormat) -> dict[str, Any]:
    """The options of a route that answers with a file, or says why it cannot be made."""
    content: dict[str, Any] = {MEDIA_TYPES[form].partition(";")[0]: {} for form in formats}
    described = {200: {"description": "The report", "content": content}}
    return {"response_class": Response, "responses": refusals(409) | described}


@router.get("/reports", response_model=Page[ReportRead])
def search_reports(work: CurrentWork, query: Annotated[ReportQuery, Query()]) -> Page[ReportRead]:
    """Reports that were made, the newest first, without what they say."""
    return reports.search(work, query)


@router.get("/reports/monthly.xlsx", **_file(XLSX))
@through(EXPORTS)
def get_monthly_report_xlsx(preparation: CurrentPreparation, query: Monthly) -> Step:
    """The monthly report in the official layout, as a workbook; it is stored with its figures."""
    return _monthly(preparation, query, XLSX)


@router.get("/reports/monthly.docx", **_file(DOCX))
@through(EXPORTS)
def get_monthly_report_docx(preparation: CurrentPreparation, query: Monthly) -> Step:
    """The monthly report as a Word file, by the template in force; it is stored."""
    return _monthly(preparation, query, DOCX)


@router.get("/reports/monthly.csv", **_file(CSV))
@through(EXPORTS)
def get_monthly_report_csv(preparation: CurrentPreparation, query: Monthly) -> Step:
    """The monthly report as plain rows, for other programs; it is stored."""
    return _monthly(preparation, query, CSV)


@router.get("/reports/cell-year.xlsx", **_file(XLSX))
@through(EXPORTS)
def get_cell_year_xlsx(preparation: CurrentPreparation, query: CellYear) -> Step:
    """A cell's year, as a workbook: every month, and how often each member came."""
    return _made(preparation, _asked(ReportKind.CELL_YEAR, query), XLSX)


@router.get("/reports/cell-year.docx", **_file(DOCX))
@through(EXPORTS)
def get_cell_year_docx(preparation: CurrentPreparation, query: CellYear) -> Step:
    """A cell's year, as a paper: every month, and how often each member came."""
    return _made(preparation, _asked(ReportKind.CELL_YEAR, query), DOCX)


@router.get("/reports/member-year.xlsx", **_file(XLSX))
@through(EXPORTS)
def get_member_year_xlsx(preparation: CurrentPreparation, query: MemberYear) -> Step:
    """A member's year, as a workbook: every meeting with the mark, and the counters."""
    return _made(preparation, _asked(ReportKind.MEMBER_YEAR, query), XLSX)


@router.get("/reports/member-year.docx", **_file(DOCX))
@through(EXPORTS)
def get_member_year_docx(preparation: CurrentPreparation, query: MemberYear) -> Step:
    """A member's year, as a paper: every meeting with the mark, and the counters."""
    return _made(preparation, _asked(ReportKind.MEMBER_YEAR, query), DOCX)


@router.get("/reports/call-list.xlsx", **_file(XLSX))
@through(EXPORTS)
def get_call_list_xlsx(preparation: CurrentPreparation, query: CallList) -> Step:
    """Whom to call about a figure, as a workbook, with telephones for those who may see them."""
    return _made(preparation, _asked(ReportKind.CALL_LIST, query), XLSX)


@router.get("/reports/call-list.docx", **_file(DOCX))
@through(EXPORTS)
def get_call_list_docx(preparation: CurrentPreparation, query: CallList) -> Step:
    """Whom to call about a figure, to be printed, with telephones for those who may see them."""
    return _made(preparation, _asked(ReportKind.CALL_LIST, query), DOCX)


@router.get("/me/reports/year.docx", **_file(DOCX))
@through(EXPORTS)
def get_own_year_docx(
    preparation: CurrentPreparation, query: Annotated[OwnYearQuery, Query()]
) -> Step:
    """The own year as a paper: every meeting with the mark, and the counters."""
    with preparation.reading() as work:
        report = reports.note_own_year(work, query.year)
        source = report_files.gather(work, report, DOCX)
    return _given(source)


@router.get("/reports/{report_id}", response_model=ReportRead)
def get_report(work: CurrentWork, report_id: UUID) -> ReportRead:
    """One stored report, without what it says."""
    return reports.read(reports.get(work, report_id))


@router.get("/reports/{report_id}/file", **_file(XLSX, DOCX, CSV))
@through(EXPORTS)
def get_report_file(
    preparation: CurrentPreparation,
    report_id: UUID,
    query: Annotated[ReportFileQuery, Query()],
) -> Step:
    """The file of a stored report, made again from what was stored: the same, byte for byte."""
    with preparation.reading() as work:
        report = reports.get(work, report_id)
        source = report_files.gather(work, report, query.format)
    return _kept(report, source) or _given(source)


def _monthly(preparation: Preparation, query: MonthlyQuery, form: ReportFormat) -> Step:
    with preparation.reading() as work:
        if query.as_of is None:
            report = reports.note(work, _asked(ReportKind.MONTHLY, query))
        else:
            report = reports.monthly_as_of(work, query, query.as_of)
        source = report_files.gather(work, report, form)
    return _given(source)


def _asked(
    kind: ReportKind, query: MonthlyQuery | CellYearQuery | MemberYearQuery | CallListQuery
) -> ReportCreate:
    said = query.model_dump(exclude={"as_of"}, exclude_none=True)
    return ReportCreate(kind=kind, **said)


def _made(preparation: Preparation, asked: ReportCreate, form: ReportFormat) -> Step:
    with preparation.reading() as work:
        source = report_files.gather(work, reports.note(work, asked), form)
    return _given(source)


def _given(source: report_files.Source) -> Step:
    """Made between two looks at the database: it takes a while, and nobody shall wait for it."""
    headers = {"content-disposition": attachment(source.name)}
    content = report_files.write(source)
    answer = Response(content, headers=headers, media_type=MEDIA_TYPES[source.format])
    return lambda work: answer


def _kept(report: Report, source: report_files.Source) -> Step | None:
    """A file that was kept whole, as it lies there."""
    digest = report_files.kept_file(report)
    if digest is None:
        return None
    headers = {"content-disposition": attachment(source.name)}
    return lambda work: StreamingResponse(
        uploads.content(digest), headers=headers, media_type=MEDIA_TYPES[source.format]
    )
