"""A cell at a glance: the page a secretary and an officer start from.

Everything of a page of cells is read by one statement a kind, never one a cell.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, text
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from app.core import periods
from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.core.text import fold
from app.models import (
    COUNTS,
    Figure,
    Meeting,
    MeetingStatus,
    Member,
    Membership,
    MembershipKind,
    Office,
    Organization,
    Role,
)
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.base import OrganizationBrief
from app.schemas.cells import (
    CellQuery,
    CellRead,
    Leader,
    MeetingGlance,
    MemberCounts,
    OneCellQuery,
)
from app.schemas.dashboards import Figures
from app.services import waiting
from app.services.denominators import is_cell_on
from app.services.measures import figures_of
from app.services.member_views import standing_on, state_on
from app.work import Work

FILTERS: Filters = {
    "text": lambda text: col(Organization.search_text).contains(fold(text), autoescape=True),
}
ORDER = Order((col(Organization.path),))
_S = MeetingStatus
_AHEAD = (_S.SCHEDULED, _S.POSTPONED, _S.OPEN)
_BEHIND = (_S.ENDED, _S.SUBMITTED, _S.RETURNED, _S.ACCEPTED)


def search(work: Work, query: CellQuery) -> Page[CellRead]:
    statement = _cells(work)
    if query.organization_id is not None:
        unit = work.fetch(Permission.ORGANIZATION_READ, Organization, query.organization_id)
        statement = statement.where(within_branch(unit.path))
    page = work.search(statement, query, FILTERS, ORDER)
    page.items = _at_a_glance(work, page.items, query.period)
    return page


def get(work: Work, organization_id: UUID, query: OneCellQuery) -> CellRead:
    """One cell; `NotFound` for a unit that is no cell of today."""
    work.fetch(Permission.CELL_READ, Organization, organization_id)
    cell = work.session.execute(
        _cells(work).where(col(Organization.id) == organization_id)
    ).scalar_one_or_none()
    if cell is None:
        raise NotFound
    return _at_a_glance(work, [cell], query.period)[0]


def _cells(work: Work) -> Select[Any]:
    today = local_date(work.now)
    return work.within_reach(Permission.CELL_READ, Organization).where(is_cell_on(today))


def _at_a_glance(
    work: Work, cells: Collection[Organization], asked_period: str | None
) -> list[CellRead]:
    today = local_date(work.now)
    period = asked_period or periods.period_of(today)
    ids = [cell.id for cell in cells]
    parents = _parents(work, cells)
    leaders = _leaders(work, ids, today)
    members = _members(work, ids, today)
    upcoming = _meetings(work, ids, ahead=True)
    past = _meetings(work, ids, ahead=False)
    numbers = _figures(work, ids, period)
    waits = waiting.of(work, ids)
    return [
        CellRead(
            id=cell.id,
            organization=OrganizationBrief.model_validate(cell),
            parent=parents.get(cell.parent_id),
            secretary=leaders.get((cell.id, Role.SECRETARY)),
            deputy_secretary=leaders.get((cell.id, Role.DEPUTY_SECRETARY)),
            members=members[cell.id],
            next_meeting=upcoming.get(cell.id),
            last_meeting=past.get(cell.id),
            period=period,
            figures=Figures.model_validate(figures_of(numbers.get(cell.id, [0] * len(COUNTS)))),
            waiting=waits[cell.id],
        )
        for cell in cells
    ]


def _parents(work: Work, cells: Collection[Organization]) -> dict[UUID | None, OrganizationBrief]:
    wanted = {cell.parent_id for cell in cells}
    statement = select(Organization).where(col(Organization.id).in_(wanted))
    rows = _records(work, statement)
    return {row.id: OrganizationBrief.model_validate(row) for (row,) in rows}


def _leaders(work: Work, ids: Collection[UUID], today: date) -> dict[tuple[UUID, Role], Leader]:
    statement = (
        select(Office.organization_id, Office.role, Member.id, Member.full_name)
        .join(Member, col(Member.id) == Office.member_id)
        .where(
            col(Office.organization_id).in_(ids),
            col(Office.role).in_((Role.SECRETARY, Role.DEPUTY_SECRETARY)),
            *valid_on(Office, today),
        )
        .order_by(col(Office.valid_from))
    )
    return {
        (cell_id, role): Leader(member_id=member_id, full_name=full_name)
        for cell_id, role, member_id, full_name in _records(work, statement)
    }


def _members(work: Work, ids: Collection[UUID], today: date) -> dict[UUID, MemberCounts]:
    statement = (
        pick(
            Membership.organization_id,
            Membership.kind,
            standing_on(today),
            state_on(today),
            func.count(),
        )
        .join(Member, col(Member.id) == Membership.member_id)
        .where(col(Membership.organization_id).in_(ids), *valid_on(Membership, today))
        .group_by(col(Membership.organization_id), col(Membership.kind), text("3"), text("4"))
    )
    counted: dict[UUID, Counter[str]] = defaultdict(Counter)
    for cell_id, kind, standing, state, number in _records(work, statement):
        if kind is MembershipKind.TEMPORARY:
            counted[cell_id]["temporary"] += number
            continue
        for name in filter(None, ("total", standing, state)):
            counted[cell_id][str(name)] += number
    names = MemberCounts.model_fields
    return {cell_id: MemberCounts(**{n: counted[cell_id][n] for n in names}) for cell_id in ids}


def _meetings(work: Work, ids: Collection[UUID], *, ahead: bool) -> dict[UUID, MeetingGlance]:
    """The next meeting of each cell, or the last one held."""
    starts_at = col(Meeting.starts_at)
    rank = func.row_number().over(
        partition_by=col(Meeting.organization_id),
        order_by=starts_at.asc() if ahead else starts_at.desc(),
    )
    ranked = (
        select(Meeting, rank.label("rank"))
        .where(
            col(Meeting.organization_id).in_(ids),
            col(Meeting.status).in_(_AHEAD if ahead else _BEHIND),
        )
        .subquery()
    )
    meeting = aliased(Meeting, ranked)
    statement = select(meeting).where(ranked.c.rank == 1)
    rows = (row for (row,) in _records(work, statement))
    return {row.organization_id: MeetingGlance.model_validate(row) for row in rows}


def _figures(work: Work, ids: Collection[UUID], period: str) -> dict[UUID, list[int]]:
    counts = (getattr(Figure, name) for name in COUNTS)
    statement = pick(Figure.organization_id, *counts).where(
        col(Figure.period) == period, col(Figure.organization_id).in_(ids)
    )
    return {cell_id: list(numbers) for cell_id, *numbers in _records(work, statement)}


def _records(work: Work, statement: Any) -> Any:
    return work.session.execute(statement.execution_options(scoped="cells already reached"))
