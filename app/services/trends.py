"""One measure of a unit month by month, each beside the same month of the year before."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core import periods
from app.core.selects import pick
from app.models import Figure, FigureDelta, Organization
from app.policies.permissions import Permission
from app.schemas.base import FigureRead
from app.schemas.dashboards import Measure, Trend, TrendPoint, TrendQuery
from app.services import spans
from app.services.figure_rows import below
from app.services.measures import FRACTIONS, figure
from app.work import Work

#: Five years.
LONGEST = 60
_NOTHING = (0, 0)


def get(work: Work, organization_id: UUID, query: TrendQuery) -> Trend:
    """Every month of the span, by the tree that it had; one without counts is 0 of 0."""
    span = spans.between(query.since, query.to, LONGEST)
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    counted = _counted(work, unit, query.measure, {*span.months, *span.a_year_before().months})
    return Trend(
        items=[
            TrendPoint(
                period=month,
                figure=_read(counted.get(month, _NOTHING)),
                last_year=_read(counted.get(periods.a_year_before(month), _NOTHING)),
            )
            for month in span.months
        ]
    )


def _counted(
    work: Work, unit: Organization, measure: Measure, months: set[str]
) -> dict[str, tuple[int, int]]:
    """What is counted above and below the line in each month, by one statement."""
    rows = _of(Figure, measure).where(
        col(Figure.organization_id) == unit.id, col(Figure.period).in_(months)
    )
    if work.session.get_bind().dialect.name == "postgresql":
        place = aliased(Figure)
        waiting = (
            _of(FigureDelta, measure)
            .join(place, col(place.period) == FigureDelta.period)
            .where(
                col(place.organization_id) == unit.id,
                col(place.period).in_(months),
                below(FigureDelta, place),
            )
        )
        rows = _summed(union_all(rows, waiting).subquery())
    return {
        month: (int(above), int(under))
        for month, above, under in work.session.execute(_scoped(rows))
    }


def _of(model: Any, measure: Measure) -> Select[Any]:
    above, under = FRACTIONS[measure]
    return pick(
        model.period, getattr(model, above).label("above"), getattr(model, under).label("under")
    )


def _summed(rows: Any) -> Select[Any]:
    return pick(rows.c.period, func.sum(rows.c.above), func.sum(rows.c.under)).group_by(
        rows.c.period
    )


def _read(counts: tuple[int, int]) -> FigureRead:
    return FigureRead.model_validate(figure(*counts))


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
