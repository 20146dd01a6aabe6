"""What was measured of cells' meetings, each beside the rules of its cell on its day."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, or_, true
from sqlmodel import Session, col

from app.core import periods
from app.core.clock import local_date
from app.core.selects import pick
from app.models import Meeting, MeetingKind
from app.schemas.settings import Rules
from app.services import rules
from app.services.checklists import Facts


class Measured(NamedTuple):
    organization_id: UUID
    facts: Facts
    rules: Rules
    #: Of the period itself; else of an earlier one of its quarter.
    is_of_period: bool


def read(
    session: Session, period: str, paths: Mapping[UUID, str], *, all_cells: bool = False
) -> Iterator[Measured]:
    """The meetings that may fulfil an obligation of these cells in a period.

    Those of the period; of the kinds that are owed once a quarter, all since its beginning.
    `all_cells` says that the cells are all there are, and spares naming them.
    """
    rulebook = rules.load(session, None if all_cells else paths.values())
    monthly, quarterly = (_kinds(rulebook, name) for name in ("monthly_kinds", "quarterly_kinds"))
    starts_at = periods.starts_at(period)
    asked = {
        "kinds": sorted(monthly | quarterly),
        "quarterly_kinds": sorted(quarterly),
        "starts_at": starts_at,
        "quarter_starts_at": periods.starts_at(periods.quarter_of(period)[0]),
        "ends_at": periods.ends_at(period),
    } | ({} if all_cells else {"cells": list(paths)})
    statement = _statement(of_some=not all_cells)
    for organization_id, *numbers in session.connection().execute(statement, asked):
        if organization_id in paths:
            facts = Facts(*numbers)
            said = rulebook.at(paths[organization_id], local_date(facts.starts_at))
            yield Measured(organization_id, facts, said, facts.starts_at >= starts_at)


def _kinds(rulebook: rules.Rulebook, name: str) -> set[MeetingKind]:
    """Every kind that may hold somewhere, by the default or by a decision."""
    named = rulebook.names_in(name) | set(getattr(rules.DEFAULT, name))
    return {MeetingKind(kind) for kind in named}


@lru_cache
def _statement(*, of_some: bool) -> Select[Any]:
    """Built once: that costs more than asking it."""
    kinds: Any = bindparam("kinds", expanding=True)
    quarterly: Any = bindparam("quarterly_kinds", expanding=True)
    cells: Any = bindparam("cells", expanding=True)
    return pick(Meeting.organization_id, *(getattr(Meeting, name) for name in Facts._fields)).where(
        col(Meeting.starts_at) >= bindparam("quarter_starts_at"),
        col(Meeting.starts_at) < bindparam("ends_at"),
        or_(col(Meeting.starts_at) >= bindparam("starts_at"), col(Meeting.kind).in_(quarterly)),
        col(Meeting.kind).in_(kinds),
        col(Meeting.organization_id).in_(cells) if of_some else true(),
    )
