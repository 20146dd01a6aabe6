"""Absences reported before a meeting."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.models import AbsenceReport
from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.absence_reports import (
    AbsenceReportCreate,
    AbsenceReportDecide,
    AbsenceReportQuery,
    AbsenceReportRead,
)
from app.services import absence_reports

router = APIRouter(prefix="/absence-reports", tags=["absence_reports"], route_class=WorkRoute)


@router.get("", response_model=Page[AbsenceReportRead])
def search_absence_reports(
    work: CurrentWork, query: Annotated[AbsenceReportQuery, Query()]
) -> Page[AbsenceReport]:
    """Reports within reach, the newest first; a member sees the own ones."""
    return absence_reports.search(work, query)


@router.post("", response_model=AbsenceReportRead, status_code=201)
def create_absence_report(work: CurrentWork, data: AbsenceReportCreate) -> AbsenceReport:
    """Report one's own absence; a secretary may report on behalf of a member."""
    return absence_reports.create(work, data)


@router.get("/{absence_report_id}", response_model=AbsenceReportRead)
def get_absence_report(work: CurrentWork, absence_report_id: UUID) -> AbsenceReport:
    """One report."""
    return absence_reports.get(work, absence_report_id)


@router.post("/{absence_report_id}/accept", response_model=AbsenceReportRead)
def accept_absence_report(
    work: CurrentWork, absence_report_id: UUID, data: AbsenceReportDecide | None = None
) -> AbsenceReport:
    """Accept the reason; the sheet then suggests an excused absence."""
    return absence_reports.accept(work, absence_report_id, data or AbsenceReportDecide())


@router.post("/{absence_report_id}/decline", response_model=AbsenceReportRead)
def decline_absence_report(
    work: CurrentWork, absence_report_id: UUID, data: AbsenceReportDecide | None = None
) -> AbsenceReport:
    """Decline the reason."""
    return absence_reports.decline(work, absence_report_id, data or AbsenceReportDecide())


@router.post("/{absence_report_id}/withdraw", response_model=AbsenceReportRead)
def withdraw_absence_report(work: CurrentWork, absence_report_id: UUID) -> AbsenceReport:
    """Take the report back: the member intends to come."""
    return absence_reports.withdraw(work, absence_report_id)
