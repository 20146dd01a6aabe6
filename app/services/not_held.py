"""A cell says that it did not meet in a period; it may take that back, and meeting does."""

from uuid import UUID

from sqlmodel import col, select

from app.core import periods
from app.core.clock import local_date
from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import Filters, Order, Page
from app.models import (
    HELD_STATUSES,
    Meeting,
    NotHeld,
    Organization,
    OrganizationKind,
)
from app.policies.permissions import Permission
from app.schemas.not_held import NotHeldCreate, NotHeldQuery
from app.services import branches, closures, period_locks, rooms, rules
from app.work import Work

NEWEST_FIRST = Order((col(NotHeld.period), col(NotHeld.id)), descending=True)
FILTERS: Filters = {"period": lambda period: col(NotHeld.period) == period}


class PeriodNotBegun(Conflict):
    code = "period_not_begun"
    vi = "Kỳ này chưa bắt đầu."
    en = "This period has not begun."


class MeetingHeld(Conflict):
    code = "meeting_held"
    vi = "Chi bộ đã sinh hoạt trong kỳ này."
    en = "The cell held its monthly meeting in this period."


class AlreadyDeclared(Conflict):
    vi = "Chi bộ đã báo không sinh hoạt trong kỳ này."
    en = "The cell has said so already."


class AlreadyExcused(Conflict):
    vi = "Đã chấp nhận lý do không sinh hoạt."
    en = "The reason is accepted already."


def search(work: Work, query: NotHeldQuery) -> Page[NotHeld]:
    statement = branches.within(work, Permission.NOT_HELD_READ, NotHeld, query.organization_id)
    standing = statement.where(col(NotHeld.withdrawn_at).is_(None))
    return work.search(standing, query, FILTERS, NEWEST_FIRST)


def get(work: Work, not_held_id: UUID) -> NotHeld:
    return _standing(work.fetch(Permission.NOT_HELD_READ, NotHeld, not_held_id))


def create(work: Work, data: NotHeldCreate) -> NotHeld:
    cell = work.fetch(Permission.NOT_HELD_CREATE, Organization, data.organization_id)
    _check_cell(work, cell, data.period)
    period_locks.expect_open(work, cell.id, data.period)
    if data.period > periods.period_at(work.now):
        raise PeriodNotBegun
    if _has_met(work, cell, data.period):
        raise MeetingHeld
    if _declared(work, cell.id, data.period):
        raise AlreadyDeclared
    declared = work.add(
        NotHeld(**data.model_dump(), created_at=work.now, declared_by=work.actor.account_id)
    )
    work.record("not_held.created", declared, period=data.period, reason=data.reason)
    return declared


def withdraw(work: Work, not_held_id: UUID) -> None:
    declared = _standing(work.fetch(Permission.NOT_HELD_WITHDRAW, NotHeld, not_held_id))
    period_locks.expect_open(work, declared.organization_id, declared.period)
    declared.withdrawn_at = work.now
    work.record("not_held.withdrawn", declared, period=declared.period)


def excuse(work: Work, not_held_id: UUID) -> NotHeld:
    """The level above accepts the reason: the cell stays counted, and holds nobody up."""
    declared = _standing(work.fetch(Permission.NOT_HELD_EXCUSE, NotHeld, not_held_id))
    period_locks.expect_open(work, declared.organization_id, declared.period)
    if declared.excused_at is not None:
        raise AlreadyExcused
    declared.excused_at, declared.excused_by = work.now, work.actor.account_id
    work.record("not_held.excused", declared, period=declared.period)
    return declared


def retract(work: Work, meeting: Meeting) -> None:
    """Withdraw what was said of the period, when its monthly meeting was held after all."""
    if meeting.kind not in rooms.rules_of(work, meeting).monthly_kinds:
        return
    declared = _declared(work, meeting.organization_id, meeting.period)
    if declared is not None:
        declared.withdrawn_at = work.now
        work.record("not_held.withdrawn", declared, period=declared.period, because="met")


def _standing(declared: NotHeld) -> NotHeld:
    if declared.withdrawn_at is not None:
        raise NotFound
    return declared


def _check_cell(work: Work, cell: Organization, period: str) -> None:
    alive = select(Organization.id).where(
        Organization.id == cell.id,
        Organization.kind == OrganizationKind.CELL,
        closures.is_alive_in(period),
    )
    if work.session.execute(alive.execution_options(scoped="of a reached cell")).first() is None:
        raise Invalid.at(
            "/organization_id",
            "not_a_cell",
            "Không phải chi bộ hoạt động trong kỳ này.",
            "Not a cell of this period.",
        )


def _has_met(work: Work, cell: Organization, period: str) -> bool:
    """By a meeting of a kind that is owed every month, as was decided for its day."""
    held = select(Meeting.kind, Meeting.starts_at).where(
        Meeting.organization_id == cell.id,
        Meeting.starts_at >= periods.starts_at(period),
        Meeting.starts_at < periods.ends_at(period),
        col(Meeting.status).in_(HELD_STATUSES),
    )
    records = work.session.execute(held.execution_options(scoped="of a reached cell"))
    rulebook = rules.load(work.session, [cell.path])
    return any(
        kind in rulebook.at(cell.path, local_date(starts_at)).monthly_kinds
        for kind, starts_at in records
    )


def _declared(work: Work, cell_id: UUID, period: str) -> NotHeld | None:
    standing = select(NotHeld).where(
        NotHeld.organization_id == cell_id,
        NotHeld.period == period,
        col(NotHeld.withdrawn_at).is_(None),
    )
    scoped = standing.execution_options(scoped="of a reached cell")
    return work.session.exec(scoped).one_or_none()
