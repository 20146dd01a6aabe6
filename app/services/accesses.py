"""Who saw confidential data of a member in clear: noted with the reading, read by the member.

It names the post and the unit by which somebody may look, and not the person who holds the post.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col, or_

from app.core.clock import local_date
from app.core.ids import new_id
from app.core.paging import Order, Page
from app.core.selects import pick
from app.models import (
    AccessEntry,
    AccessWay,
    Member,
    Office,
    Organization,
    OrganizationKind,
    Role,
)
from app.policies.permissions import Permission
from app.policies.roles import GRANTS, position_of
from app.schemas.accesses import AccessQuery, AccessRead
from app.services import memberships, stand_ins
from app.services.notices import Subject
from app.work import Work

NEWEST_FIRST = Order((col(AccessEntry.created_at), col(AccessEntry.id)), descending=True)
#: By which power each way leads to the data.
_POWERS: Final = {
    AccessWay.REVEAL: Permission.MEMBER_REVEAL,
    AccessWay.CONTACT: Permission.CONTACT_READ,
    AccessWay.CALL_LIST: Permission.CONTACT_READ,
    AccessWay.ACTIVATION_CODE: Permission.ACTIVATION_CODE_CREATE,
}
TITLES: Final = {
    Role.SECRETARY: "Bí thư",
    Role.DEPUTY_SECRETARY: "Phó Bí thư",
    Role.COMMITTEE_MEMBER: "Cấp ủy viên",
    Role.STAND_IN: "Người thay bí thư",
    Role.OFFICER: "Cán bộ văn phòng cấp ủy",
    Role.INSPECTOR: "Cán bộ kiểm tra",
    Role.ADMINISTRATOR: "Quản trị viên",
}
_NO_OFFICE: Final = "Hệ thống"


class Seat(NamedTuple):
    """An office of whoever looks: where in the tree, and how it is named."""

    path: str
    words: str


class Noted(NamedTuple):
    subject: Subject
    office: str


def note(
    work: Work,
    member_ids: Iterable[UUID],
    way: AccessWay,
    fields: Sequence[str],
    reason: str | None = None,
) -> Mapping[UUID, Noted]:
    """An entry for each member but oneself, past the session: a list is noted by one statement."""
    cells = memberships.cells_of(work, set(member_ids) - {work.actor.member_id})
    seats = _seats(work, _POWERS[way]) if cells else []
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "created_at": work.now,
            "version": 1,
            "organization_id": cell.organization_id,
            "member_id": member_id,
            "account_id": work.actor.account_id,
            "office": _office_over(cell.path, seats),
            "way": way,
            "fields": list(fields),
            "reason": reason,
            "request_id": work.actor.request_id,
        }
        for member_id, cell in cells.items()
    ]
    if rows:
        work.session.connection().execute(insert(AccessEntry), rows)
    return {
        row["member_id"]: Noted(Subject(row["organization_id"], row["id"]), row["office"])
        for row in rows
    }


def search_own(work: Work, query: AccessQuery) -> Page[AccessRead]:
    """Also of rows that were merged into one's own: it is the same person."""
    own = work.within_reach(Permission.ACCESS_ENTRY_READ, AccessEntry)
    if work.actor.is_member:
        merged = pick(Member.id).where(col(Member.merged_into_id) == work.actor.member_id)
        mine = or_(
            col(AccessEntry.member_id) == work.actor.member_id,
            col(AccessEntry.member_id).in_(merged),
        )
        own = pick(AccessEntry).where(mine).execution_options(scoped="about oneself")
    return work.search(own, query, {}, NEWEST_FIRST, lambda record: view(record[0]))


def view(entry: AccessEntry) -> AccessRead:
    return AccessRead(
        at=entry.created_at,
        office=entry.office,
        way=entry.way,
        fields=entry.fields,
        reason=entry.reason,
    )


def _seats(work: Work, power: Permission) -> Sequence[Seat]:
    """The offices held today that give the power, the nearest to the cells first."""
    actor = work.actor
    holders = [col(Office.account_id) == actor.account_id]
    if actor.member_id is not None:
        holders.append(col(Office.member_id) == actor.member_id)
    statement = (
        pick(Office.role, Organization.kind, Organization.name, Organization.path)
        .join(Organization, col(Organization.id) == Office.organization_id)
        .where(or_(*holders), *stand_ins.hold_on(local_date(work.now)))
        .order_by(col(Organization.path).desc(), col(Office.id))
    )
    held = work.session.execute(statement.execution_options(scoped="own offices"))
    return [
        Seat(path, f"{TITLES[role]} · {name}")
        for role, kind, name, path in held
        if power in GRANTS[position_of(role, at_a_cell=kind is OrganizationKind.CELL)]
    ]


def _office_over(path: str, seats: Collection[Seat]) -> str:
    """The nearest above a cell; of one who has come from elsewhere, the highest that there is."""
    over = [seat for seat in seats if path.startswith(seat.path)]
    nearest = over[:1] or sorted(seats)[:1]
    return nearest[0].words if nearest else _NO_OFFICE
