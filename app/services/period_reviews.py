"""A committee's month goes up when all below it are settled; the level above accepts or returns."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col

from app.core.clock import local_date
from app.core.errors import Conflict, Invalid, InvalidTransition
from app.core.selects import pick
from app.models import (
    Figure,
    NotificationKind,
    Office,
    Organization,
    OrganizationKind,
    PeriodLock,
    PeriodReview,
    ReviewStatus,
    Role,
)
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.schemas.periods import PeriodDecide, PeriodRead, PeriodReturn
from app.services import notices, period_freezes, period_states, period_views, superiors
from app.services.notices import Notice
from app.work import Work

#: So many of the units that hold a month up are named in the refusal.
_NAMED = 5
ACCEPTED_REASON = "Cấp trên đã duyệt tháng"
_K = NotificationKind


class ChildrenOpen(Conflict):
    code = "children_open"
    vi = "Còn đơn vị cấp dưới chưa được duyệt."
    en = "Some units right below are neither confirmed nor excused."


class ParentAccepted(Conflict):
    code = "parent_accepted"
    vi = "Tháng của cấp trên đã được duyệt; cần trả lại từ trên xuống."
    en = "The month of the unit above is accepted; it is returned first."


def submit(work: Work, period: str, data: PeriodDecide) -> PeriodRead:
    """Only when every unit right below is confirmed or excused."""
    unit = work.fetch(Permission.PERIOD_SUBMIT, Organization, data.organization_id)
    period_freezes.expect_begun(work, period)
    period_freezes.place_of(work, unit, period)
    if unit.kind is OrganizationKind.CELL:
        raise Invalid.at(
            "/organization_id",
            "is_a_cell",
            "Tháng của chi bộ được duyệt theo cuộc họp.",
            "A cell's month goes up with its meeting.",
        )
    review = _find(work, unit, period)
    if review is None:
        review = work.add(
            PeriodReview(
                organization_id=unit.id,
                period=period,
                submitted_at=work.now,
                created_at=work.now,
            )
        )
    else:
        review.take("submit")
    _expect_settled(work, unit, period)
    review.comment = data.comment
    review.submitted_at, review.submitted_by = work.now, work.actor.account_id
    review.decided_at = review.decided_by = None
    work.record("period.submitted", review, period=period)
    _tell(work, unit.parent_id, _K.PERIOD_SUBMITTED, review, unit)
    return period_views.show_one(work, unit, period)


def accept(work: Work, period: str, data: PeriodDecide) -> PeriodRead:
    """The month is frozen with it, unless it was before."""
    unit = work.fetch(Permission.PERIOD_ACCEPT, Organization, data.organization_id)
    superiors.expect_above(work, Permission.PERIOD_ACCEPT, unit)
    branch = period_freezes.hold(work, unit, period)
    review = _take(work, unit, period, "accept")
    _expect_settled(work, unit, period)
    lock = period_freezes.freeze(work, unit, branch, ACCEPTED_REASON)
    review.lock_id = lock.id if lock else None
    return _decide(work, unit, review, data.comment)


def return_(work: Work, period: str, data: PeriodReturn) -> PeriodRead:
    """With a comment; the lock that came of its acceptance is lifted."""
    unit = work.fetch(Permission.PERIOD_RETURN, Organization, data.organization_id)
    superiors.expect_above(work, Permission.PERIOD_RETURN, unit)
    branch = period_freezes.hold(work, unit, period)
    review = _take(work, unit, period, "return")
    if _is_above_accepted(work, unit, period):
        raise ParentAccepted
    if (lock := _lock_of(work, review)) is not None:
        period_freezes.lift(work, branch, lock)
    review.lock_id = None
    return _decide(work, unit, review, data.comment)


def _take(work: Work, unit: Organization, period: str, verb: str) -> PeriodReview:
    review = _find(work, unit, period)
    if review is None:
        raise InvalidTransition(allowed=["submit"])
    return review.take(verb)


def _decide(
    work: Work, unit: Organization, review: PeriodReview, comment: str | None
) -> PeriodRead:
    review.comment = comment
    review.decided_at, review.decided_by = work.now, work.actor.account_id
    work.record(f"period.{review.status}", review, period=review.period, comment=comment)
    _tell(work, unit.id, _K.PERIOD_DECIDED, review, unit)
    return period_views.show_one(work, unit, review.period)


def _find(work: Work, unit: Organization, period: str) -> PeriodReview | None:
    statement = pick(PeriodReview).where(
        col(PeriodReview.organization_id) == unit.id, col(PeriodReview.period) == period
    )
    found: PeriodReview | None = work.session.execute(
        _scoped(statement.with_for_update())
    ).scalar_one_or_none()
    return found


def _expect_settled(work: Work, unit: Organization, period: str) -> None:
    waiting = [
        each
        for each in period_states.of_children(work.session, unit.id, period)
        if each.state not in period_states.SETTLED
    ]
    if waiting:
        names = [each.unit.name for each in waiting[:_NAMED]]
        raise ChildrenOpen(count=len(waiting), names=names)


def _is_above_accepted(work: Work, unit: Organization, period: str) -> bool:
    """In the tree of the period."""
    accepted = (
        pick(PeriodReview.id)
        .join(Figure, col(Figure.parent_id) == col(PeriodReview.organization_id))
        .where(
            col(Figure.organization_id) == unit.id,
            col(Figure.period) == period,
            col(PeriodReview.period) == period,
            col(PeriodReview.status) == ReviewStatus.ACCEPTED,
        )
    )
    return work.session.execute(_scoped(accepted)).first() is not None


def _lock_of(work: Work, review: PeriodReview) -> PeriodLock | None:
    """The lock that its acceptance made, while it stands."""
    statement = pick(PeriodLock).where(
        col(PeriodLock.id) == review.lock_id, col(PeriodLock.lifted_at).is_(None)
    )
    found: PeriodLock | None = work.session.execute(_scoped(statement)).scalar_one_or_none()
    return found


def _tell(
    work: Work,
    unit_id: UUID | None,
    kind: NotificationKind,
    review: PeriodReview,
    unit: Organization,
) -> None:
    """Those who lead a unit, and its office."""
    if unit_id is None:
        return
    work.session.flush()  # the notice names the review
    month = f"tháng {int(review.period[5:])}/{review.period[:4]}"
    title = f"{unit.name}: {month} {_TOLD[review.status]}"
    notices.tell(work, _staff_of(work, unit_id), Notice(kind, review, title, review.comment or ""))


_TOLD = {
    ReviewStatus.SUBMITTED: "đã trình duyệt",
    ReviewStatus.RETURNED: "bị trả lại",
    ReviewStatus.ACCEPTED: "đã được duyệt",
}


def _staff_of(work: Work, unit_id: UUID) -> Sequence[UUID]:
    officers: Any = pick(Office.member_id).where(
        col(Office.organization_id) == unit_id,
        col(Office.role) == Role.OFFICER,
        col(Office.member_id).is_not(None),
        *valid_on(Office, local_date(work.now)),
    )
    found = work.session.execute(_scoped(officers)).scalars()
    return [*notices.secretaries_of(work, unit_id), *found]


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="at or above a reached unit")
