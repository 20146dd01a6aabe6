"""Units move, merge, split, are dissolved and opened again: by a decision, from a day on.

The day may be past, today or to come. What was counted before it stays, and what is locked.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col

from app.core.clock import local_date
from app.core.errors import Conflict, Invalid
from app.core.paging import Filters, Order, Page
from app.models import (
    Closure,
    Organization,
    OrganizationParent,
    Reorganization,
    ReorganizationKind,
)
from app.policies.permissions import Permission
from app.schemas.reorganizations import (
    Decided,
    OrganizationDissolve,
    OrganizationMerge,
    OrganizationMove,
    OrganizationReopen,
    ReorganizationQuery,
)
from app.services import branches, changeovers, closings, closures, organizations, parents, trees
from app.work import Work

_K = ReorganizationKind
FILTERS: Filters = {
    "kind": lambda kinds: col(Reorganization.kind).in_(kinds),
    "successor_id": lambda successor_id: col(Reorganization.successor_id) == successor_id,
}
LATEST_FIRST = Order((col(Reorganization.effective_on), col(Reorganization.id)), descending=True)


class AlreadyThere(Conflict):
    code = "already_there"
    vi = "Từ ngày này tổ chức đã trực thuộc cấp trên đã chọn."
    en = "From this day on the unit stands there already."


class NotClosed(Conflict):
    code = "not_closed"
    vi = "Tổ chức đang hoạt động, không có ngày kết thúc."
    en = "The unit is open, and is not to close."


def search(work: Work, query: ReorganizationQuery) -> Page[Reorganization]:
    statement = branches.within(
        work, Permission.REORGANIZATION_READ, Reorganization, query.organization_id
    )
    return work.search(statement, query, FILTERS, LATEST_FIRST)


def move(work: Work, organization_id: UUID, data: OrganizationMove) -> Organization:
    unit = work.fetch(Permission.ORGANIZATION_MOVE, Organization, organization_id)
    parent = work.fetch(Permission.ORGANIZATION_MOVE, Organization, data.parent_id)
    trees.hold(work.session)
    day = data.effective_on
    closures.expect_there(work, unit, day, "/effective_on")
    link = parents.link_on(work, unit.id, day)
    if link.parent_id == parent.id:
        raise AlreadyThere
    ends = [end for end in (link.valid_to, unit.valid_to) if end is not None]
    until = min(ends, default=None)
    if parents.is_below(work, parent.id, unit.id, (day, until or date.max)):
        raise _at_parent(
            "circle",
            "Tổ chức không thể trực thuộc chính nó hoặc cấp dưới của nó.",
            "A unit cannot stand under itself or what is below it.",
        )
    expect_level(unit, parent, "/parent_id")
    closures.expect_lasting(work, parent, day, until, "/effective_on")
    parents.put(work, unit.id, parent.id, day)
    note(work, unit, _K.MOVED, data, parent.id)
    return settle(work, unit, data, [unit.id])


def merge(work: Work, organization_id: UUID, data: OrganizationMerge) -> Organization:
    """Members and units below go to the other unit; the merged one ends."""
    unit = work.fetch(Permission.ORGANIZATION_MERGE, Organization, organization_id)
    into = work.fetch(Permission.ORGANIZATION_MERGE, Organization, data.into_id)
    closings.hold(work, unit)
    day = data.effective_on
    _expect_ending(work, unit, day)
    if into.kind is not unit.kind or into.id == unit.id:
        raise Invalid.at(
            "/into_id",
            "wrong_level",
            "Chỉ sáp nhập vào một tổ chức khác cùng loại.",
            "A unit merges into another one of its kind.",
        )
    closures.expect_lasting(work, into, day, None, "/effective_on")
    moved = list(_hand_over(work, unit, into, data))
    changeovers.go_over(work, (unit.id, into.id), day)
    closings.close(work, unit, day, data.decision)
    note(work, unit, _K.MERGED, data, into.id)
    return settle(work, unit, data, [unit.id, into.id, *moved])


def dissolve(work: Work, organization_id: UUID, data: OrganizationDissolve) -> Organization:
    """Only what nobody belongs to any more; `successor_id` says who goes on with its work."""
    unit = work.fetch(Permission.ORGANIZATION_DISSOLVE, Organization, organization_id)
    if data.successor_id is not None:
        successor = work.fetch(Permission.ORGANIZATION_DISSOLVE, Organization, data.successor_id)
        closures.expect_there(work, successor, data.effective_on, "/successor_id")
        _refuse_itself(unit, successor)
    closings.hold(work, unit)
    _expect_ending(work, unit, data.effective_on)
    organizations.refuse_closing(work, unit, data.effective_on)
    closings.close(work, unit, data.effective_on, data.decision)
    note(work, unit, _K.DISSOLVED, data, data.successor_id)
    return settle(work, unit, data, [unit.id])


def reopen(work: Work, organization_id: UUID, data: OrganizationReopen) -> Organization:
    """A unit that ended, or is to end, goes on; nothing is expected of it between."""
    unit = work.fetch(Permission.ORGANIZATION_REOPEN, Organization, organization_id)
    trees.hold(work.session)
    closed_on, day = unit.valid_to, data.effective_on
    if closed_on is None:
        raise NotClosed
    if day < closed_on:
        raise Invalid.at(
            "/effective_on",
            "still_open",
            "Tổ chức còn hoạt động vào ngày này.",
            "The unit is open on this day.",
        )
    _expect_above(work, unit, day)
    unit.valid_to = None
    if closed_on < day:
        work.add(
            Closure(
                created_at=work.now, organization_id=unit.id, valid_from=closed_on, valid_to=day
            )
        )
    note(work, unit, _K.REOPENED, data)
    return settle(work, unit, data, [unit.id])


def note(
    work: Work,
    unit: Organization,
    kind: ReorganizationKind,
    data: Decided,
    other_id: UUID | None = None,
) -> None:
    """Keep the decision, with the new parent or the successor, and leave its trace."""
    has_moved = kind is _K.MOVED
    work.add(
        Reorganization(
            created_at=work.now,
            organization_id=unit.id,
            kind=kind,
            effective_on=data.effective_on,
            decision=data.decision,
            parent_id=other_id if has_moved else None,
            successor_id=None if has_moved else other_id,
            decided_by=work.actor.account_id,
        )
    )
    work.record(f"organization.{kind}", unit, after=data.model_dump(mode="json"))


def put_under(work: Work, link: OrganizationParent, parent: Organization, data: Decided) -> UUID:
    """Let a unit that stands under one of a link stand under another as long as that says."""
    unit = parents.unit_of(work, link)
    day = max(data.effective_on, link.valid_from)
    parents.put(work, unit.id, parent.id, day)
    note(work, unit, _K.MOVED, data, parent.id)
    return unit.id


def settle(
    work: Work, unit: Organization, data: Decided, touched: Collection[UUID]
) -> Organization:
    """Bring the tree of today, and the figures since the day, to what the decision says."""
    parents.bring_to(work.session, local_date(work.now), touched)
    trees.follow(work, touched, data.effective_on)
    return unit


def expect_level(unit: Organization, parent: Organization, pointer: str) -> None:
    if not organizations.may_stand_under(unit.kind, parent.kind):
        raise Invalid.at(
            pointer,
            "wrong_level",
            "Loại tổ chức này không thể trực thuộc tổ chức cấp trên đã chọn.",
            "A unit of this kind cannot stand under that parent.",
        )


def _hand_over(work: Work, unit: Organization, into: Organization, data: Decided) -> Iterator[UUID]:
    for link in parents.links_under(work, unit.id, data.effective_on):
        yield put_under(work, link, into, data)


def _expect_ending(work: Work, unit: Organization, day: date) -> None:
    """It ends on a day on which it would have gone on, after one day at least."""
    closures.expect_there(work, unit, day, "/effective_on")
    closures.expect_there(work, unit, day - timedelta(days=1), "/effective_on")


def _expect_above(work: Work, unit: Organization, since: date) -> None:
    """Where the unit stands from a day on somebody is above it."""
    for link in parents.links(work, unit.id):
        if link.parent_id is not None and (link.valid_to or date.max) > since:
            above = parents.above(work, link)
            first = max(since, link.valid_from)
            closures.expect_lasting(work, above, first, link.valid_to, "/effective_on")


def _refuse_itself(unit: Organization, successor: Organization) -> None:
    if successor.id == unit.id:
        raise Invalid.at(
            "/successor_id",
            "same_unit",
            "Tổ chức kế thừa phải là một tổ chức khác.",
            "The successor is another unit.",
        )


def _at_parent(code: str, vi: str, en: str) -> Invalid:
    return Invalid.at("/parent_id", code, vi, en)
