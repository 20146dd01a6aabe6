"""The rows of a unit and of its children in some months, with what still waits to be added.

One statement for all of it, built once: told to read two, a reader could see the one before a
change and the other after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, case, cast, func, literal, null, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.core.clock import local_date
from app.core.selects import pick
from app.models import COUNTS, Figure, FigureDelta, Organization
from app.models.organizations import SEGMENT_WIDTH
from app.policies.scope import within_branch
from app.schemas.dashboards import Tree
from app.services import closures
from app.services.measures import Numbers
from app.work import Work

BRIEF = (Organization.id, Organization.code, Organization.name, Organization.kind)


@dataclass
class Counted:
    """A unit's counts by month, and the place it had last."""

    organization: Mapping[str, Any]
    path: str = ""
    by_month: dict[str, Numbers] = field(default_factory=dict)

    def put(self, month: str, path: str, numbers: Numbers) -> None:
        if month >= max(self.by_month, default=""):
            self.path = path
        self.by_month[month] = numbers


@dataclass
class Rows:
    """A unit's counts, its children's by their id, and the months that are locked."""

    own: Counted
    children: dict[UUID, Counted] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)

    def sorted(self) -> list[Counted]:
        """The children, in the order of the tree."""
        return sorted(self.children.values(), key=lambda child: child.path)


def brief(record: Sequence[Any]) -> dict[str, Any]:
    """How a unit is named, from the columns `BRIEF`."""
    unit_id, code, name, kind = record
    return {"id": unit_id, "code": code, "name": name, "kind": str(kind)}


def read(work: Work, unit: Any, months: Sequence[str], tree: Tree) -> Rows:
    """By the tree that each month had, or by today's."""
    rows = Rows(Counted(brief((unit.id, unit.code, unit.name, unit.kind)), unit.path))
    return (_as_was if tree == "as_was" else _as_is)(work, unit, months, rows)


def _as_was(work: Work, unit: Any, months: Sequence[str], rows: Rows) -> Rows:
    with_deltas = work.session.get_bind().dialect.name == "postgresql"
    statement = _statement(with_deltas=with_deltas, of_many=len(months) != 1)
    asked = {"unit": unit.id, "now": work.now}
    asked |= {"months": months} if len(months) != 1 else {"month": months[0]}
    waiting: list[tuple[str, str, bool, Numbers]] = []
    places: dict[tuple[str, str], Numbers] = {}
    for record in work.session.execute(statement, asked).all():
        unit_id, code, name, kind, month, path, is_delta, is_marked, *numbers = record
        if is_delta:
            waiting.append((month, path, is_marked, numbers))
        elif unit_id == unit.id:
            rows.own.put(month, path, numbers)
            rows.locked |= {month} if is_marked else set()
        else:
            child = rows.children.get(unit_id)
            if child is None:
                child = rows.children[unit_id] = Counted(brief((unit_id, code, name, kind)))
            child.put(month, path, numbers)
            places[month, path] = numbers
    for month, path, is_deeper, numbers in waiting:
        _add(rows.own.by_month[month], numbers)
        if is_deeper and (month, path) in places:
            _add(places[month, path], numbers)
    return rows


def _as_is(work: Work, unit: Any, months: Sequence[str], rows: Rows) -> Rows:
    """The months' cells summed under where they stand now; whoever is gone now only with cells."""
    is_there = case((closures.is_there_on(local_date(work.now)), 1), else_=0)
    children = pick(*BRIEF, Organization.path, is_there).where(Organization.parent_id == unit.id)
    gone = set()
    for *named, path, is_there_now in work.session.execute(_scoped(children)):
        rows.children[named[0]] = Counted(brief(named), path)
        gone |= set() if is_there_now else {named[0]}
    by_path = {child.path: child for child in rows.children.values()}
    branch = func.substr(Organization.path, 1, len(unit.path) + SEGMENT_WIDTH)
    sums = (
        pick(Figure.period, branch, *(func.sum(getattr(Figure, name)) for name in COUNTS))
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(col(Figure.period).in_(months), col(Figure.is_cell), within_branch(unit.path))
        .group_by(col(Figure.period), branch)
    )
    for month, path, *sum_of in work.session.execute(_scoped(sums)):
        numbers = [int(number) for number in sum_of]
        _add(rows.own.by_month.setdefault(month, [0] * len(COUNTS)), numbers)
        if path in by_path:
            by_path[path].by_month[month] = numbers
    for unit_id in gone:
        if not rows.children[unit_id].by_month:
            del rows.children[unit_id]
    rows.locked = _locked(work, unit, months)
    return rows


def _locked(work: Work, unit: Any, months: Iterable[str]) -> set[str]:
    """The months in which nothing of the unit may change now."""
    locked = select(Figure.period).where(
        Figure.organization_id == unit.id,
        col(Figure.period).in_(months),
        ~Figure.is_open(work.now),
    )
    return set(work.session.execute(_scoped(locked)).scalars())


@lru_cache
def _statement(*, with_deltas: bool, of_many: bool) -> Any:
    """The unit's rows and its children's, with the deltas below them; built once."""
    unit_id = _asked("unit", Uuid())
    now: Any = bindparam("now", type_=Figure.open_until.type)  # type: ignore[union-attr]  # a column
    is_locked = case((Figure.is_open(now), 0), else_=1)
    # Two selects: told "one or the other", SQLite reads the whole period.
    own = _rows(is_locked, of_many=of_many).where(col(Figure.organization_id) == unit_id)
    children = _rows(literal(0), of_many=of_many).where(col(Figure.parent_id) == unit_id)
    if not with_deltas:
        return _scoped(union_all(own, children))
    place = aliased(Figure)
    branch = func.substr(FigureDelta.path, 1, func.length(place.path) + SEGMENT_WIDTH)
    is_deeper = func.length(FigureDelta.path) > func.length(branch)
    deltas = (
        pick(
            cast(null(), Uuid()),
            *(cast(null(), column.type) for column in BRIEF[1:]),  # type: ignore[attr-defined]  # columns
            FigureDelta.period,
            branch,
            literal(1),
            cast(is_deeper, Figure.cells.type),  # type: ignore[attr-defined]  # a column
            *(func.sum(getattr(FigureDelta, name)) for name in COUNTS),
        )
        .join(place, col(place.period) == FigureDelta.period)
        .where(
            _in_months(place, of_many=of_many),
            col(place.organization_id) == unit_id,
            below(FigureDelta, place),
        )
        .group_by(col(FigureDelta.period), branch, is_deeper)
    )
    return _scoped(union_all(own, children, deltas))


def _rows(is_marked: Any, *, of_many: bool) -> Any:
    """`is_marked`: of the unit's row, whether it is locked; of deltas, whether they lie deeper than
    a child."""
    return (
        pick(
            *BRIEF,
            Figure.period,
            Figure.path,
            literal(0).label("is_delta"),
            is_marked.label("is_marked"),
            *(getattr(Figure, name) for name in COUNTS),
        )
        .join(Organization, col(Organization.id) == Figure.organization_id)
        .where(_in_months(Figure, of_many=of_many))
    )


def below(inner: Any, outer: Any) -> Any:
    """Rows whose path lies under another's, in a range that the index serves."""
    return (col(inner.path) > outer.path) & (col(inner.path) < col(outer.path).concat("~"))


def _in_months(model: Any, *, of_many: bool) -> Any:
    if of_many:
        return col(model.period).in_(bindparam("months", expanding=True))
    return col(model.period) == _asked("month", model.period.type)


def _asked(name: str, type_: Any) -> Any:
    """In a sub-select, so that no value is worth a plan of its own: PostgreSQL keeps the first."""
    return select(bindparam(name, type_=type_)).scalar_subquery()


def _add(total: Numbers, numbers: Numbers) -> None:
    for place, number in enumerate(numbers):
        total[place] += int(number)


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
