"""No query reaches for people or units without asking who is looking."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, union_all, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col

from app.models import (
    AbsenceReport,
    Account,
    Activity,
    Attendance,
    AuditEntry,
    Exemption,
    FigureDay,
    Import,
    ImportRow,
    Meeting,
    Member,
    Membership,
    Minutes,
    Office,
    Organization,
)
from app.policies.actors import SYSTEM
from app.policies.permissions import Permission
from app.policies.scope import UnscopedQuery, rows_within_reach
from tests.world import NOON, World

GUARDED: tuple[Any, ...] = (
    AbsenceReport,
    Activity,
    Attendance,
    AuditEntry,
    Exemption,
    Import,
    ImportRow,
    Meeting,
    Member,
    Membership,
    Minutes,
    Office,
    Organization,
)

STATEMENTS: dict[str, Callable[[Any], Any]] = {
    "entities": select,
    "a column": lambda model: select(first_column(model)),
    "a core select of the table": lambda model: select(model.__table__.c),
    "a count": lambda model: select(func.count()).select_from(model),
    "an alias": lambda model: select(aliased(model)),
    "a subquery": lambda model: select(select(first_column(model)).subquery()),
    "a common table expression": lambda model: select(select(first_column(model)).cte()),
    "a condition": lambda model: select(col(Account.id)).where(exists(select(first_column(model)))),
    "a scalar": lambda model: select(select(first_column(model)).limit(1).scalar_subquery()),
    "a join": lambda model: select(col(Account.id)).join(model, col(Account.id).is_not(None)),
    "a union": lambda model: union_all(select(first_column(model)), select(first_column(model))),
    "an update": lambda model: update(model).values(changed(model)),
    "a core update": lambda model: update(model.__table__).values(changed(model)),
    "a delete": delete,
    "a core delete": lambda model: delete(model.__table__),
    "a delete with a condition": lambda model: delete(Account).where(
        exists(select(first_column(model)))
    ),
    "an insert from a select": lambda model: insert(FigureDay.__table__).from_select(  # type: ignore[attr-defined]  # made by SQLModel
        ["day"], select(first_column(model))
    ),
}


def first_column(model: Any) -> Any:
    return next(iter(model.__table__.c))


def changed(model: Any) -> dict[str, Any]:
    column = first_column(model)
    return {column.name: column}


@pytest.mark.parametrize("model", GUARDED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("kind", STATEMENTS)
def test_an_unscoped_statement_is_refused(session: Session, model: Any, kind: str) -> None:
    with pytest.raises(UnscopedQuery):
        session.execute(STATEMENTS[kind](model))


def test_every_table_of_people_and_units_is_guarded(session: Session) -> None:
    """A new table with the place or the person of its rows is guarded by itself."""
    for table in SQLModel.metadata.sorted_tables:
        names = set(table.columns.keys())
        if names & {"organization_id", "member_id"} and table.name not in UNGUARDED:
            with pytest.raises(UnscopedQuery):
                session.execute(select(next(iter(table.c))))


#: Tables that name a member and are reached by other keys, with the reason.
UNGUARDED = {"accounts": "reached by whoever proves a password or a token"}


class TestGet:
    def test_by_id_is_refused(self, session: Session, world: World) -> None:
        with pytest.raises(UnscopedQuery):
            session.get(Organization, world.north.id)

    def test_by_id_with_options_is_refused(self, session: Session, world: World) -> None:
        with pytest.raises(UnscopedQuery):
            session.get(Member, world.people["member"].member_id, populate_existing=True)

    def test_of_a_row_at_hand_its_refresh_is_allowed(self, session: Session, world: World) -> None:
        statement = select(Organization).where(Organization.id == world.north.id)  # type: ignore[arg-type]  # a condition
        row = session.execute(statement.execution_options(scoped="a test")).scalar_one()

        session.refresh(row)

        assert row.id == world.north.id


def test_what_belongs_to_nobody_has_no_reach() -> None:
    with pytest.raises(TypeError):
        rows_within_reach(SYSTEM, Permission.MEMBER_READ, FigureDay, NOON.date())
