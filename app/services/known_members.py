"""What is known already of the people in a member list, read for all of them at once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlmodel import col

from app.core.clock import local_date
from app.core.selects import AT_ONCE, portions
from app.models import (
    EndReason,
    Exemption,
    ExemptionKind,
    Member,
    Membership,
    MembershipKind,
    Organization,
    OrganizationKind,
)
from app.policies.permissions import Permission
from app.services import closures
from app.work import Work


class Facts(NamedTuple):
    """The columns of a member that a list fills."""

    full_name: str
    sex: str | None
    born_on: date | None
    admitted_on: date | None
    official_on: date | None
    is_probationary: bool | None
    personal_id_index: bytes | None
    card_number_index: bytes | None


class Residence(NamedTuple):
    """The cell of a member; the last one when the membership is over."""

    id: UUID
    organization_id: UUID
    valid_from: date
    valid_to: date | None
    end_reason: EndReason | None

    @property
    def is_open(self) -> bool:
        return self.valid_to is None


class Known(NamedTuple):
    """A stored member. `basis` grows with every change of the member or a membership."""

    id: UUID
    version: int
    facts: Facts
    residence: Residence | None
    basis: int


class Resident(NamedTuple):
    member_id: UUID
    organization_id: UUID
    search_text: str
    born_on: date | None


class Unit(NamedTuple):
    id: UUID
    code: str
    name: str
    kind: OrganizationKind


_FACTS = tuple(getattr(Member, name) for name in Facts._fields)
_RESIDENCE = tuple(getattr(Membership, name) for name in Residence._fields)
_SPLIT = len(_FACTS)
_KNOWN: tuple[Any, ...] = (Member.id, Member.version, Membership.version, *_FACTS, *_RESIDENCE)
_RESIDENT: tuple[Any, ...] = (
    Member.id,
    Membership.organization_id,
    Member.search_text,
    Member.born_on,
)
_EXEMPTION: tuple[Any, ...] = (Exemption.member_id, Exemption.kind)


def load(work: Work, persons: Sequence[bytes], cards: Sequence[bytes]) -> list[Known]:
    """The members with one of these personal ids or card numbers, reached by the actor or not."""
    found: dict[UUID, Known] = {}
    half = AT_ONCE // 2
    for start in range(0, len(persons), half):
        wanted = or_(
            col(Member.personal_id_index).in_(persons[start : start + half]),
            col(Member.card_number_index).in_(cards[start : start + half]),
        )
        found |= _known(work, wanted)
    return list(found.values())


def _known(work: Work, wanted: Any) -> dict[UUID, Known]:
    residing = and_(
        col(Membership.member_id) == Member.id,
        col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE,
    )
    statement = (
        select(*_KNOWN)
        .outerjoin(Membership, residing)
        .where(wanted)
        .order_by(col(Membership.valid_to).is_(None), col(Membership.valid_from))
    )
    found: dict[UUID, Known] = {}
    for member_id, version, step, *values in _all(work, statement):
        facts, residence = Facts(*values[:_SPLIT]), Residence(*values[_SPLIT:])
        before = found[member_id].basis if member_id in found else version
        found[member_id] = Known(
            member_id, version, facts, residence if step else None, before + (step or 0)
        )
    return found


def residents(work: Work, cells: Iterable[UUID]) -> list[Resident]:
    """Everybody who officially belongs to these cells."""
    return [
        Resident(*record)
        for portion in portions(cells)
        for record in _all(
            work,
            select(*_RESIDENT)
            .join(Membership, col(Membership.member_id) == Member.id)
            .where(
                col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE,
                col(Membership.organization_id).in_(portion),
                col(Membership.valid_to).is_(None),
            ),
        )
    ]


def exemptions(work: Work, members: Collection[UUID]) -> set[tuple[UUID, ExemptionKind]]:
    """The exemptions that hold today, by member and kind."""
    today = local_date(work.now)
    return {
        (member_id, kind)
        for portion in portions(members)
        for member_id, kind in _all(
            work,
            select(*_EXEMPTION).where(
                col(Exemption.member_id).in_(portion),
                or_(*_still_open(today)),
            ),
        )
    }


def units(work: Work) -> list[Unit]:
    """The units of today into which the actor may enter members."""
    statement = work.within_reach(
        Permission.MEMBER_CREATE,
        Organization,
        Organization.id,
        Organization.code,
        Organization.name,
        Organization.kind,
    ).where(closures.is_there_on(local_date(work.now)))
    return [Unit(*record) for record in work.session.execute(statement)]


def _still_open(today: date) -> tuple[Any, Any]:
    return col(Exemption.valid_to).is_(None), col(Exemption.valid_to) > today


def _all(work: Work, statement: Any) -> Any:
    return work.session.execute(statement.execution_options(scoped="matched to a list"))
