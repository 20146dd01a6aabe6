"""Members: entered by the office or the cell, read masked, changed field by field."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import col, select

from app.core import walls
from app.core.clock import local_date
from app.core.confidential import blind_index
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.paging import Filters, Order, Page
from app.core.text import fold, sort_key
from app.models import Member, Membership, MemberState, Organization, OrganizationKind
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.members import MemberCreate, MemberQuery, MemberRead, MemberUpdate
from app.services import (
    closures,
    correction_ends,
    figures,
    member_views,
    own_deeds,
    superiors,
)
from app.services.versions import expect_version
from app.work import Work

FILTERS: Filters = {
    "text": lambda text: col(Member.search_text).contains(fold(text), autoescape=True),
}
ORDER = Order((col(Member.sort_key), col(Member.id)))
ADULT_AGE = 18
#: Who is listed only when asked for: their last membership is over.
_GONE = frozenset({MemberState.DECEASED, MemberState.LEFT})
_HIDDEN = ("card_number", "personal_id", "phone")


_IDENTITY, _RENAMED = ("card_number", "personal_id"), "member.identity_changed"


class TooManyRenamed(own_deeds.TooManyDeeds):
    code = "too_many_identity_changes"
    allowed = 20
    vi = "Mỗi người chỉ sửa được 20 số thẻ hoặc số định danh trong 24 giờ; hãy dùng tệp nhập liệu."
    en = "One person changes 20 card numbers or ids within 24 hours; import a file instead."


class IdentityTaken(Conflict):
    vi = "Số thẻ, số định danh hoặc điện thoại này đã thuộc về một đảng viên khác."
    en = "This card number, personal id or phone belongs to another member."


def search(work: Work, query: MemberQuery) -> Page[MemberRead]:
    day = query.on or local_date(work.now)
    statement = work.within_reach(Permission.MEMBER_READ, Member)
    cells = select(Organization.id)
    if query.organization_id is not None:
        unit = work.fetch(Permission.ORGANIZATION_READ, Organization, query.organization_id)
        cells = cells.where(within_branch(unit.path))
    gone = _GONE.intersection(query.status or ())
    statement = statement.where(member_views.in_cells(cells, day, or_gone=bool(gone)))
    if query.status:
        statement = statement.where(member_views.state_on(day).in_(query.status))
    if query.account_state:
        wanted = member_views.account_state(work.now).in_(query.account_state)
        statement = statement.where(wanted)
    derived = member_views.with_derived(statement, day, work.now)
    own = work.actor.member_id
    return work.search(
        derived, query, FILTERS, ORDER, lambda record: member_views.view(record, day, own)
    )


def get(work: Work, member_id: UUID) -> MemberRead:
    work.fetch(Permission.MEMBER_READ, Member, member_id)
    statement = work.within_reach(Permission.MEMBER_READ, Member).where(col(Member.id) == member_id)
    return read(work, statement)


def read(work: Work, statement: Select[Any]) -> MemberRead:
    """The one member a statement selects, with what is derived of them today."""
    today = local_date(work.now)
    work.session.flush()
    record = work.session.execute(member_views.with_derived(statement, today, work.now)).one()
    return member_views.view(record, today, work.actor.member_id)


def create(work: Work, data: MemberCreate) -> MemberRead:
    cell = work.fetch(Permission.MEMBER_CREATE, Organization, data.organization_id)
    if cell.kind is not OrganizationKind.CELL:
        raise Invalid.at(
            "/organization_id",
            "not_a_cell",
            "Đảng viên sinh hoạt tại chi bộ; hãy chọn một chi bộ.",
            "A member belongs to a cell.",
        )
    today = local_date(work.now)
    closures.expect_there(work, cell, today, "/organization_id")
    expect_possible(data.model_dump(), today)
    _refuse_taken(work, data.model_dump())
    shown = data.model_dump(exclude={*_HIDDEN, "organization_id"})
    member = Member(
        **shown,
        search_text=fold(data.full_name),
        sort_key=sort_key(data.full_name),
        is_probationary=data.official_on is None,
    )
    for name in _HIDDEN:
        setattr(member, name, getattr(data, name))
    work.add(member)
    work.session.flush()
    work.add(Membership(organization_id=cell.id, member_id=member.id, valid_from=today))
    work.record("member.created", member, organization_id=str(cell.id))
    figures.recount_members(work, [member.id], since=today)
    return get(work, member.id)


def change(work: Work, member_id: UUID, data: MemberUpdate, if_match: int | None) -> MemberRead:
    member = work.fetch(Permission.MEMBER_CHANGE, Member, member_id)
    expect_version(member.version, if_match)
    changes = data.model_dump(exclude_unset=True)
    known = {name: getattr(member, name) for name in MemberUpdate.model_fields}
    expect_possible(known | changes, local_date(work.now))
    if changes.keys() & set(_HIDDEN):
        _expect_may_name(work, member)
    _refuse_taken(work, changes, besides=member.id)
    for name, value in changes.items():
        setattr(member, name, value)
    index(member)
    if "official_on" in changes:
        member.is_probationary = changes["official_on"] is None
    work.session.flush()
    work.record("member.changed", member, fields=sorted(changes))
    if changes.keys() & set(_IDENTITY):
        work.record(_RENAMED, member)
    correction_ends.settle(work, [member.id])
    return get(work, member_id)


def _expect_may_name(work: Work, member: Member) -> None:
    """What somebody signs in by is changed by whoever reaches all their offices; and seldom, since
    each try tells whether another has the number.
    """
    beyond = select(Member.id).where(
        col(Member.id) == member.id, superiors.leads_beyond(work, Permission.MEMBER_CHANGE)
    )
    if work.session.execute(beyond.execution_options(scoped="a reached member")).first():
        raise Forbidden
    own_deeds.expect_fewer(work, _RENAMED, TooManyRenamed)


def index(member: Member) -> None:
    """Bring what a member is found and sorted by up to the name."""
    member.search_text, member.sort_key = fold(member.full_name), sort_key(member.full_name)


def expect_possible(facts: dict[str, Any], today: date) -> None:
    """Admitted at 18 at the earliest, official not before (Điều lệ Đảng, 1.2 and 5)."""
    born_on, admitted_on, official_on = (
        facts.get(name) for name in ("born_on", "admitted_on", "official_on")
    )
    if born_on and admitted_on and _years(born_on, admitted_on) < ADULT_AGE:
        raise Invalid.at(
            "/admitted_on",
            "too_young",
            "Ngày vào Đảng phải sau khi đủ 18 tuổi.",
            "Members are admitted at 18 at the earliest.",
        )
    if admitted_on and admitted_on > today:
        raise Invalid.at(
            "/admitted_on", "in_the_future", "Ngày vào Đảng chưa đến.", "This day is yet to come."
        )
    if admitted_on and official_on and official_on < admitted_on:
        raise Invalid.at(
            "/official_on",
            "before_admission",
            "Ngày chính thức không thể trước ngày vào Đảng.",
            "The official date lies before the admission.",
        )


def _years(first: date, last: date) -> int:
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


@walls.beyond("an id belongs to one member")
def _refuse_taken(work: Work, values: dict[str, Any], besides: UUID | None = None) -> None:
    for name in _HIDDEN:
        if (text := values.get(name)) is None:
            continue
        index = blind_index(text, f"members.{name}")
        statement = select(Member.id).where(getattr(Member, f"{name}_index") == index)
        if besides is not None:
            statement = statement.where(Member.id != besides)
        if work.session.execute(statement.execution_options(scoped="ids are unique")).first():
            raise IdentityTaken
