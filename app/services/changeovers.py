"""Members go over from one cell to another by a decision about the cells, not about them."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.models import EndReason, Membership, MembershipKind, Office
from app.models.base import valid_on
from app.work import Work


def go_over(
    work: Work, cells: tuple[UUID, UUID], day: date, only: Collection[UUID] | None = None
) -> None:
    """From the first to the second of two cells, all members or those named, from a day on.

    Nobody is in a cell twice: from the day on which a guest comes to live there, they live there.
    """
    giver, taker = cells
    leaving = _lasting(work, giver, day, only)
    there = _lasting(work, taker, day, {one.member_id for one in leaving})
    coming = [_after(one, taker, day) for one in leaving]
    homes: dict[UUID, date] = {}
    for one in (*coming, *there):
        if not _is_guest(one):
            homes[one.member_id] = min(one.valid_from, homes.get(one.member_id, date.max))
    for one in leaving:
        _end(one, day)
    for one in (*coming, *there):
        if _is_guest(one) and one.member_id in homes:
            _end(one, homes[one.member_id])
    work.session.flush()  # a residence is closed before the next one opens
    for one in coming:
        if one.valid_to is None or one.valid_from < one.valid_to:
            work.add(one)
    work.session.flush()


def members_of(work: Work, organization_id: UUID, day: date) -> set[UUID]:
    """Who belongs to a cell on a day, or comes later."""
    return {one.member_id for one in _lasting(work, organization_id, day, None)}


def end_offices(
    work: Work, organization_id: UUID, day: date, only: Collection[UUID] | None = None
) -> None:
    """Nobody holds an office in a unit that is no more, or that they left."""
    held = select(Office).where(Office.organization_id == organization_id, valid_on(Office, day)[1])
    if only is not None:
        held = held.where(col(Office.member_id).in_(only))
    for office in work.session.execute(_scoped(held.order_by(col(Office.id)))).scalars():
        before, office.valid_to = str(office.valid_to), max(office.valid_from, day)
        after = str(office.valid_to)
        work.record("office.changed", office, before=before, after=after, because="reorganized")


def _lasting(work: Work, cell: UUID, day: date, only: Collection[UUID] | None) -> list[Membership]:
    statement = select(Membership).where(
        Membership.organization_id == cell, valid_on(Membership, day)[1]
    )
    if only is not None:
        statement = statement.where(col(Membership.member_id).in_(only))
    ordered = statement.order_by(col(Membership.id))
    return list(work.session.execute(_scoped(ordered)).scalars())


def _after(one: Membership, taker: UUID, day: date) -> Membership:
    """What goes on in the other cell; an end that was known before stays."""
    return Membership(
        organization_id=taker,
        member_id=one.member_id,
        kind=one.kind,
        valid_from=max(day, one.valid_from),
        valid_to=one.valid_to,
        end_reason=one.end_reason,
    )


def _end(one: Membership, day: date) -> None:
    if one.valid_to is None or one.valid_to > day:
        one.valid_to, one.end_reason = max(day, one.valid_from), EndReason.MOVED


def _is_guest(one: Membership) -> bool:
    return one.kind is MembershipKind.TEMPORARY


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="of a reached cell")
