"""Months are locked by the level above, opened again for some, and lock themselves when due."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from app.core import periods as months
from app.core.clock import local_date
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.paging import Order, Page
from app.core.selects import pick
from app.models import Figure, FigureDay, Organization, PeriodException, PeriodLock, PeriodReview
from app.policies.permissions import Permission
from app.policies.roles import Reach
from app.schemas.base import OrganizationBrief
from app.schemas.periods import (
    ChildState,
    LevelProgress,
    PeriodLockCreate,
    PeriodProgress,
    PeriodQuery,
    PeriodRead,
    PeriodUnlock,
)
from app.services import (
    period_freezes,
    period_states,
    period_views,
    rules,
    superiors,
)
from app.services.period_freezes import Branch
from app.services.rules import Rulebook
from app.work import Work

_LAST_MONTHS_FIRST = (col(Figure.period),)


class AlreadyLocked(Conflict):
    vi = "Kỳ này đã chốt cho toàn bộ đơn vị."
    en = "The period is locked for the whole unit already."


class NotLocked(Conflict):
    code = "not_locked"
    vi = "Kỳ này của đơn vị chưa chốt."
    en = "Nothing of the unit is locked in this period."


def search(work: Work, query: PeriodQuery) -> Page[PeriodRead]:
    """The months of a unit that have figures, the latest first."""
    unit = _unit(work, query.organization_id)
    statement = (
        pick(*period_views.COLUMNS)
        .where(col(Figure.organization_id) == unit.id)
        .execution_options(scoped="of a reached unit")
    )
    order = Order(_LAST_MONTHS_FIRST, descending=True, of=unit.id)
    page = work.search(statement, query, {}, order, lambda record: record)
    return Page(items=period_views.show(work, unit, page.items), next_cursor=page.next_cursor)


def progress(work: Work, period: str, organization_id: UUID) -> PeriodProgress:
    """How many units of each level have come how far, and where each one right below stands."""
    unit = work.fetch(Permission.PERIOD_READ, Organization, organization_id)
    period_freezes.expect_begun(work, period)
    path = period_freezes.place_of(work, unit, period)
    by_kind: dict[str, list[period_states.UnitState]] = {}
    for each in period_states.of_branch(work.session, period, path):
        by_kind.setdefault(each.unit.kind, []).append(each)
    return PeriodProgress(
        organization=OrganizationBrief.model_validate(unit),
        period=period,
        levels=[
            LevelProgress(kind=kind, **period_states.tally(found).model_dump())
            for kind, found in by_kind.items()
        ],
        children=[
            ChildState(organization=each.unit, state=each.state)
            for each in period_states.of_children(work.session, unit.id, period)
        ],
    )


def lock(work: Work, period: str, data: PeriodLockCreate) -> PeriodRead:
    """From now on nothing changes the month of the unit and of all below it."""
    unit = work.fetch(Permission.PERIOD_LOCK, Organization, data.organization_id)
    branch = period_freezes.hold(work, unit, period)
    if period_freezes.freeze(work, unit, branch, data.reason) is None:
        raise AlreadyLocked
    return period_views.show_one(work, unit, period)


def unlock(work: Work, period: str, data: PeriodUnlock) -> PeriodRead:
    """Until a moment, after which it is locked again as it then is; or for good."""
    unit = work.fetch(Permission.PERIOD_UNLOCK, Organization, data.organization_id)
    work.expect_proof()
    if data.until is not None and data.until <= work.now:
        raise Invalid.at("/until", "in_the_past", "Thời điểm này đã qua.", "This has passed.")
    branch = period_freezes.hold(work, unit, period)
    locked = [row for row in branch.rows if row.locked_at is not None]
    _expect_over(work, unit, branch)
    if not locked:
        raise NotLocked
    if data.until is None:
        period_freezes.thaw(work, branch, locked)
        period_freezes.lift_below(work, branch)
    exception = work.add(
        PeriodException(
            organization_id=unit.id,
            period=period,
            reason=data.reason,
            until=data.until,
            granted_by=work.actor.account_id,
            created_at=work.now,
        )
    )
    until = data.until and data.until.isoformat()
    work.record("period.unlocked", exception, period=period, reason=data.reason, until=until)
    if data.until is not None:
        period_freezes.open_until(work, branch, data.until)
    return period_views.show_one(work, unit, period)


def lock_due(work: Work) -> int:
    """Lock the months whose days are over by their committees' own decision; how many were.

    Once for each: what was opened again afterwards is not locked a second time by itself.
    """
    rulebook = rules.load(work.session)
    locked = 0
    for period in _over(work, rulebook):
        decided = dict(rulebook.said_of("lock_after_days", months.last_day(period)))
        due = {path for path, days in decided.items() if _is_due(work, period, days)}
        units = _unlocked(work, period, due)
        later = _places(work, period, decided.keys() - due) if units else []
        for unit in units:
            branch = period_freezes.hold(work, unit, period)
            longer = [path for path in later if path.startswith(branch.path)]
            reason = f"Tự động chốt sau {decided[unit.path]} ngày"
            done = period_freezes.freeze(work, unit, branch, reason, besides=longer)
            locked += done is not None
    return locked


def _unit(work: Work, organization_id: UUID | None) -> Organization:
    """The one asked for, else the highest whose months the caller sees."""
    if organization_id is not None:
        return work.fetch(Permission.PERIOD_READ, Organization, organization_id)
    paths = work.actor.paths(Permission.PERIOD_READ, Reach.BRANCH)
    if not paths:
        raise Forbidden
    statement = work.within_reach(Permission.PERIOD_READ, Organization)
    highest = statement.order_by(col(Organization.path)).where(
        col(Organization.path) == min(paths, key=lambda path: (len(path), path))
    )
    unit: Organization = work.session.execute(highest).scalar_one()
    return unit


def _expect_over(work: Work, unit: Organization, branch: Branch) -> None:
    """Held above the unit, and over each lock that keeps it: at its unit if it was locked by hand,
    above it if it was locked by being accepted.
    """
    superiors.expect_above(work, Permission.PERIOD_UNLOCK, unit)
    locks = period_freezes.standing_above(work, branch)
    accepted = pick(PeriodReview.lock_id).where(
        col(PeriodReview.lock_id).in_([each.id for each, _ in locks])
    )
    of_review = set(
        work.session.execute(accepted.execution_options(scoped="above a reached unit")).scalars()
    )
    superiors.expect_above(
        work, Permission.PERIOD_UNLOCK, *(place for each, place in locks if each.id in of_review)
    )
    superiors.expect_held(
        work, Permission.PERIOD_UNLOCK, {each.organization_id for each, _ in locks}
    )


def _over(work: Work, rulebook: Rulebook) -> Iterator[str]:
    """The periods that are over, since somebody decided that they lock themselves."""
    since = rulebook.first_day_of("lock_after_days")
    first = work.session.execute(select(FigureDay.first_period)).scalar_one_or_none()
    if since is None or first is None:
        return
    yesterday = months.first_day(months.period_at(work.now)) - timedelta(days=1)
    yield from months.span(max(first, months.period_of(since)), months.period_of(yesterday))


def _is_due(work: Work, period: str, days: int) -> bool:
    return months.last_day(period) + timedelta(days=days) < local_date(work.now)


def _places(work: Work, period: str, paths: Collection[str]) -> Sequence[str]:
    """Where the units that are at these paths today stood in the tree of the period."""
    statement = (
        pick(Figure.path)
        .join(Organization, col(Organization.id) == col(Figure.organization_id))
        .where(col(Figure.period) == period, col(Organization.path).in_(paths))
    )
    scoped = statement.execution_options(scoped="what all have decided")
    return work.session.execute(scoped).scalars().all()


def _unlocked(work: Work, period: str, due: Collection[str]) -> list[Organization]:
    """Of the units at these paths today those whose month nobody has locked yet, the highest
    first in the tree of the period.
    """
    if not due:
        return []
    known = pick(PeriodLock.organization_id).where(col(PeriodLock.period) == period)
    statement = (
        pick(Organization)
        .join(Figure, col(Figure.organization_id) == col(Organization.id))
        .where(
            col(Figure.period) == period,
            col(Figure.locked_at).is_(None),
            col(Organization.path).in_(due),
            col(Organization.id).not_in(known),
        )
        .order_by(col(Figure.path))
    )
    found = work.session.execute(statement.execution_options(scoped="what all have decided"))
    return list(found.scalars())
