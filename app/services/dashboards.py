"""The figures of a unit and of those right below it, exact at the moment of reading.

Of one month: two statements, the unit and the rows; the answer is built once as plain data and
serialised once.
"""

from contextlib import suppress
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlmodel import col, or_

from app.core.errors import NotFound
from app.models import COUNTS, Organization
from app.policies.permissions import Permission
from app.schemas.dashboards import DashboardQuery, Tree
from app.services import account_lists, figure_rows, spans
from app.services.figure_rows import BRIEF, Counted, Rows
from app.services.measures import Numbers, figures_of, figures_over
from app.services.spans import Span
from app.work import Work


def get(work: Work, organization_id: UUID, query: DashboardQuery) -> bytes:
    """The dashboard as JSON; `NotFound` for a unit that is not seen."""
    return to_json(read(work, organization_id, query))


def read(work: Work, organization_id: UUID, query: DashboardQuery) -> dict[str, Any]:
    """The dashboard as plain data, in the shape of the schema."""
    span = spans.of(query)
    unit = _reached(work, organization_id)
    rows = _rows(work, unit, span, query.tree)
    own, *below = _figures(work, rows, span, query.tree)
    return {
        "organization": rows.own.organization,
        "period": span.name,
        "as_of": work.now,
        "locked": rows.locked >= set(span.months),
        "figures": own,
        "last_year": _last_year(work, unit, span, query) if query.compare else None,
        "children": [
            {"organization": child.organization, "figures": figures}
            for child, figures in zip(rows.sorted(), below, strict=True)
        ],
    }


def find_unit(work: Work, code_or_id: str) -> UUID:
    """The unit with this code or id; the first root without one. `NotFound` for none."""
    statement = work.within_reach(Permission.DASHBOARD_READ, Organization, Organization.id)
    if code_or_id:
        named = col(Organization.code) == code_or_id
        with suppress(ValueError):
            named = or_(named, col(Organization.id) == UUID(code_or_id))
        statement = statement.where(named)
    first = statement.order_by(col(Organization.path)).limit(1)
    unit_id: UUID | None = work.session.execute(first).scalar_one_or_none()
    if unit_id is None:
        raise NotFound
    return unit_id


def _reached(work: Work, organization_id: UUID) -> Any:
    """The unit's name and place, as a record: cheaper than the row."""
    statement = work.within_reach(
        Permission.DASHBOARD_READ, Organization, *BRIEF, Organization.path
    )
    unit = work.session.execute(
        statement.where(col(Organization.id) == organization_id)
    ).one_or_none()
    return unit or work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)


def _rows(work: Work, unit: Any, span: Span, tree: Tree) -> Rows:
    months = span.months if len(span.months) == 1 else span.opened(work.now)
    return figure_rows.read(work, unit, months, tree)


def _figures(work: Work, rows: Rows, span: Span, tree: Tree) -> list[dict[str, Any]]:
    """Of the unit itself, then of its children."""
    units = [rows.own, *rows.sorted()]
    if len(span.months) == 1:
        return [figures_of(_of_month(unit, span.months[0])) for unit in units]
    months = span.opened(work.now)
    is_counted = bool(months) and months[-1] in rows.own.by_month
    inactive = (
        account_lists.inactive_by_branch(work, rows.own.path, months, tree) if is_counted else {}
    )
    return [
        figures_over(
            unit.by_month,
            months,
            inactive=sum(inactive.values()) if unit is rows.own else inactive.get(unit.path, 0),
        )
        for unit in units
    ]


def _of_month(unit: Counted, month: str) -> Numbers:
    return unit.by_month.get(month) or [0] * len(COUNTS)


def _last_year(work: Work, unit: Any, span: Span, query: DashboardQuery) -> dict[str, Any] | None:
    """The unit's own figures a year earlier; None when it was not counted then."""
    before = span.a_year_before()
    rows = _rows(work, unit, before, query.tree)
    if not rows.own.by_month:
        return None
    return _figures(work, rows, before, query.tree)[0]
