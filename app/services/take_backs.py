"""Takes back what the commit of an import wrote: all of it, while nothing was built on it.

What was built on a row is whatever else in the database refers to it; the tables themselves say
what may, so that a table added later is asked too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, bindparam, delete, func, update
from sqlmodel import SQLModel, col

from app.core import periods
from app.core.errors import Conflict
from app.core.selects import pick, portions
from app.models import Exemption, Figure, Meeting, Member, Membership, Organization
from app.models.base import Row
from app.policies.permissions import Permission
from app.services.import_journals import Change
from app.work import Work

#: Made from other rows by the service itself, and gone with the unit they are about.
_DERIVED = frozenset({"figures", "finding_counts", "obligations"})
#: What an import writes of its own; the rest belongs to a row of these.
_PLACED: dict[Any, type[Row]] = {
    model.__tablename__: model for model in (Organization, Member, Membership, Exemption, Meeting)
}
#: So many rows of the workbook are named beside a reason.
_NAMED = 5


class BuiltUpon(Conflict):
    code = "built_upon"
    vi = "Đã có dữ liệu dựa trên tệp này; không thể thu hồi."
    en = "Something was built on this import since; it cannot be taken back."


@dataclass(frozen=True)
class Reason:
    """Why an import stays: a table that refers to what it wrote, or `changed`, `period_locked`,
    `not_in_reach`.
    """

    reason: str
    count: int
    rows: Sequence[int] = ()


def undo(work: Work, changes: Sequence[Change], besides: Iterable[Reason] = ()) -> None:
    """Give back what was changed and delete what was new; `BuiltUpon` when anything forbids it."""
    expect_free(work, changes, besides)
    new = _new(changes)
    for table in reversed(SQLModel.metadata.sorted_tables):
        if table.name in new:
            _delete(work, table, list(reversed(new[table.name])))
    # Last: of two open memberships the new one must have gone first.
    _restore(work, [change for change in changes if change.before is not None])


def expect_free(work: Work, changes: Sequence[Change], besides: Iterable[Reason] = ()) -> None:
    """`BuiltUpon` when somebody changed what the import wrote, or refers to it."""
    work.session.flush()
    reasons = [*_touched(work, changes), *_referring(work, _new(changes)), *besides]
    if reasons:
        raise built_upon(reasons)


def expect_reached(work: Work, permission: Permission, changes: Iterable[Change]) -> None:
    """`BuiltUpon` when the actor, who held another office then, may not write there any more."""
    left: dict[str, dict[UUID, int]] = defaultdict(dict)
    for change in changes:
        if change.table in _PLACED:
            left[change.table][change.row_id] = change.row_number
    for name, known in left.items():
        model = _PLACED[name]
        for portion in portions(list(known)):
            reached = work.within_reach(permission, model, model.id)
            for row_id in work.session.execute(reached.where(col(model.id).in_(portion))).scalars():
                del known[row_id]
    if found := [number for known in left.values() for number in known.values()]:
        raise built_upon([Reason("not_in_reach", len(found), _first(found))])


def built_upon(reasons: Iterable[Reason]) -> BuiltUpon:
    return BuiltUpon(reasons=[asdict(reason) for reason in reasons])


def _new(changes: Iterable[Change]) -> dict[str, dict[UUID, int]]:
    """By table: the rows that the import made, each with its row of the workbook."""
    new: dict[str, dict[UUID, int]] = defaultdict(dict)
    for change in changes:
        if change.before is None:
            new[change.table][change.row_id] = change.row_number
    return new


def locked(work: Work, cells: Collection[UUID], first: date, since: datetime) -> Iterator[Reason]:
    """Months locked since the commit: they vouch for what the import brought."""
    count = 0
    for portion in portions(cells):
        statement = pick(func.count()).where(
            col(Figure.organization_id).in_(portion),
            col(Figure.period) >= periods.period_of(first),
            col(Figure.locked_at) >= since,
            ~Figure.is_open(work.now),
        )
        count += work.session.connection().execute(statement).scalar_one()
    if count:
        yield Reason("period_locked", count)


def _touched(work: Work, changes: Sequence[Change]) -> Iterator[Reason]:
    """Rows that are not as the commit left them. All are held from here on."""
    by_table: dict[str, dict[UUID, Change]] = defaultdict(dict)
    for change in changes:
        by_table[change.table][change.row_id] = change
    found: list[int] = []
    for name, known in by_table.items():
        columns = SQLModel.metadata.tables[name].columns
        left = dict(known)
        for portion in portions(known):
            held = pick(columns.id, columns.version).where(columns.id.in_(portion))
            for row_id, version in _all(work, held.order_by(columns.id).with_for_update()):
                if known[row_id].version == version:
                    del left[row_id]
        found += [change.row_number for change in left.values()]
    if found:
        yield Reason("changed", len(found), _first(found))


def _referring(work: Work, new: dict[str, dict[UUID, int]]) -> Iterator[Reason]:
    """What else refers to the new rows, table by table."""
    counts: dict[str, int] = defaultdict(int)
    named: dict[str, list[int]] = defaultdict(list)
    for table in SQLModel.metadata.sorted_tables:
        for column, target in _references(table):
            if target not in new or table.name in _DERIVED:
                continue
            for row_id, count in _others(work, column, new[target], new.get(table.name, {})):
                counts[table.name] += count
                named[table.name].append(new[target][row_id])
    for name, count in counts.items():
        yield Reason(name, count, _first(named[name]))


def _references(table: Table) -> Iterator[tuple[Column[Any], str]]:
    for column in table.columns:
        for key in column.foreign_keys:
            yield column, key.column.table.name


def _others(
    work: Work, column: Column[Any], wanted: Collection[UUID], own: Collection[UUID]
) -> Iterator[tuple[UUID, int]]:
    """Which of the wanted rows a column names, and how often; the import's own rows apart."""
    for portion in portions(wanted):
        if own:
            each = pick(column, column.table.c.id).where(column.in_(portion))
            yield from ((row_id, 1) for row_id, by in _all(work, each) if by not in own)
        else:
            some = pick(column, func.count()).where(column.in_(portion)).group_by(column)
            yield from _all(work, some)


def _restore(work: Work, changes: Iterable[Change]) -> None:
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        before = change.before or {}
        alike[change.table, *before].append(
            {"of_id": change.row_id} | {f"old_{name}": value for name, value in before.items()}
        )
    for (name, *fields), rows in alike.items():
        table = SQLModel.metadata.tables[name]
        statement = (
            update(table)
            .where(table.c.id == bindparam("of_id"))
            .values({field: bindparam(f"old_{field}") for field in fields})
            .values(version=table.c.version + 1)
        )
        work.session.connection().execute(statement, rows)


def _delete(work: Work, table: Table, row_ids: Sequence[UUID]) -> None:
    """The last first: a unit before the one above it."""
    for derived in SQLModel.metadata.sorted_tables if table.name == "organizations" else ():
        if derived.name in _DERIVED:
            _delete_by(work, derived, derived.c.organization_id, row_ids)
    _delete_by(work, table, table.c.id, row_ids)


def _delete_by(work: Work, table: Table, column: Any, row_ids: Sequence[UUID]) -> None:
    for portion in portions(row_ids):
        work.session.connection().execute(delete(table).where(column.in_(portion)))


def _all(work: Work, statement: Any) -> Any:
    return work.session.connection().execute(statement).all()


def _first(row_numbers: Iterable[int]) -> list[int]:
    return sorted(set(row_numbers))[:_NAMED]
