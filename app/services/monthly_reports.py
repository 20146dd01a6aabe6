"""The official monthly report: the figures of the screen, one row for each unit below."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, or_

from app.core.clock import local_date
from app.core.selects import pick
from app.models import (
    HELD_STATUSES,
    Attendance,
    AttendanceStatus,
    Figure,
    Meeting,
    Organization,
    PaperKind,
    ReportKind,
)
from app.policies.permissions import Permission
from app.schemas.dashboards import DashboardQuery
from app.schemas.reports import ReportCreate
from app.services import dashboards, spans, templates
from app.services.cell_counts import regular_in
from app.services.report_drafts import Draft, head_of
from app.services.spans import Span
from app.work import Work

#: Each count of a row, and the side of the figure on the screen where it stands.
COUNTS: Final = {
    "cells": ("cells_met", "denominator"),
    "cells_met": ("cells_met", "numerator"),
    "accounts": ("accounts_activated", "denominator"),
    "accounts_activated": ("accounts_activated", "numerator"),
    "summoned": ("attendance", "denominator"),
    "present": ("attendance", "numerator"),
    "excused": ("attendance_excused", "numerator"),
    "unexcused": ("attendance_unexcused", "numerator"),
    "documents_on_time": ("documents_on_time", "numerator"),
    "cells_met_on_time": ("cells_met_on_time", "numerator"),
}
UNMARKED: Final = "unmarked"
_FORM: Final = PaperKind.MONTHLY_REPORT
_Counts = dict[str, int]


def compose(work: Work, data: ReportCreate) -> Draft:
    """What the dashboard answers: what is printed is what is shown."""
    unit = work.fetch(Permission.REPORT_READ, Organization, _unit_of(data))
    span = spans.of(data)
    asked = {"period": data.period, "from": data.since, "to": data.to, "compare": "last_year"}
    query = DashboardQuery.model_validate(asked)
    shown = dashboards.read(work, unit.id, query)
    unmarked = _unmarked(work, unit.id, span)
    rows = [
        {
            **{name: each["organization"][name] for name in ("code", "name", "kind")},
            "counts": _counts(each["figures"], unmarked.get(each["organization"]["id"], 0)),
        }
        for each in shown["children"] or [shown]
    ]
    before = shown["last_year"]
    content = {
        **head_of(work, unit, span),
        # Another form makes another paper, and so another report.
        "template": templates.digest_in_force(work, unit, _FORM, local_date(work.now)),
        "rows": rows,
        "own": _counts(shown["figures"], unmarked.get(unit.id, 0)),
        "year_before": before and _counts(before),
    }
    return Draft(ReportKind.MONTHLY, unit.id, span, content)


def _unit_of(data: ReportCreate) -> UUID:
    if data.organization_id is None:
        raise TypeError("a monthly report is of a unit")
    return data.organization_id


def _counts(figures: Mapping[str, Any], unmarked: int | None = None) -> _Counts:
    counts = {name: figures[measure][side] for name, (measure, side) in COUNTS.items()}
    return counts if unmarked is None else counts | {UNMARKED: unmarked}


def _unmarked(work: Work, unit_id: UUID, span: Span) -> dict[UUID, int]:
    """Lines that were not called, of the unit and of each right below it.

    Counted from the sheets, so that the report can check the figures against them.
    """
    found: dict[UUID, int] = {}
    for period in span.months:
        for of_unit, number in work.session.execute(_unmarked_in(period, unit_id)):
            found[of_unit] = found.get(of_unit, 0) + number
    return found


def _unmarked_in(period: str, unit_id: UUID) -> Any:
    cell, over = aliased(Figure), aliased(Figure)
    is_below = and_(col(cell.path) >= over.path, col(cell.path) < col(over.path) + "~")
    return (
        pick(over.organization_id, func.count())
        .select_from(Meeting)
        .join(Attendance, col(Attendance.meeting_id) == Meeting.id)
        .join(cell, and_(cell.organization_id == Meeting.organization_id, cell.period == period))
        .join(over, and_(over.period == period, is_below))
        .where(
            regular_in(period),
            col(Meeting.status).in_(HELD_STATUSES),
            col(Attendance.status) == AttendanceStatus.UNMARKED,
            or_(over.organization_id == unit_id, over.parent_id == unit_id),
        )
        .group_by(col(over.organization_id))
        .execution_options(scoped="below a unit that was fetched")
    )
