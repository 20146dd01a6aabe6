"""Brings the figures from day to day: new periods open, dated facts take effect, plans go on.

The first request after midnight does it when no worker has, so that no screen shows yesterday.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, union
from sqlmodel import Session, col, select

from app.core import database, patience, periods, walls
from app.core.clock import local_date
from app.models import Closure, Exemption, FigureDay, Membership, Organization
from app.policies.actors import SYSTEM
from app.services import figures, meeting_plans, parents, tree_rows, trees
from app.services import periods as periods_of_committees
from app.work import Work

_reached: dict[str, date] = {}


def turn(now: datetime) -> None:
    """Bring the figures to the local day of `now`; nothing to do on most calls."""
    today = local_date(now)
    place = str(database.engine().url)
    if _reached.get(place, date.min) >= today:
        return
    with patience.waiting(patience.OPERATION):
        reached = _turn(now)
    if reached is not None:
        _reached[place] = reached


def _turn(now: datetime) -> date | None:
    with database.writing() as session:
        meeting_plans.roll(session, now)  # first: whoever changes a plan locks it before the day
        reached = bring_to(session, now)
    with database.writing() as session:  # by itself: it waits for writers who ask for the day
        periods_of_committees.lock_due(Work(session, SYSTEM, now))
    return reached


def start(session: Session, today: date) -> None:
    """Begin to count, in the period of `today`; does nothing when it has begun."""
    if session.get(FigureDay, 1) is None:
        period = periods.period_of(today)
        session.add(FigureDay(day=today.isoformat(), first_period=period))
        session.flush()


@walls.beyond("figures count every row")
def bring_to(session: Session, now: datetime) -> date | None:
    """Open the periods and apply the facts up to the day of `now`; the day, None before `start`."""
    today = local_date(now)
    known = session.execute(select(FigureDay.day)).scalar_one_or_none()
    if known is None:
        return None
    if (last := date.fromisoformat(known)) < today:
        _bring_on(session, today, now)
    return max(last, today)


def _bring_on(session: Session, today: date, now: datetime) -> None:
    trees.hold(session)
    parents.bring_to(session, today)
    row = session.execute(select(FigureDay).with_for_update()).scalar_one()
    last = date.fromisoformat(row.day)
    if last >= today:  # somebody else came first
        return
    for period in periods.span(periods.period_of(last), periods.period_of(today)):
        until = periods.counted_on(period, today)
        if period > periods.period_of(last):
            tree_rows.add_rows(session, period, today)
            figures.recount_period(session, period, now)
            continue
        if moved := parents.changed_in(session, last, until):
            trees.settle(session, period, now, moved)
        if cells := _touched(session, last, until):
            figures.recount_period(session, period, now, cells)
    row.day = today.isoformat()


def reach_back(work: Work, period: str) -> None:
    """Let the figures begin with a period before their first; nothing when they do already.

    To be asked before anything is counted in the same work: it holds the day from others.
    """
    start(work.session, local_date(work.now))
    trees.hold(work.session)
    day = select(FigureDay).with_for_update()
    row = work.session.execute(day.execution_options(populate_existing=True)).scalar_one()
    earlier = [each for each in periods.span(period, row.first_period) if each < row.first_period]
    if not earlier:
        return
    row.first_period = period
    for each in earlier:
        tree_rows.add_rows(work.session, each, local_date(work.now))
        figures.recount_period(work.session, each, work.now)


def _touched(session: Session, after: date, until: date) -> set[UUID]:
    """Cells with a fact that begins or ends in (after, until]."""

    def dated(model: Any) -> Any:
        first = after + timedelta(days=1)
        return or_(
            col(model.valid_from).between(first, until), col(model.valid_to).between(first, until)
        )

    member_cells = select(Membership.organization_id).join(
        Exemption, col(Exemption.member_id) == Membership.member_id
    )
    statement = union(
        select(Membership.organization_id).where(dated(Membership)),
        member_cells.where(dated(Exemption)),
        select(Organization.id).where(dated(Organization)),
        select(Closure.organization_id).where(dated(Closure)),
    ).execution_options(scoped="figures count every row")
    return set(session.execute(statement).scalars())
