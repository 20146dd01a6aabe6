"""Exemptions and their like: over an interval a member counts differently, and why."""

from datetime import date
from uuid import UUID

from sqlmodel import and_, col, select

from app.core.errors import Conflict
from app.core.paging import Filters, Order, Page
from app.models import Exemption, Member, Membership, MembershipKind
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.schemas.exemptions import ExemptionCreate, ExemptionQuery, ExemptionUpdate
from app.services import branches, figures
from app.services.intervals import expect_interval
from app.work import Work

FILTERS: Filters = {
    "member_id": lambda member_id: col(Exemption.member_id) == member_id,
    "kind": lambda kinds: col(Exemption.kind).in_(kinds),
    "on": lambda day: and_(*valid_on(Exemption, day)),
}
ORDER = Order((col(Exemption.id),))


class NoCellThen(Conflict):
    code = "no_cell_then"
    vi = "Đảng viên không sinh hoạt tại chi bộ nào vào ngày bắt đầu."
    en = "The member belongs to no cell on the first day."


def search(work: Work, query: ExemptionQuery) -> Page[Exemption]:
    statement = branches.within(work, Permission.EXEMPTION_READ, Exemption, query.organization_id)
    return work.search(statement, query, FILTERS, ORDER)


def create(work: Work, data: ExemptionCreate) -> Exemption:
    member = work.fetch(Permission.EXEMPTION_CREATE, Member, data.member_id)
    expect_interval(data.valid_from, data.valid_to)
    exemption = work.add(
        Exemption(**data.model_dump(), organization_id=_cell_on(work, member.id, data.valid_from))
    )
    work.session.flush()
    work.record("exemption.created", exemption, after=data.model_dump(mode="json"))
    figures.recount_members(work, [member.id], since=data.valid_from)
    return exemption


def change(work: Work, exemption_id: UUID, data: ExemptionUpdate) -> Exemption:
    exemption = work.fetch(Permission.EXEMPTION_CHANGE, Exemption, exemption_id)
    expect_interval(exemption.valid_from, data.valid_to, shortest=0)
    ends = [day for day in (exemption.valid_to, data.valid_to) if day is not None]
    work.record(
        "exemption.changed",
        exemption,
        before=str(exemption.valid_to),
        after=str(data.valid_to),
    )
    exemption.valid_to = data.valid_to
    if ends:
        figures.recount_members(work, [exemption.member_id], since=min(ends))
    return exemption


def _cell_on(work: Work, member_id: UUID, day: date) -> UUID:
    statement = select(Membership.organization_id).where(
        Membership.member_id == member_id,
        Membership.kind == MembershipKind.OFFICIAL_RESIDENCE,
        *valid_on(Membership, day),
    )
    scoped = statement.execution_options(scoped="of a reached member")
    cell: UUID | None = work.session.execute(scoped).scalars().first()
    if cell is None:
        raise NoCellThen
    return cell
