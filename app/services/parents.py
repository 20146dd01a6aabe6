"""Under whom a unit stands, from which day on: links without gaps from its first day on.

`Organization.parent_id` and `path` are what the links say of today.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import Session, col, func, select

from app.core.selects import pick
from app.models import Organization, OrganizationParent
from app.models.organizations import SEGMENT_WIDTH
from app.services import tree_rows, trees
from app.work import Work


def links(work: Work, unit_id: UUID) -> list[OrganizationParent]:
    """All of them, the first one first; without gaps, the last without an end."""
    statement = select(OrganizationParent).where(OrganizationParent.organization_id == unit_id)
    ordered = statement.order_by(col(OrganizationParent.valid_from))
    return list(work.session.execute(_scoped(ordered)).scalars())


def link_on(work: Work, unit_id: UUID, day: date) -> OrganizationParent:
    """The link that holds on a day on which the unit is there."""
    return next(
        link for link in links(work, unit_id) if link.valid_to is None or link.valid_to > day
    )


def unit_of(work: Work, link: OrganizationParent) -> Organization:
    return _unit(work, link.organization_id)


def above(work: Work, link: OrganizationParent) -> Organization:
    """Who stands above by a link that is not a root's."""
    return _unit(work, link.parent_id)


def _unit(work: Work, unit_id: UUID | None) -> Organization:
    statement = _scoped(select(Organization).where(col(Organization.id) == unit_id))
    unit: Organization = work.session.execute(statement).scalar_one()
    return unit


def links_under(work: Work, parent_id: UUID, since: date) -> list[OrganizationParent]:
    """Who stands right under a unit on a day, or comes under it later; not those closed by then."""
    statement = (
        select(OrganizationParent)
        .join(Organization, col(Organization.id) == OrganizationParent.organization_id)
        .where(
            col(OrganizationParent.parent_id) == parent_id,
            or_(
                col(OrganizationParent.valid_to).is_(None), col(OrganizationParent.valid_to) > since
            ),
            or_(
                col(Organization.valid_to).is_(None),
                and_(
                    col(Organization.valid_to) > since,
                    col(Organization.valid_to) > OrganizationParent.valid_from,
                ),
            ),
        )
        .order_by(col(Organization.path), col(OrganizationParent.valid_from))
    )
    return list(work.session.execute(_scoped(statement)).scalars())


def put(work: Work, unit_id: UUID, parent_id: UUID, day: date) -> None:
    """Let a unit stand under another from a day on, until it moves on as was said before."""
    current = link_on(work, unit_id, day)
    if current.valid_from >= day:
        current.parent_id = parent_id
    else:
        work.add(
            OrganizationParent(
                created_at=work.now,
                organization_id=unit_id,
                parent_id=parent_id,
                valid_from=day,
                valid_to=current.valid_to,
            )
        )
        current.valid_to = day
    work.session.flush()
    _join(work, unit_id)


def stay(work: Work, unit_id: UUID, day: date) -> None:
    """Forget the moves that were said for a day and later: the unit is there no more."""
    kept, *later = (link for link in links(work, unit_id) if (link.valid_to or date.max) >= day)
    for link in later:
        work.session.delete(link)
    kept.valid_to = None
    work.session.flush()


def is_below(work: Work, unit_id: UUID, above_id: UUID, days: tuple[date, date]) -> bool:
    """Whether a unit is another, or stands below it on any of the days up to the last."""
    if unit_id == above_id:
        return True
    for link in links(work, unit_id):
        among = max(days[0], link.valid_from), min(days[1], link.valid_to or date.max)
        if link.parent_id is None or among[0] >= among[1]:
            continue
        if is_below(work, link.parent_id, above_id, among):
            return True
    return False


def changed_in(session: Session, after: date, until: date) -> list[UUID]:
    """Units that came to stand elsewhere in (after, until]."""
    statement = select(OrganizationParent.organization_id).where(
        col(OrganizationParent.valid_from).between(after + timedelta(days=1), until)
    )
    return list(session.execute(_scoped(statement.distinct())).scalars())


class _Move(NamedTuple):
    unit_id: UUID
    new_parent_id: UUID | None


def bring_to(session: Session, today: date, only: Collection[UUID] | None = None) -> None:
    """Let the tree as it is be that of a day."""
    session.flush()
    statement = (
        pick(Organization.id, OrganizationParent.parent_id)
        .join(OrganizationParent, and_(*tree_rows.stood_on(today)))
        .where(
            col(Organization.parent_id).is_distinct_from(col(OrganizationParent.parent_id)),
            tree_rows.among(Organization.id, only),
        )
        .order_by(func.length(Organization.path), col(Organization.path))
    )
    moves = [_Move(*record) for record in session.execute(_scoped(statement))]
    trees.one_by_one(moves, lambda move: _shift(session, move))


def _shift(session: Session, move: _Move) -> bool:
    wanted = {one for one in move if one is not None}
    statement = select(Organization).where(col(Organization.id).in_(wanted))
    fresh = _scoped(statement).execution_options(populate_existing=True)
    units = {unit.id: unit for unit in session.execute(fresh).scalars()}
    unit = units[move.unit_id]
    above = units[move.new_parent_id].path if move.new_parent_id else ""
    if above.startswith(unit.path):
        return False
    path = above + unit.path[-SEGMENT_WIDTH:]
    trees.carry(session, Organization, unit.path, path)
    session.refresh(unit, ["path"])
    unit.parent_id = move.new_parent_id
    session.flush()
    return True


def _join(work: Work, unit_id: UUID) -> None:
    """One link for neighbours that say the same."""
    first, *rest = links(work, unit_id)
    for link in rest:
        if link.parent_id == first.parent_id:
            first.valid_to = link.valid_to
            work.session.delete(link)
        else:
            first = link
    work.session.flush()


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="the tree holds every unit")
