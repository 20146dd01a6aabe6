"""The memberships of two rows of one person: together they never say two cells on one day."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core.clock import local_date
from app.models import EndReason, Membership, MembershipKind
from app.work import Work

Before = list[dict[str, str | None]]


def take_over(work: Work, *, giver: UUID, taker: UUID) -> tuple[Before, date]:
    """Give one row's memberships to the other, as far as they do not overlap its own.

    What they were before, and the first day on which anything changes.
    """
    own = _of(work, taker)
    given = _of(work, giver)
    before = [_said(membership) for membership in given]
    for membership in given:
        end = _free_until(membership, own)
        if end is not None:
            membership.valid_to, membership.end_reason = end, EndReason.MOVED
        if membership.valid_to is None or membership.valid_to > membership.valid_from:
            membership.member_id = taker
    work.session.flush()
    return before, min((one.valid_from for one in given), default=local_date(work.now))


def give_back(work: Work, before: Before, *, giver: UUID) -> date:
    """Put memberships back as they were; the first day on which anything changes."""
    said = {str(one["id"]): one for one in before}
    statement = select(Membership).where(col(Membership.id).in_([UUID(one) for one in said]))
    rows = work.session.exec(_reached(statement)).all()
    for membership in rows:
        was = said[str(membership.id)]
        membership.member_id = giver
        membership.valid_to = date.fromisoformat(was["valid_to"]) if was["valid_to"] else None
        membership.end_reason = EndReason(was["end_reason"]) if was["end_reason"] else None
    work.session.flush()
    return min((one.valid_from for one in rows), default=local_date(work.now))


def _free_until(membership: Membership, own: list[Membership]) -> date | None:
    """The day from which the other row's own memberships speak; None when they never do.

    One that lies within them is left without a day.
    """
    overlapping = [
        max(membership.valid_from, one.valid_from)
        for one in own
        if one.kind is membership.kind is MembershipKind.OFFICIAL_RESIDENCE
        and (one.valid_to is None or one.valid_to > membership.valid_from)
        and (membership.valid_to is None or membership.valid_to > one.valid_from)
    ]
    return min(overlapping, default=None)


def _said(membership: Membership) -> dict[str, str | None]:
    return {
        "id": str(membership.id),
        "valid_to": membership.valid_to.isoformat() if membership.valid_to else None,
        "end_reason": membership.end_reason,
    }


def _of(work: Work, member_id: UUID) -> list[Membership]:
    statement = select(Membership).where(Membership.member_id == member_id)
    return list(work.session.exec(_reached(statement.order_by(col(Membership.valid_from)))).all())


def _reached(statement: Any) -> Any:
    return statement.execution_options(scoped="of members already reached")
