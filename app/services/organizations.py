"""The tree: a unit is founded under another, renamed, and closed on a date."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.core import periods
from app.core.clock import local_date
from app.core.errors import Conflict, Invalid
from app.core.paging import Filters, Order, Page
from app.core.text import fold
from app.models import (
    Membership,
    Organization,
    OrganizationKind,
    OrganizationParent,
    Reorganization,
    ReorganizationKind,
)
from app.models.base import valid_on
from app.models.organizations import SEGMENT_WIDTH
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.organizations import (
    OrganizationCreate,
    OrganizationQuery,
    OrganizationUpdate,
)
from app.services import closures, figure_days, figures, parents, tree_rows, trees
from app.services.intervals import expect_interval
from app.services.versions import expect_version
from app.work import Work

_K = OrganizationKind
_LEVELS = (_K.CENTRAL, _K.PROVINCE, _K.SUPERIOR, _K.GRASSROOTS, _K.SECTION, _K.CELL, _K.PARTY_GROUP)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

FILTERS: Filters = {
    "parent_id": lambda parent_id: col(Organization.parent_id) == parent_id,
    "kind": lambda kinds: col(Organization.kind).in_(kinds),
    "text": lambda text: col(Organization.search_text).contains(fold(text), autoescape=True),
    "valid_on": closures.is_there_on,
}
ORDER = Order((col(Organization.path),))


class CodeTaken(Conflict):
    vi = "Mã tổ chức này đã có."
    en = "This code is taken."


class StillInUse(Conflict):
    code = "still_in_use"
    vi = "Tổ chức còn tổ chức trực thuộc hoặc đảng viên đang sinh hoạt sau ngày này."
    en = "There are units or members below that last longer."


def may_stand_under(kind: OrganizationKind, above: OrganizationKind) -> bool:
    """Higher kinds stand above lower ones; a cell holds party groups only."""
    if above is _K.CELL:
        return kind is _K.PARTY_GROUP
    return kind is not _K.PARTY_GROUP and _LEVELS.index(above) < _LEVELS.index(kind)


def search(work: Work, query: OrganizationQuery) -> Page[Organization]:
    statement = work.within_reach(Permission.ORGANIZATION_READ, Organization)
    if query.organization_id is not None:
        branch = get(work, query.organization_id)
        statement = statement.where(within_branch(branch.path))
    return work.search(statement, query, FILTERS, ORDER)


def get(work: Work, organization_id: UUID) -> Organization:
    return work.fetch(Permission.ORGANIZATION_READ, Organization, organization_id)


def create(work: Work, data: OrganizationCreate) -> Organization:
    parent = work.fetch(Permission.ORGANIZATION_CREATE, Organization, data.parent_id)
    trees.hold(work.session)
    if not may_stand_under(data.kind, parent.kind):
        raise Invalid.at(
            "/kind",
            "wrong_level",
            "Loại tổ chức này không thể trực thuộc tổ chức cấp trên đã chọn.",
            "A unit of this kind cannot stand under that parent.",
        )
    valid_from = data.valid_from or local_date(work.now)
    closures.expect_there(work, parent, valid_from, "/valid_from")
    expect_interval(valid_from, data.valid_to)
    _refuse_taken(work, data.code)
    found = data.model_dump(exclude={"parent_id", "valid_from", "decision"})
    unit = Organization(
        **found,
        search_text=fold(f"{data.name} {data.code}"),
        valid_from=valid_from,
        segment="",
        path="",
    )
    plant(work, [(unit, parent)])
    work.record("organization.created", unit, after=data.model_dump(mode="json"))
    if data.decision is not None:
        _note_founding(work, unit, parent, data.decision)
    return unit


def change(
    work: Work, organization_id: UUID, data: OrganizationUpdate, if_match: int | None
) -> Organization:
    unit = work.fetch(Permission.ORGANIZATION_CHANGE, Organization, organization_id)
    expect_version(unit.version, if_match)
    changes = data.model_dump(exclude_unset=True)
    if "valid_to" in changes:
        trees.hold(work.session)
        closures.hold(work, unit)
    if "code" in changes and changes["code"] != unit.code:
        _refuse_taken(work, changes["code"])
    before = {name: str(getattr(unit, name)) for name in changes}
    ends = [day for day in (unit.valid_to, changes.get("valid_to")) if day is not None]
    if changes.get("valid_to") is not None:
        refuse_closing(work, unit, changes["valid_to"])
    unit.sqlmodel_update(changes)
    unit.search_text = fold(f"{unit.name} {unit.code}")
    work.record("organization.changed", unit, before=before, after=data.model_dump(mode="json"))
    if "valid_to" in changes and ends:
        trees.follow(work, [unit.id], min(ends))
    return unit


def plant(work: Work, pairs: Collection[tuple[Organization, Organization | None]]) -> None:
    """Put new units into the tree, parents before children, and give them figures."""
    trees.hold(work.session)
    new = {unit.id for unit, _ in pairs}
    for above in {parent.id: parent for _, parent in pairs if parent}.values():
        if above.id not in new:
            work.session.refresh(above, ["path"])  # it may have moved until it was held
    number = _planted(work.session)
    for unit, parent in pairs:
        number += 1
        unit.created_at = work.now
        unit.segment = _segment(number)
        unit.parent_id = parent.id if parent else None
        unit.path = (parent.path if parent else "") + unit.segment
        work.add(unit)
    work.session.flush()
    for unit, _ in pairs:
        work.add(
            OrganizationParent(
                created_at=work.now,
                organization_id=unit.id,
                parent_id=unit.parent_id,
                valid_from=unit.valid_from,
            )
        )
    work.session.flush()
    figure_days.start(work.session, local_date(work.now))
    _refigure(work, [unit for unit, _ in pairs], _since(unit for unit, _ in pairs))


def _note_founding(work: Work, unit: Organization, parent: Organization, decision: str) -> None:
    """The first entry of a unit's history."""
    work.add(
        Reorganization(
            created_at=work.now,
            organization_id=unit.id,
            kind=ReorganizationKind.FOUNDED,
            effective_on=unit.valid_from,
            decision=decision,
            parent_id=parent.id,
            decided_by=work.actor.account_id,
        )
    )


def _refigure(work: Work, units: Collection[Organization], among: Iterable[str]) -> None:
    """Rows for units that are new or live longer, counted; of those that live shorter, counted."""
    opened = figures.opened(work, among)
    ids = [unit.id for unit in units]
    for period in opened:
        tree_rows.add_rows(work.session, period, local_date(work.now), ids)
    figures.recount(work, ids, opened)


def _since(units: Iterable[Organization]) -> Iterable[str]:
    first: date = min(unit.valid_from for unit in units)
    return periods.span(max("2000-01", periods.period_of(first)), "2100-12")


def _segment(number: int) -> str:
    """Four characters in base 36 and a dot: 1.6 million units, each segment used once."""
    text = ""
    for _ in range(SEGMENT_WIDTH - 1):
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text + "."


def _planted(session: Session) -> int:
    """The highest number any unit was planted with."""
    statement = select(func.max(Organization.segment))
    last = session.execute(statement.execution_options(scoped="numbering")).scalar_one()
    return int(last[:-1], len(_DIGITS)) if last else 0


def _refuse_taken(work: Work, code: str) -> None:
    statement = select(Organization.id).where(Organization.code == code)
    if work.session.execute(statement.execution_options(scoped="codes are unique")).first():
        raise CodeTaken


def refuse_closing(work: Work, unit: Organization, day: date) -> None:
    """A unit closes after everything in it: nobody is left in a cell that is no more."""
    expect_interval(unit.valid_from, day)
    _, stays = valid_on(Membership, day)
    members = select(Membership.id).where(
        Membership.organization_id == unit.id,
        stays,
        col(Membership.valid_from).is_distinct_from(col(Membership.valid_to)),  # not undone
    )
    stayed = work.session.execute(members.execution_options(scoped="below the unit")).first()
    if stayed or parents.links_under(work, unit.id, day):
        raise StillInUse
