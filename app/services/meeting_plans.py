"""A cell plans its meetings once; drafts are made ahead, and follow the plan until touched."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlmodel import Session, col, exists, select

from app.core import periods, walls
from app.core.clock import local_date
from app.core.errors import Conflict, Invalid
from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.models import Document, Meeting, MeetingPlan, MeetingStatus, Organization
from app.policies.actors import SYSTEM
from app.policies.permissions import Permission
from app.schemas.meeting_plans import MeetingPlanCreate, MeetingPlanQuery, MeetingPlanUpdate
from app.schemas.meetings import MeetingCancel
from app.services import (
    agendas,
    branches,
    closures,
    meeting_times,
    meetings,
    occurrences,
    period_locks,
    rules,
)
from app.services.intervals import expect_interval
from app.services.versions import expect_version
from app.work import Work

#: How many periods after the running one have their drafts.
AHEAD = 2
NOT_PLANNED = MeetingCancel(reason="Kế hoạch sinh hoạt định kỳ không còn buổi này.")
NEWEST_FIRST = Order((col(MeetingPlan.id),), descending=True)
FILTERS: Filters = {"kind": lambda kinds: col(MeetingPlan.kind).in_(kinds)}


class _Occurrence(NamedTuple):
    """Where a plan puts its meeting of a period: nowhere in a month of holidays."""

    plan: MeetingPlan
    cell: Organization
    period: str
    starts_at: datetime | None


class AlreadyPlanned(Conflict):
    vi = "Chi bộ đã có kế hoạch định kỳ cho loại sinh hoạt này trong thời gian đó."
    en = "The cell has a plan for this kind of meeting and that time."


def search(work: Work, query: MeetingPlanQuery) -> Page[MeetingPlan]:
    statement = branches.within(
        work, Permission.MEETING_PLAN_READ, MeetingPlan, query.organization_id
    )
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def get(work: Work, meeting_plan_id: UUID) -> MeetingPlan:
    return work.fetch(Permission.MEETING_PLAN_READ, MeetingPlan, meeting_plan_id)


def create(work: Work, data: MeetingPlanCreate) -> MeetingPlan:
    cell = work.fetch(Permission.MEETING_PLAN_CREATE, Organization, data.organization_id)
    meeting_times.expect_cell(cell)
    said = data.model_dump() | {"valid_from": data.valid_from or local_date(work.now)}
    plan = MeetingPlan(**said, created_at=work.now, created_by=work.actor.account_id)
    _expect_one_rule(plan)
    expect_interval(plan.valid_from, plan.valid_to)
    closures.expect_there(work, cell, plan.valid_from, "/valid_from")
    _expect_alone(work, plan)
    work.record("meeting_plan.created", work.add(plan))
    work.session.flush()
    _keep(work, [plan])
    return plan


def change(
    work: Work, meeting_plan_id: UUID, data: MeetingPlanUpdate, if_match: int | None
) -> MeetingPlan:
    """From now on; a plan that ends on its first day was made by mistake."""
    plan = work.fetch(Permission.MEETING_PLAN_CHANGE, MeetingPlan, meeting_plan_id)
    expect_version(plan.version, if_match)
    said = data.model_dump().items()
    changes = {name: value for name, value in said if getattr(plan, name) != value}
    if not changes:
        return plan
    before = {name: getattr(plan, name) for name in changes}
    plan.sqlmodel_update(changes)
    _expect_one_rule(plan)
    expect_interval(plan.valid_from, plan.valid_to, shortest=0)
    if "valid_to" in changes:
        _expect_alone(work, plan)
    work.record("meeting_plan.changed", plan, before=before, after=changes)
    work.session.flush()  # locks it: nobody else makes rows of it now
    _keep(work, [plan])
    return plan


@walls.beyond("plans of every cell")
def roll(session: Session, now: datetime) -> None:
    """Bring every cell's drafts to the day of `now`; nothing when they stand so already."""
    last_day = periods.last_day(_horizon(now)[-1])
    statement = (
        select(MeetingPlan)
        .where(col(MeetingPlan.valid_from) <= last_day, _ends_after(local_date(now)))
        .order_by(col(MeetingPlan.id))
        .with_for_update()
    )
    plans = session.exec(statement.execution_options(scoped="plans of every cell")).all()
    if plans:
        _keep(Work(session, SYSTEM, now), plans)


def _horizon(now: datetime) -> list[str]:
    """The running period and those ahead."""
    horizon = [periods.period_at(now)]
    for _ in range(AHEAD):
        horizon.append(periods.next_period(horizon[-1]))
    return horizon


def _ends_after(day: date) -> ColumnElement[bool]:
    return or_(col(MeetingPlan.valid_to).is_(None), col(MeetingPlan.valid_to) > day)


def _expect_one_rule(plan: MeetingPlan) -> None:
    is_by_day = plan.day_of_month is not None
    if [is_by_day] * 2 != [plan.week is None, plan.weekday is None]:
        raise Invalid.at(
            "/day_of_month",
            "one_rule",
            "Chọn một ngày trong tháng, hoặc một thứ của một tuần.",
            "Name a day of the month, or a weekday of a week.",
        )


def _expect_alone(work: Work, plan: MeetingPlan) -> None:
    """One plan of a kind on a day; the cell waits for its turn."""
    scoped = {"scoped": "of a reached plan"}
    cell = select(Organization.id).where(col(Organization.id) == plan.organization_id)
    work.session.execute(cell.with_for_update(key_share=True).execution_options(**scoped))
    others = select(MeetingPlan.id).where(
        col(MeetingPlan.id) != plan.id,
        col(MeetingPlan.organization_id) == plan.organization_id,
        col(MeetingPlan.kind) == plan.kind,
        col(MeetingPlan.valid_from) < (plan.valid_to or date.max),
        _ends_after(plan.valid_from),
        col(MeetingPlan.valid_from).is_distinct_from(col(MeetingPlan.valid_to)),  # ever held
    )
    if work.session.execute(select(exists(others)).execution_options(**scoped)).scalar_one():
        raise AlreadyPlanned


def _keep(work: Work, plans: Sequence[MeetingPlan]) -> None:
    """A row for each plan and period; those that nobody has touched stand as the plan says."""
    cells = _cells_of(work, plans)
    known = _rows_of(work, plans)
    made: list[tuple[Meeting, Organization]] = []
    shut = _locked(work, cells)
    for due in _occurrences(work, plans, cells):
        if (due.cell.id, due.period) in shut:
            continue
        row, follows = known.get((due.plan.id, due.period), (None, False))
        if row is not None and follows:
            _follow(work, row, due)
        elif row is None and due.starts_at is not None and _may_be(work, due, due.starts_at):
            made.append((_draft(work, due, due.starts_at), due.cell))
    meetings.draft(work, made)
    agendas.carry(work, _soon(work, [row for row, _ in made]))
    standing = [
        row
        for row, follows in known.values()
        if follows and (row.organization_id, row.period) not in shut
    ]
    for row in agendas.carry(work, _soon(work, standing)):
        row.planned_version = row.version + 1
        work.record("agenda.carried", row)


def _locked(work: Work, cells: Mapping[UUID, Organization]) -> set[tuple[UUID, str]]:
    """Where nothing is made, moved or carried, whatever the plan says: locked months stay."""
    horizon = _horizon(work.now)
    asked = {(cell_id, period) for cell_id in cells for period in horizon}
    return period_locks.closed(work, asked)


def _cells_of(work: Work, plans: Sequence[MeetingPlan]) -> dict[UUID, Organization]:
    ids = {plan.organization_id for plan in plans}
    statement = select(Organization).where(col(Organization.id).in_(ids))
    scoped = statement.execution_options(scoped="of reached plans")
    return {cell.id: cell for cell in work.session.exec(scoped)}


def _rows_of(
    work: Work, plans: Sequence[MeetingPlan]
) -> dict[tuple[UUID | None, str | None], tuple[Meeting, bool]]:
    """What was made of the plans in the periods at hand, locked; and whether it still follows:
    a draft ahead that nobody has changed or put a document to.
    """
    prepared = select(Document.id).where(col(Document.meeting_id) == col(Meeting.id))
    follows = and_(
        col(Meeting.status) == MeetingStatus.DRAFT,
        col(Meeting.version) == col(Meeting.planned_version),
        col(Meeting.starts_at) > work.now,
        not_(exists(prepared)),
    )
    statement = (
        pick(Meeting, follows)
        .where(
            col(Meeting.plan_id).in_([plan.id for plan in plans]),
            col(Meeting.planned_period).in_(_horizon(work.now)),
        )
        .order_by(col(Meeting.id))
        .with_for_update(of=Meeting, key_share=True)
    )
    found = work.session.execute(statement.execution_options(scoped="of reached plans"))
    return {(row.plan_id, row.planned_period): (row, is_so) for row, is_so in found}


def _occurrences(
    work: Work, plans: Sequence[MeetingPlan], cells: Mapping[UUID, Organization]
) -> Iterator[_Occurrence]:
    rulebook = rules.load(work.session, {cell.path for cell in cells.values()})
    for plan in plans:
        cell = cells[plan.organization_id]
        for period in _horizon(work.now):
            decided = rulebook.at(cell.path, occurrences.day_in(period, plan))
            starts_at = occurrences.moment_in(period, plan, decided.holidays)
            yield _Occurrence(plan, cell, period, starts_at)


def _may_be(work: Work, due: _Occurrence, starts_at: datetime) -> bool:
    """Still ahead, on a day on which plan and cell hold."""
    return starts_at > work.now and occurrences.may_be_at(starts_at, due.plan, due.cell)


def _facts(plan: MeetingPlan, starts_at: datetime) -> dict[str, Any]:
    return {
        "title": plan.title or meeting_times.usual_title(plan.kind, starts_at),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=plan.lasts_minutes),
        "place": plan.place,
        "online_url": plan.online_url,
        "held_as": plan.held_as,
    }


def _draft(work: Work, due: _Occurrence, starts_at: datetime) -> Meeting:
    return Meeting(
        **_facts(due.plan, starts_at),
        organization_id=due.cell.id,
        kind=due.plan.kind,
        plan_id=due.plan.id,
        planned_period=due.period,
        planned_version=1,
        created_at=work.now,
        created_by=work.actor.account_id,
    )


def _follow(work: Work, row: Meeting, due: _Occurrence) -> None:
    """Not into the past: then the month keeps its day."""
    is_past = due.starts_at is not None and due.starts_at <= work.now
    starts_at = row.starts_at if is_past else due.starts_at
    if starts_at is None or not _may_be(work, due, starts_at):
        row.planned_period = None  # should the plan change its mind, it makes another
        meetings.cancel(work, row.id, NOT_PLANNED)
        return
    facts = _facts(due.plan, starts_at)
    changes = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if changes:
        before = {name: getattr(row, name) for name in changes}
        row.sqlmodel_update(changes | {"planned_version": row.version + 1})
        work.record("meeting.changed", row, before=before, after=changes)


def _soon(work: Work, rows: Iterable[Meeting]) -> list[Meeting]:
    """The drafts of the running period: what earlier meetings left open is theirs."""
    period = periods.period_at(work.now)
    drafts = (row for row in rows if row.status is MeetingStatus.DRAFT)
    return [row for row in drafts if row.planned_period == period]
