"""Fills an empty database with the demonstration committee, through the service's own doors.

One transaction: a load that is interrupted leaves the database empty. Every number that a screen
shows afterwards is counted from these rows.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, select

from app.core import periods
from app.demo import calendar, evenings, sign_ins
from app.demo.calendar import Month
from app.demo.committee import Committee, Tell, appoint, bring_in
from app.models import Account, AuditEntry, Organization
from app.policies.actors import SYSTEM
from app.services import activations, figure_days, figures
from app.work import Work

LOADED = "demonstration.loaded"


def is_loaded(session: Session) -> bool:
    """Whether this database holds the demonstration, and so may have its passwords renewed."""
    statement = select(AuditEntry.id).where(AuditEntry.action == LOADED).limit(1)
    marked = statement.execution_options(scoped="the demonstration's own mark")
    return session.execute(marked).first() is not None


def is_empty(session: Session) -> bool:
    """Whether nobody has brought a unit in yet."""
    statement = select(Organization.id).limit(1)
    return session.execute(statement.execution_options(scoped="any unit")).first() is None


def load(session: Session, now: datetime, password_hash: str, tell: Tell) -> None:
    """Import the committee as of January, then live every month up to the present one."""
    first = min(calendar.FIRST_PERIOD, periods.period_at(now))
    work = Work(session, SYSTEM, periods.starts_at(first) + timedelta(hours=8))
    committee = bring_in(work, tell)
    appoint(work, committee, password_hash)
    waiting: list[UUID] | None = None
    for month in calendar.months(now, len(committee.everybody), len(committee.cells)):
        figure_days.bring_to(session, month.until)
        work = replace(work, now=month.until)
        waiting = _activate(work, committee, month, password_hash, waiting)
        evenings.live(work, committee, month)
        tell(f"lived the month {month.period}")
    if session.get_bind().dialect.name == "postgresql":
        while folded := figures.fold(session):
            tell(f"folded {folded} changes upwards")
    sign_ins.enrol(session, now)
    work.record(LOADED, committee.root)


def renew(session: Session, now: datetime, password_hash: str) -> None:
    """Give every account of the demonstration the password of this start; enrol who is shown."""
    session.execute(update(Account).values(password_hash=password_hash))
    sign_ins.enrol(session, now)


def _activate(
    work: Work,
    committee: Committee,
    month: Month,
    password_hash: str,
    waiting: list[UUID] | None,
) -> list[UUID]:
    """Open accounts until only as many wait as the story says; note who used theirs.

    Returns who still waits, in the order in which they will come round.
    """
    if waiting is None:
        waiting = _hesitant(committee, month)
        came = set(committee.everybody) - set(waiting)
    else:
        number = max(0, len(waiting) - month.without_account)
        came, waiting = set(waiting[:number]), waiting[number:]
    moments = {member: month.moment() for member in committee.everybody if member in came}
    activations.record(work, moments, password_hash)
    absent = set(waiting)
    users = [
        member
        for member in committee.everybody
        if member not in absent and (member in came or not month.is_idle())
    ]
    activations.record_use(work, users)
    return waiting


def _hesitant(committee: Committee, month: Month) -> list[UUID]:
    """Who is without an account at the end of the first month; nobody who leads or shows."""
    needed = {member for pair in committee.leaders.values() for member in pair}
    needed |= {*committee.staff, *committee.members[committee.cells[0].id]}
    others = [member for member in committee.everybody if member not in needed]
    month.chance.shuffle(others)
    return others[: month.without_account]
