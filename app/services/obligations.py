"""What each cell owes: made and withdrawn with what is expected of it, fulfilled by meetings.

The obligations that stand in a month are the cells that its figures count, at every unit: they
change in the same transaction, by the same difference. What has come of one is never stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, case, func, insert, update
from sqlmodel import Session, and_, col

from app.core import periods
from app.core.clock import day_ends_at, local_date
from app.core.paging import Filters, Order, Page
from app.core.selects import pick, portions
from app.models import (
    Figure,
    Obligation,
    ObligationKind,
    Organization,
    Reorganization,
    ReorganizationKind,
)
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.base import OrganizationBrief
from app.schemas.obligations import ObligationQuery, ObligationRead, ObligationState
from app.services import checklists, meeting_facts
from app.work import Work

_K, _S = ObligationKind, ObligationState
FILTERS: Filters = {
    "period": lambda period: col(Obligation.period) == period,
    "kind": lambda kinds: col(Obligation.kind).in_(kinds),
}
NEWEST_FIRST = Order((col(Obligation.period), col(Obligation.id)), descending=True)
#: Why a unit owes nothing any more, when no decision says it.
CLOSED = "closed"
_ENDINGS = (ReorganizationKind.MERGED, ReorganizationKind.SPLIT, ReorganizationKind.DISSOLVED)


def search(work: Work, query: ObligationQuery) -> Page[ObligationRead]:
    state = _state(work.now)
    statement = (
        work.within_reach(Permission.OBLIGATION_READ, Obligation, Obligation, Organization)
        .join(Organization, col(Organization.id) == col(Obligation.organization_id))
        .outerjoin(
            Figure,
            and_(
                col(Figure.organization_id) == col(Obligation.organization_id),
                col(Figure.period) == col(Obligation.period),
            ),
        )
        .add_columns(state.label("state"))
    )
    if query.organization_id is not None:
        unit = work.fetch(Permission.ORGANIZATION_READ, Organization, query.organization_id)
        statement = statement.where(within_branch(unit.path))
    if query.state:
        statement = statement.where(state.in_(query.state))
    page = work.search(statement, query, FILTERS, NEWEST_FIRST, tuple)
    done = _fulfilled_at(work.session, page.items)
    return Page(items=[_view(record, done) for record in page.items], next_cursor=page.next_cursor)


def adjust(session: Session, period: str, changes: Mapping[UUID, int], now: datetime) -> None:
    """Follow the cells that are expected in a period: one more or one less, by their ids."""
    if not changes:
        return
    known = {(row.organization_id, row.kind): row.id for row in _known(session, period, changes)}
    owed = [(cell, kind) for cell, change in changes.items() if change > 0 for kind in due(period)]
    new = [
        {
            "organization_id": cell,
            "period": period,
            "kind": kind,
            "due_at": due_at(period),
            "created_at": now,
        }
        for cell, kind in owed
        if (cell, kind) not in known
    ]
    if new:
        session.execute(insert(Obligation), new)
    _write(session, [_standing(known[key]) for key in owed if key in known])
    gone = {cell for cell, change in changes.items() if change < 0}
    reasons = _reasons(session, period, gone, now)
    _write(
        session,
        [
            {"row_id": row_id, "at": now, "because": reasons.get(cell, CLOSED)}
            for (cell, _), row_id in known.items()
            if cell in gone
        ],
    )


def astray(session: Session, period: str) -> dict[UUID, int]:
    """Cells of which not as much stands as their figures count; what `adjust` has to be told."""
    found: dict[UUID, int] = {}
    for kind in due(period):
        standing = and_(
            col(Obligation.organization_id) == col(Figure.organization_id),
            col(Obligation.period) == col(Figure.period),
            col(Obligation.kind) == kind,
            col(Obligation.withdrawn_at).is_(None),
        )
        counted = case((col(Obligation.id).is_not(None), 1), else_=0)
        statement = (
            pick(Figure.organization_id, col(Figure.cells) - counted)
            .outerjoin(Obligation, standing)
            .where(col(Figure.period) == period, col(Figure.is_cell), col(Figure.cells) != counted)
        )
        found.update(dict(tuple(row) for row in session.execute(_with_figures(statement))))
    return found


def due(period: str) -> tuple[ObligationKind, ...]:
    """What is owed by the end of a period: every month one, and one by the end of the quarter."""
    is_last = periods.quarter_of(period)[1] == period
    return (_K.MONTHLY_MEETING, _K.THEMATIC_MEETING) if is_last else (_K.MONTHLY_MEETING,)


def due_at(period: str) -> datetime:
    """The last moment at which a meeting of the period's last day can be submitted in time."""
    last = periods.last_day(period) + timedelta(days=checklists.DAYS_AFTER)
    return day_ends_at(last) - timedelta(microseconds=1)


def _known(session: Session, period: str, cells: Iterable[UUID]) -> Iterable[Any]:
    for portion in portions(cells):
        statement = pick(Obligation.id, Obligation.organization_id, Obligation.kind).where(
            col(Obligation.period) == period, col(Obligation.organization_id).in_(portion)
        )
        yield from session.execute(_with_figures(statement))


def _standing(row_id: UUID) -> dict[str, Any]:
    return {"row_id": row_id, "at": None, "because": None}


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(_SET, rows)


_SET = (
    update(Obligation)
    .where(col(Obligation.id) == bindparam("row_id"))
    .values(
        withdrawn_at=bindparam("at"),
        reason=bindparam("because"),
        version=Obligation.version + 1,
    )
)


def _reasons(session: Session, period: str, cells: Iterable[UUID], now: datetime) -> dict[Any, str]:
    """The latest decision that ended each, where there is one."""
    day = periods.counted_on(period, local_date(now))
    found: dict[Any, str] = {}
    for portion in portions(cells):
        statement = (
            pick(Reorganization.organization_id, Reorganization.kind)
            .where(
                col(Reorganization.organization_id).in_(portion),
                col(Reorganization.kind).in_(_ENDINGS),
                col(Reorganization.effective_on) <= day,
            )
            .order_by(col(Reorganization.effective_on), col(Reorganization.id))
        )
        found.update((cell, kind.value) for cell, kind in session.execute(_with_figures(statement)))
    return found


def _with_figures(statement: Select[Any]) -> Select[Any]:
    return statement.execution_options(scoped="obligations follow the figures")


def _state(now: datetime) -> ColumnElement[Any]:
    """As the figures count: whoever is behind `cells_met` has fulfilled the month."""
    counted = case(
        (col(Obligation.kind) == _K.THEMATIC_MEETING, col(Figure.cells_met_thematic)),
        else_=col(Figure.cells_met),
    )
    return case(
        (col(Obligation.withdrawn_at).is_not(None), _S.WITHDRAWN.value),
        (func.coalesce(counted, 0) > 0, _S.FULFILLED.value),
        (col(Obligation.due_at) < now, _S.OVERDUE.value),
        else_=_S.OPEN.value,
    )


def _fulfilled_at(
    session: Session, records: Iterable[Any]
) -> dict[tuple[UUID, str, ObligationKind], datetime]:
    """When the first meeting that counts was first submitted."""
    paths: dict[str, dict[UUID, str]] = defaultdict(dict)
    for obligation, unit, state, *_ in records:
        if state == _S.FULFILLED:
            paths[obligation.period][unit.id] = unit.path
    found: dict[tuple[UUID, str, ObligationKind], datetime] = {}
    for period, cells in paths.items():
        for measured in meeting_facts.read(session, period, cells):
            if (submitted_at := measured.facts.first_submitted_at) is None:
                continue
            for kind in _fulfils(measured):
                key = (measured.organization_id, period, kind)
                found[key] = min(found.get(key, submitted_at), submitted_at)
    return found


def _fulfils(measured: meeting_facts.Measured) -> Iterable[ObligationKind]:
    facts, rules = measured.facts, measured.rules
    if measured.is_of_period and "cells_met" in checklists.counts_of_month(facts, rules):
        yield _K.MONTHLY_MEETING
    if "cells_met_thematic" in checklists.counts_of_quarter(facts, rules):
        yield _K.THEMATIC_MEETING


def _view(record: Any, done: Mapping[tuple[UUID, str, ObligationKind], datetime]) -> ObligationRead:
    obligation, unit, state, *_ = record
    key = (obligation.organization_id, obligation.period, obligation.kind)
    return ObligationRead(
        **obligation.model_dump(exclude={"created_at", "version"}),
        organization=OrganizationBrief.model_validate(unit),
        state=ObligationState(state),
        fulfilled_at=done.get(key) if state == _S.FULFILLED else None,
    )
