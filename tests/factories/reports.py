"""Reports, made by the service itself."""

from typing import Any

from sqlmodel import Session

from app.models import Organization, Report, ReportKind
from app.policies.actors import SYSTEM
from app.schemas.reports import ReportCreate
from app.services import reports
from app.work import Work
from tests.world import NOON


def make_report(session: Session, unit: Organization, **asked: Any) -> Report:
    """The monthly report of May, unless told otherwise."""
    wanted = {"kind": ReportKind.MONTHLY, "organization_id": unit.id, "period": "2026-05"} | asked
    report = reports.make(Work(session, SYSTEM, NOON), ReportCreate(**wanted))
    session.flush()
    return report
