"""Who of those due an account has not opened it, or has not used it: as rows, to count or to name.

Of a locked month it is what was written down when it was locked; of any other, what is so now.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, literal, or_, union_all
from sqlmodel import col

from app.core import periods
from app.core.clock import local_date
from app.core.selects import pick
from app.models import Account, ActivationCode, Activity, Figure, FrozenAccount, Organization
from app.models.organizations import SEGMENT_WIDTH
from app.policies.scope import within_branch
from app.schemas.dashboards import Tree
from app.services.cell_counts import accounts_with_use
from app.work import Work


def cells_at(path: str, month: str) -> ColumnElement[bool]:
    """The cells of a month at a place that a unit had in it, and below."""
    return and_(
        col(Figure.period) == month,
        col(Figure.is_cell),
        col(Figure.path) >= path,
        col(Figure.path) < path + "~",
    )


def lacking(work: Work, months: Sequence[str], cells: ColumnElement[bool]) -> Subquery:
    """Everybody due an account of some cells at the end of the months who lacks it or its use.

    `cells` is a condition on the rows of figures of the last month. Columns: `cell_id`,
    `cell_path` (of that month), `member_id`, `is_activated`, `is_active` (in any of the months)
    and `activated_at`.
    """
    last, before = months[-1], months[:-1]
    due = accounts_with_use(last, periods.counted_on(last, local_date(work.now))).subquery()
    live = (
        pick(
            Figure.organization_id.label("cell_id"),  # type: ignore[attr-defined]  # a column
            Figure.path.label("cell_path"),  # type: ignore[attr-defined]  # a column
            due.c.member_id,
            due.c.activated.label("is_activated"),
            _truth(or_(due.c.active == 1, _used_in(due.c.member_id, before))).label("is_active"),
            due.c.activated_at,
        )
        .join(due, due.c.organization_id == Figure.organization_id)
        .where(cells, Figure.is_open(work.now), or_(due.c.activated == 0, due.c.active == 0))
    )
    frozen = (
        pick(
            Figure.organization_id,
            Figure.path,
            FrozenAccount.member_id,
            case((col(FrozenAccount.is_activated).is_(True), 1), else_=0),
            _truth(_used_in(col(FrozenAccount.member_id), before)),
            Account.activated_at,
        )
        .join(
            FrozenAccount,
            and_(
                col(FrozenAccount.organization_id) == Figure.organization_id,
                col(FrozenAccount.period) == Figure.period,
            ),
        )
        .outerjoin(Account, col(Account.member_id) == FrozenAccount.member_id)
        .where(cells, ~Figure.is_open(work.now))
    )
    return union_all(live, frozen).subquery("lacking")


def is_invited(member_id: Any, month: str) -> ColumnElement[bool]:
    """Whether a member was given a code before the month ended, good still or not."""
    return exists().where(
        col(ActivationCode.member_id) == member_id,
        col(ActivationCode.created_at) < periods.ends_at(month),
    )


def inactive_by_branch(
    work: Work, path: str, months: Sequence[str], tree: Tree
) -> Mapping[str, int]:
    """How many used their account in none of the months: below each child of the unit at a path.

    By the tree of the last month, or by today's.
    """
    last = months[-1]
    width = len(path) + SEGMENT_WIDTH
    if tree == "as_was":
        rows = lacking(work, months, cells_at(path, last))
        branch = func.substr(rows.c.cell_path, 1, width)
        counted = pick(branch, func.count())
    else:
        cells = pick(Organization.id).where(within_branch(path))
        here = and_(
            col(Figure.period) == last,
            col(Figure.is_cell),
            col(Figure.organization_id).in_(cells),
        )
        rows = lacking(work, months, here)
        branch = func.substr(Organization.path, 1, width)
        counted = (
            pick(branch, func.count())
            .select_from(rows)
            .join(Organization, col(Organization.id) == rows.c.cell_id)
        )
    found = counted.where(rows.c.is_active == 0).group_by(branch)
    return dict(tuple(record) for record in work.session.execute(_scoped(found)))


def _used_in(member_id: Any, months: Sequence[str]) -> ColumnElement[bool]:
    if not months:
        return literal(1) == 0
    return exists().where(col(Activity.member_id) == member_id, col(Activity.period).in_(months))


def _truth(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """As a number, which both databases can count."""
    return case((condition, 1), else_=0)


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
