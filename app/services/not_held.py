"""A cell says that it did not meet in a period, and may take that back."""

from uuid import UUID

from sqlmodel import col, exists, select

from app.core import periods
from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import Filters, Order, Page
from app.models import (
    HELD_STATUSES,
    Meeting,
    MeetingKind,
    NotHeld,
    Organization,
    OrganizationKind,
)
from app.policies.roles import Permission
from app.schemas.not_held import NotHeldCreate, NotHeldQuery
from app.services import branches
from app.work import Work

NEWEST_FIRST = Order((col(NotHeld.period), col(NotHeld.id)), descending=True)
FILTERS: Filters = {"period": lambda period: col(NotHeld.period) == period}


class PeriodNotBegun(Conflict):
    code = "period_not_begun"
    vi = "Kỳ này chưa bắt đầu."
    en = "This period has not begun."


class MeetingHeld(Conflict):
    code = "meeting_held"
    vi = "Chi bộ đã sinh hoạt thường kỳ trong kỳ này."
    en = "The cell held a regular meeting in this period."


class AlreadyDeclared(Conflict):
    vi = "Chi bộ đã báo không sinh hoạt trong kỳ này."
    en = "The cell has said so already."


def search(work: Work, query: NotHeldQuery) -> Page[NotHeld]:
    statement = branches.within(work, Permission.NOT_HELD_READ, NotHeld, query.organization_id)
    standing = statement.where(col(NotHeld.withdrawn_at).is_(None))
    return work.search(standing, query, FILTERS, NEWEST_FIRST)


def get(work: Work, not_held_id: UUID) -> NotHeld:
    return _standing(work.fetch(Permission.NOT_HELD_READ, NotHeld, not_held_id))


def create(work: Work, data: NotHeldCreate) -> NotHeld:
    cell = work.fetch(Permission.NOT_HELD_CREATE, Organization, data.organization_id)
    _check_cell(cell, data.period)
    if data.period > periods.period_at(work.now):
        raise PeriodNotBegun
    if _has_met(work, cell, data.period):
        raise MeetingHeld
    if _is_declared(work, cell, data.period):
        raise AlreadyDeclared
    declared = work.add(
        NotHeld(**data.model_dump(), created_at=work.now, declared_by=work.actor.account_id)
    )
    work.record("not_held.created", declared, period=data.period, reason=data.reason)
    return declared


def withdraw(work: Work, not_held_id: UUID) -> None:
    declared = _standing(work.fetch(Permission.NOT_HELD_WITHDRAW, NotHeld, not_held_id))
    declared.withdrawn_at = work.now
    work.record("not_held.withdrawn", declared, period=declared.period)


def _standing(declared: NotHeld) -> NotHeld:
    if declared.withdrawn_at is not None:
        raise NotFound
    return declared


def _check_cell(cell: Organization, period: str) -> None:
    first, last = periods.first_day(period), periods.last_day(period)
    existed = cell.valid_from <= last and (cell.valid_to is None or first < cell.valid_to)
    if cell.kind is not OrganizationKind.CELL or not existed:
        raise Invalid.at(
            "/organization_id",
            "not_a_cell",
            "Không phải chi bộ hoạt động trong kỳ này.",
            "Not a cell of this period.",
        )


def _has_met(work: Work, cell: Organization, period: str) -> bool:
    met = select(Meeting.id).where(
        Meeting.organization_id == cell.id,
        Meeting.kind == MeetingKind.REGULAR,
        Meeting.starts_at >= periods.starts_at(period),
        Meeting.starts_at < periods.ends_at(period),
        col(Meeting.status).in_(HELD_STATUSES),
    )
    statement = select(exists(met)).execution_options(scoped="of a reached cell")
    return bool(work.session.execute(statement).scalar_one())


def _is_declared(work: Work, cell: Organization, period: str) -> bool:
    standing = select(NotHeld.id).where(
        NotHeld.organization_id == cell.id,
        NotHeld.period == period,
        col(NotHeld.withdrawn_at).is_(None),
    )
    statement = select(exists(standing)).execution_options(scoped="of a reached cell")
    return bool(work.session.execute(statement).scalar_one())
