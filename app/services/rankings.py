"""Units beside each other by one measure: who is first, who is last, how many reach a mark.

By the exact fraction: a quotient of counts differs for every two fractions of which it could
matter, and is the same for equal ones. Equals share a rank, and the next one is as far behind as if
they did not.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Float, Select, and_, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.clock import local_date
from app.core.paging import Order, paginate
from app.core.percent import percent
from app.core.selects import pick
from app.models import Figure, FigureDelta, Organization, OrganizationKind
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.base import FigureRead, OrganizationBrief
from app.schemas.dashboards import Band, RankedUnit, RankingPage, RankingQuery
from app.services import closures
from app.services.figure_rows import below
from app.services.measures import FRACTIONS, figure
from app.work import Work

#: How many per cent a unit reaches at least.
BANDS = (100, 90, 80, 70, 50)


def search(work: Work, organization_id: UUID, query: RankingQuery) -> RankingPage:
    """One page of the units of a level below a unit, the best first, and the bands of all."""
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    counted = (_as_was if query.tree == "as_was" else _as_is)(work, unit, query)
    ranked = _ranked(counted)
    order = Order((ranked.c.standing, ranked.c.path), of=unit.id)
    statement = pick(
        ranked,
        Organization.id.label("unit_id"),  # type: ignore[attr-defined]  # a column
        Organization.code,
        Organization.name,
        Organization.kind,
    ).join(Organization, col(Organization.id) == ranked.c.id)
    records, cursor = paginate(work.session, _scoped(statement), query, order)
    items = [_item(record) for record in records]
    return RankingPage(items=items, next_cursor=cursor, bands=_bands(work, counted))


def _as_was(work: Work, unit: Organization, query: RankingQuery) -> CTE:
    """The level's rows of the period, and what still waits to be added to them."""
    place = aliased(Figure)
    above, under = FRACTIONS[query.measure]
    rows = (
        pick(Figure.organization_id, Figure.path, getattr(Figure, above), getattr(Figure, under))
        .join(place, col(place.period) == Figure.period)
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(
            col(Figure.period) == query.period,
            col(place.organization_id) == unit.id,
            below(Figure, place),
            col(Figure.parent_id) == unit.id
            if query.level is None
            else col(Organization.kind) == query.level,
        )
    )
    if query.level is OrganizationKind.CELL or not _with_deltas(work):
        return _named(rows)
    shown = rows.subquery()
    names = [column.name for column in shown.columns]
    waiting = pick(
        shown.c[names[0]],
        shown.c[names[1]],
        getattr(FigureDelta, above),
        getattr(FigureDelta, under),
    ).join(
        FigureDelta,
        and_(
            col(FigureDelta.period) == query.period,
            col(FigureDelta.path) > shown.c.path,
            col(FigureDelta.path) < shown.c.path.concat("~"),
        ),
    )
    return _named(_added(union_all(rows, waiting).subquery()))


def _as_is(work: Work, unit: Organization, query: RankingQuery) -> CTE:
    """The period's cells, summed under the units of today's tree; as in `figure_rows`."""
    above, under = FRACTIONS[query.measure]
    cell, counted = aliased(Organization), aliased(Figure)
    statement = (
        pick(
            Organization.id,
            Organization.path,
            func.coalesce(func.sum(getattr(counted, above)), 0),
            func.coalesce(func.sum(getattr(counted, under)), 0),
        )
        .outerjoin(
            cell,
            and_(
                col(cell.kind) == OrganizationKind.CELL,
                col(cell.path) >= Organization.path,
                col(cell.path) < col(Organization.path).concat("~"),
            ),
        )
        .outerjoin(
            counted,
            and_(
                col(counted.organization_id) == cell.id,
                col(counted.period) == query.period,
                col(counted.is_cell),
            ),
        )
        .where(
            within_branch(unit.path),
            col(Organization.id) != unit.id,
            col(Organization.parent_id) == unit.id
            if query.level is None
            else col(Organization.kind) == query.level,
        )
        .group_by(col(Organization.id), col(Organization.path))
        .having(
            or_(
                closures.is_there_on(local_date(work.now)),
                func.count(col(counted.organization_id)) > 0,
            )
        )
    )
    return _named(statement)


def _named(statement: Any) -> CTE:
    found = statement.subquery()
    unit_id, path, above, under = found.columns
    return pick(
        unit_id.label("id"),
        path.label("path"),
        above.label("above"),
        under.label("under"),
        case((under > 0, cast(above, Float(53)) / cast(under, Float(53))), else_=-1.0).label(
            "share"
        ),
    ).cte("counted")


def _added(rows: Any) -> Select[Any]:
    unit_id, path, above, under = rows.columns
    return pick(unit_id, path, func.sum(above), func.sum(under)).group_by(unit_id, path)


def _ranked(counted: CTE) -> Any:
    """`standing` is the rank, and behind all ranks where nothing is counted."""
    standing = func.rank().over(order_by=counted.c.share.desc())
    return pick(counted, standing.label("standing")).subquery("ranked")


def _bands(work: Work, counted: CTE) -> list[Band]:
    is_ranked = counted.c.under > 0
    reached = [
        func.count(case((and_(is_ranked, counted.c.above * 100 >= counted.c.under * mark), 1)))
        for mark in BANDS
    ]
    statement = select(func.count(case((is_ranked, literal(1)))), *reached).select_from(counted)
    ranked, *numbers = work.session.execute(_scoped(statement)).one()
    return [
        Band(at_least=mark, numerator=number, denominator=ranked, percent=percent(number, ranked))
        for mark, number in zip(BANDS, numbers, strict=True)
    ]


def _item(record: Any) -> RankedUnit:
    above, under = int(record.above), int(record.under)
    return RankedUnit(
        rank=record.standing if under else None,
        organization=OrganizationBrief(
            id=record.unit_id, code=record.code, name=record.name, kind=record.kind
        ),
        figure=FigureRead.model_validate(figure(above, under)),
    )


def _with_deltas(work: Work) -> bool:
    return work.session.get_bind().dialect.name == "postgresql"


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
