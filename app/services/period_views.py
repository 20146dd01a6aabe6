"""Months of a unit as they are shown: locked or not, by whose word, and how far on their way up."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.selects import pick
from app.models import Figure, Organization, PeriodException, PeriodLock, PeriodReview
from app.schemas.base import OrganizationBrief
from app.schemas.periods import PeriodExceptionRead, PeriodRead, PeriodReviewRead
from app.services import period_states
from app.work import Work

_OWN = aliased(Figure)
#: What is shown of a month's own row.
COLUMNS: tuple[Any, ...] = (Figure.period, Figure.locked_at, Figure.open_until)


def show(work: Work, unit: Organization, rows: Sequence[Any]) -> list[PeriodRead]:
    """Each row of `COLUMNS` with all that was said of it."""
    among = [row.period for row in rows]
    reasons, exceptions, reviews = (
        find(work, unit, among) for find in (_reasons, _exceptions, _reviews)
    )
    shown = []
    for row in rows:
        is_open = row.open_until is not None and row.open_until > work.now
        states = period_states.of_children(work.session, unit.id, row.period)
        shown.append(
            PeriodRead(
                organization=OrganizationBrief.model_validate(unit),
                period=row.period,
                locked=row.locked_at is not None and not is_open,
                locked_at=row.locked_at,
                open_until=row.open_until if is_open else None,
                reason=reasons.get(row.period),
                exceptions=exceptions.get(row.period, []),
                review=reviews.get(row.period),
                progress=period_states.tally(states),
            )
        )
    return shown


def show_one(work: Work, unit: Organization, period: str) -> PeriodRead:
    work.session.flush()
    statement = pick(*COLUMNS).where(
        col(Figure.organization_id) == unit.id, col(Figure.period) == period
    )
    return show(work, unit, [work.session.execute(_scoped(statement)).one()])[0]


def _reasons(work: Work, unit: Organization, among: Sequence[str]) -> Mapping[str, Any]:
    """Why the latest lock that keeps the unit was made, on it or above."""
    statement = (
        _beside(PeriodLock, unit, among)
        .where(
            col(PeriodLock.lifted_at).is_(None),
            col(_OWN.path) >= col(Figure.path),
            col(_OWN.path) < col(Figure.path) + "~",
        )
        .order_by(col(PeriodLock.id))
    )
    return {row[0].period: row[0].reason for row in work.session.execute(_scoped(statement))}


def _exceptions(work: Work, unit: Organization, among: Sequence[str]) -> Mapping[str, Any]:
    """Those that hold for the unit and for units below."""
    exception = PeriodException
    statement = (
        _beside(exception, unit, among)
        .where(
            col(exception.ended_at).is_(None),
            or_(col(exception.until).is_(None), col(exception.until) > work.now),
            col(Figure.path) >= col(_OWN.path),
            col(Figure.path) < col(_OWN.path) + "~",
        )
        .order_by(col(Figure.path), col(exception.id))
    )
    found: dict[str, list[PeriodExceptionRead]] = defaultdict(list)
    for row, place in work.session.execute(_scoped(statement)):
        found[row.period].append(
            PeriodExceptionRead(
                organization=OrganizationBrief.model_validate(place),
                reason=row.reason,
                until=row.until,
                granted_at=row.created_at,
            )
        )
    return found


def _reviews(work: Work, unit: Organization, among: Sequence[str]) -> Mapping[str, Any]:
    statement = pick(PeriodReview).where(
        col(PeriodReview.organization_id) == unit.id, col(PeriodReview.period).in_(among)
    )
    found = work.session.execute(_scoped(statement)).scalars()
    return {row.period: PeriodReviewRead.model_validate(row) for row in found}


def _beside(
    model: type[PeriodLock] | type[PeriodException], unit: Organization, among: Sequence[str]
) -> Select[Any]:
    """Each with its unit, its place in the period, and beside it the place of `unit`."""
    place = and_(
        col(Figure.organization_id) == col(model.organization_id),
        col(Figure.period) == col(model.period),
    )
    own = and_(col(_OWN.organization_id) == unit.id, col(_OWN.period) == col(model.period))
    return (
        pick(model, Organization)
        .join(Figure, place)
        .join(_OWN, own)
        .join(Organization, col(Organization.id) == col(model.organization_id))
        .where(col(model.period).in_(among))
    )


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="at, above or below a reached unit")
