"""The figures of a unit and of those right below it, exact at the moment of reading.

One statement reads the unit, its children and what still waits to be added to them; the answer is
built once as plain data and serialised once.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Uuid, bindparam, case, cast, func, literal, null, union_all
from sqlmodel import col, or_, select

from app.core.errors import NotFound
from app.core.percent import percent
from app.core.selects import pick
from app.models import COUNTS, Figure, FigureDelta, Organization, OrganizationKind
from app.models.organizations import SEGMENT_WIDTH
from app.policies.roles import Permission
from app.policies.scope import within_branch
from app.schemas.dashboards import DashboardQuery, Measure
from app.work import Work

#: Each measure is one count over another.
FRACTIONS: dict[Measure, tuple[str, str]] = {
    Measure.CELLS_MET: ("cells_met", "cells"),
    Measure.CELLS_MET_ON_TIME: ("cells_met_on_time", "cells"),
    Measure.CELLS_MET_THEMATIC: ("cells_met_thematic", "cells"),
    Measure.DOCUMENTS_ON_TIME: ("documents_on_time", "cells"),
    Measure.ACCOUNTS_ACTIVATED: ("accounts_activated", "accounts"),
    Measure.ACCOUNTS_ACTIVE: ("accounts_active", "accounts"),
    Measure.ATTENDANCE: ("present", "summoned"),
    Measure.ATTENDANCE_EXCUSED: ("excused", "summoned"),
    Measure.ATTENDANCE_UNEXCUSED: ("unexcused", "summoned"),
    Measure.QUIZ_PARTICIPATION: ("quiz_done", "quiz_expected"),
}
_PLACES = {
    str(measure): (COUNTS.index(above), COUNTS.index(below))
    for measure, (above, below) in FRACTIONS.items()
}
Numbers = list[int]


def get(work: Work, organization_id: UUID, query: DashboardQuery) -> bytes:
    """The dashboard as JSON; `NotFound` for a unit that is not seen."""
    statement = work.within_reach(
        Permission.DASHBOARD_READ, Organization, *_BRIEF, Organization.path
    )
    unit = work.session.execute(
        statement.where(col(Organization.id) == organization_id)
    ).one_or_none()
    if unit is None:
        work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    read = _as_was if query.tree == "as_was" else _as_is
    return to_json(read(work, unit, query.period))


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


def figures_of(numbers: Numbers) -> dict[str, Any]:
    """Every measure as counts and per cent."""
    return {
        name: _figure(numbers[above], numbers[below]) for name, (above, below) in _PLACES.items()
    }


@lru_cache(maxsize=4096)
def _figure(numerator: int, denominator: int) -> Mapping[str, float | None]:
    """Made once: a page shows hundreds, most of them the same 19 of 19."""
    share = percent(numerator, denominator)
    return {"numerator": numerator, "denominator": denominator, "percent": share}


def _as_was(work: Work, unit: Any, period: str) -> dict[str, Any]:
    """By the tree of the period: rows as they were kept, and what waits to be added."""
    with_deltas = work.session.get_bind().dialect.name == "postgresql"
    parameters = {"unit": unit.id, "period": period, "now": work.now}
    own, children, is_locked = [0] * len(COUNTS), {}, False
    waiting: list[tuple[str, bool, Numbers]] = []
    statement = _statement(with_deltas=with_deltas)
    for record in work.session.execute(statement, parameters).all():
        unit_id, code, name, kind, path, is_delta, is_marked, *numbers = record
        if is_delta:
            waiting.append((path, is_marked, numbers))
        elif unit_id == unit.id:
            own, is_locked = numbers, bool(is_marked)
        else:
            children[path] = (_brief(unit_id, code, name, kind), numbers)
    for path, is_deeper, numbers in waiting:
        _add(own, numbers)
        if is_deeper and path in children:
            _add(children[path][1], numbers)
    below = [children[path] for path in sorted(children)]
    return _dashboard(work.now, unit, period, own, below) | {"locked": is_locked}


def _as_is(work: Work, unit: Any, period: str) -> dict[str, Any]:
    """By today's tree: the period's cells summed under where they stand now."""
    width = len(unit.path) + SEGMENT_WIDTH
    branch = func.substr(Organization.path, 1, width)
    statement = (
        pick(branch, *(func.sum(getattr(Figure, name)) for name in COUNTS))
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(col(Figure.period) == period, col(Figure.is_cell), within_branch(unit.path))
        .group_by(branch)
    )
    sums = {
        path: list(map(int, numbers)) for path, *numbers in work.session.execute(_scoped(statement))
    }
    children = pick(*_BRIEF, Organization.path).where(Organization.parent_id == unit.id)
    own = [0] * len(COUNTS)
    for numbers in sums.values():
        _add(own, numbers)
    below = [
        (_brief(*brief), sums.get(path, [0] * len(COUNTS)))
        for *brief, path in work.session.execute(_scoped(children.order_by(col(Organization.path))))
    ]
    is_locked = _is_locked(work, unit, period)
    return _dashboard(work.now, unit, period, own, below) | {"locked": is_locked}


def _is_locked(work: Work, unit: Any, period: str) -> bool:
    """Whether nothing of the unit's period may change now."""
    locked = select(Figure.organization_id).where(
        Figure.organization_id == unit.id, Figure.period == period, ~Figure.is_open(work.now)
    )
    return work.session.execute(_scoped(locked)).first() is not None


@lru_cache
def _statement(*, with_deltas: bool) -> Any:
    """The unit's row and its children's, with the deltas below; built once."""
    at_period = bindparam("period", type_=Figure.period.type)  # type: ignore[attr-defined]  # a column
    unit_id = bindparam("unit", type_=Uuid())
    now: Any = bindparam("now", type_=Figure.open_until.type)  # type: ignore[union-attr]  # a column
    counts = [getattr(Figure, name) for name in COUNTS]
    rows = (
        pick(
            *_BRIEF,
            Figure.path,
            literal(0).label("is_delta"),
            # Of a row, whether it is locked; of deltas, whether they lie deeper than a child.
            case((Figure.is_open(now), 0), else_=1).label("is_marked"),
            *counts,
        )
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(col(Figure.period) == at_period)
    )
    # Two selects: told "one or the other", SQLite reads the whole period.
    own = rows.where(col(Figure.organization_id) == unit_id)
    children = rows.where(col(Figure.parent_id) == unit_id)
    if not with_deltas:
        return _scoped(union_all(own, children))
    place = (
        select(Figure.path)
        .where(col(Figure.period) == at_period, col(Figure.organization_id) == unit_id)
        .scalar_subquery()
    )
    branch = func.substr(FigureDelta.path, 1, func.length(place) + SEGMENT_WIDTH)
    is_deeper = func.length(FigureDelta.path) > func.length(branch)
    deltas = (
        pick(
            cast(null(), Uuid()),
            *(cast(null(), column.type) for column in _BRIEF[1:]),  # type: ignore[attr-defined]  # columns
            branch,
            literal(1),
            cast(is_deeper, Figure.cells.type),  # type: ignore[attr-defined]  # a column
            *(func.sum(getattr(FigureDelta, name)) for name in COUNTS),
        )
        .where(
            col(FigureDelta.period) == at_period,
            col(FigureDelta.path) > place,
            col(FigureDelta.path) < place.concat("~"),
        )
        .group_by(branch, is_deeper)
    )
    return _scoped(union_all(own, children, deltas))


_BRIEF = (Organization.id, Organization.code, Organization.name, Organization.kind)


def _brief(unit_id: UUID, code: str, name: str, kind: OrganizationKind) -> dict[str, Any]:
    return {"id": unit_id, "code": code, "name": name, "kind": str(kind)}


def _dashboard(
    now: datetime,
    unit: Any,
    period: str,
    own: Numbers,
    children: Iterable[tuple[Any, Numbers]],
) -> dict[str, Any]:
    return {
        "organization": _brief(unit.id, unit.code, unit.name, unit.kind),
        "period": period,
        "as_of": now,
        "locked": False,
        "figures": figures_of(own),
        "children": [
            {"organization": brief, "figures": figures_of(numbers)} for brief, numbers in children
        ],
    }


def _add(total: Numbers, numbers: Numbers) -> None:
    for place, number in enumerate(numbers):
        total[place] += int(number)


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
