"""From the roster to use: how many members came how far with their account, and who stopped where.

Accounts due, activated and used are the figures; beside them stand those who are due none, and
those who were never given a code. Each stage's list is what the next stage lacks.
"""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, func, null, true
from sqlmodel import col, select

from app.core import periods
from app.core.clock import local_date
from app.core.paging import Order, paginate
from app.core.selects import pick
from app.models import (
    COUNTS,
    Figure,
    Membership,
    MembershipKind,
    Organization,
)
from app.models.base import valid_on
from app.models.organizations import SEGMENT_WIDTH
from app.policies.permissions import Permission
from app.schemas.base import OrganizationBrief
from app.schemas.dashboards import (
    ChildFunnel,
    Funnel,
    FunnelCounts,
    FunnelMember,
    FunnelMembersQuery,
    FunnelPage,
    FunnelQuery,
    MissingMember,
)
from app.services import account_lists, figure_rows, missing_lists
from app.services.denominators import accounts_due
from app.services.figure_rows import Counted
from app.work import Work

Stage = Literal["roster", "due", "invited", "activated"]
_DUE, _ACTIVATED, _ACTIVE = map(COUNTS.index, ("accounts", "accounts_activated", "accounts_active"))


def get(work: Work, organization_id: UUID, query: FunnelQuery) -> Funnel:
    """The stages of a unit and of those right below it, by the tree of the period."""
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    rows = figure_rows.read(work, unit, [query.period], "as_was")
    path = rows.own.path
    not_due = _by_branch(work, path, query.period, "roster")
    uninvited = _by_branch(work, path, query.period, "due")

    def counts(unit: Counted, branches: Mapping[str, int]) -> FunnelCounts:
        numbers = unit.by_month.get(query.period) or [0] * len(COUNTS)
        return FunnelCounts(
            roster=numbers[_DUE] + sum(not_due.get(branch, 0) for branch in branches),
            due=numbers[_DUE],
            invited=numbers[_DUE] - sum(uninvited.get(branch, 0) for branch in branches),
            activated=numbers[_ACTIVATED],
            active=numbers[_ACTIVE],
        )

    return Funnel(
        organization=OrganizationBrief.model_validate(rows.own.organization),
        period=query.period,
        as_of=work.now,
        locked=query.period in rows.locked,
        counts=counts(rows.own, not_due | uninvited),
        children=[
            ChildFunnel(
                organization=OrganizationBrief.model_validate(child.organization),
                counts=counts(child, {child.path: 0}),
            )
            for child in rows.sorted()
        ],
    )


def search(work: Work, organization_id: UUID, query: FunnelMembersQuery) -> FunnelPage:
    """One page of who came as far as a stage and no further, and how many there are in all."""
    unit = work.fetch(Permission.DASHBOARD_READ, Organization, organization_id)
    path = _place(work, unit, query.period)
    stopped, are_there = _stopped(work, path, query.period, query.stage)
    listing = missing_lists.of_accounts(stopped, query.period, are_there, null())
    rows = listing.statement.order_by(None).subquery()
    count = work.session.execute(_scoped(select(func.count()).select_from(rows))).scalar_one()
    order = Order(listing.order, of=unit.id)
    records, cursor = paginate(work.session, _scoped(listing.statement), query, order)
    items = [
        FunnelMember(
            organization=OrganizationBrief(
                id=record.cell_id, code=record.code, name=record.name, kind=record.kind
            ),
            member=MissingMember(id=record.member_id, full_name=record.full_name),
        )
        for record in records
    ]
    return FunnelPage(items=items, next_cursor=cursor, count=count)


def _place(work: Work, unit: Organization, month: str) -> str:
    """The one that the unit had in the month."""
    had = select(Figure.path).where(Figure.organization_id == unit.id, Figure.period == month)
    return work.session.execute(_scoped(had)).scalar_one_or_none() or unit.path


def _stopped(
    work: Work, path: str, month: str, stage: Stage
) -> tuple[Subquery, ColumnElement[bool]]:
    """Rows of a cell and a member each, and which of them stopped at the stage."""
    cells = account_lists.cells_at(path, month)
    if stage == "roster":
        return _not_due(work, month, cells), true()
    rows = account_lists.lacking(work, [month], cells)
    invited = account_lists.is_invited(rows.c.member_id, month)
    stops = {
        "due": and_(rows.c.is_activated == 0, ~invited),
        "invited": and_(rows.c.is_activated == 0, invited),
        "activated": and_(rows.c.is_activated == 1, rows.c.is_active == 0),
    }
    return rows, stops[stage]


def _not_due(work: Work, month: str, cells: ColumnElement[bool]) -> Subquery:
    """Members of cells who are due no account."""
    day = periods.counted_on(month, local_date(work.now))
    due = accounts_due(day).subquery()
    return (
        pick(
            Membership.organization_id.label("cell_id"),  # type: ignore[attr-defined]  # a column
            Figure.path.label("cell_path"),  # type: ignore[attr-defined]  # a column
            Membership.member_id,
        )
        .join(Figure, col(Figure.organization_id) == Membership.organization_id)
        .outerjoin(
            due,
            and_(
                due.c.organization_id == Membership.organization_id,
                due.c.member_id == Membership.member_id,
            ),
        )
        .where(
            cells,
            col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE,
            *valid_on(Membership, day),
            due.c.member_id.is_(None),
        )
        .subquery()
    )


def _by_branch(work: Work, path: str, month: str, stage: Stage) -> dict[str, int]:
    """How many stopped at the stage below each child of the unit at a path."""
    rows, are_there = _stopped(work, path, month, stage)
    branch = func.substr(rows.c.cell_path, 1, len(path) + SEGMENT_WIDTH)
    counted = pick(branch, func.count()).where(are_there).group_by(branch)
    return dict(tuple(record) for record in work.session.execute(_scoped(counted)))


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
