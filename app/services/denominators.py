"""The four denominators: who counts where. Everything that shows a rate asks here.

`accounts` by 339-QD/TW; `summoned` by HD 42-HD/BTCTW; `entitled to vote` by 294-QD/TW 9.3.2;
`cells` by the monthly bulletin.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.selects import pick
from app.models import (
    ExclusionReason,
    Exemption,
    ExemptionKind,
    Membership,
    MembershipKind,
    Organization,
    OrganizationKind,
    RosterReason,
    Standing,
)
from app.models.base import valid_on
from app.services import closures

_K = ExemptionKind
#: Reasons that keep a member off the roster of a meeting altogether, the weightiest first.
OFF_THE_ROSTER = {
    _K.SUSPENDED: ExclusionReason.SUSPENDED,
    _K.INTERRUPTED: ExclusionReason.INTERRUPTED,
    _K.IN_TRANSIT: ExclusionReason.IN_TRANSIT,
    _K.SPECIAL_DUTY: ExclusionReason.SPECIAL_DUTY,
}
#: Reasons that take the vote.
WITHOUT_A_VOTE = frozenset({_K.SUSPENDED, _K.PROSECUTED, _K.DETAINED})


@dataclass(frozen=True)
class Person:
    """A member as one cell sees them on one day."""

    standing: Standing | None
    kind: MembershipKind = MembershipKind.OFFICIAL_RESIDENCE
    exemptions: frozenset[ExemptionKind] = frozenset()
    is_temporarily_elsewhere: bool = False
    is_present: bool = False


def is_due_an_account(person: Person) -> bool:
    """Official and probationary members of their own cell, but not the exempt."""
    resident = person.kind is MembershipKind.OFFICIAL_RESIDENCE
    return resident and _K.EXEMPT not in person.exemptions


def roster_reason(person: Person) -> RosterReason | None:
    """Why the member is on the roster; None when off it. The exempt stand apart on it."""
    return None if exclusion_reason(person) else reason_on_it(person)


def exclusion_reason(person: Person) -> ExclusionReason | None:
    """Why the member is off the roster; None when on it."""
    for kind, reason in OFF_THE_ROSTER.items():
        if kind in person.exemptions:
            return reason
    resident = person.kind is MembershipKind.OFFICIAL_RESIDENCE
    is_away = resident and person.is_temporarily_elsewhere
    return ExclusionReason.TEMPORARILY_ELSEWHERE if is_away else None


def reason_on_it(person: Person) -> RosterReason:
    if _K.EXEMPT in person.exemptions:
        return RosterReason.EXEMPT
    if person.kind is not MembershipKind.OFFICIAL_RESIDENCE:
        return RosterReason.TEMPORARY
    return _BY_STANDING[person.standing]


_BY_STANDING = {
    Standing.OFFICIAL: RosterReason.OFFICIAL,
    Standing.PROBATIONARY: RosterReason.PROBATIONARY,
    None: RosterReason.UNKNOWN_STANDING,
}


def is_summoned(person: Person) -> bool:
    """On the roster; an exempt member only when present, and then in both counts."""
    reason = roster_reason(person)
    return reason is not None and (reason is not RosterReason.EXEMPT or person.is_present)


def is_entitled_to_vote(person: Person) -> bool:
    """Summoned official members, away on business or not; never without the right to vote."""
    return (
        is_summoned(person)
        and person.standing is Standing.OFFICIAL
        and not person.exemptions & WITHOUT_A_VOTE
    )


def may_vote(person: Person) -> bool:
    """Entitled to vote once present: what is frozen with the roster."""
    return is_entitled_to_vote(replace(person, is_present=True))


def accounts_due(day: date) -> Select[Any]:
    """Cell and member of everybody due an account on a day: `is_due_an_account` as SQL."""
    exempt = aliased(Exemption)
    is_exempt = exists().where(
        col(exempt.member_id) == Membership.member_id,
        col(exempt.kind) == ExemptionKind.EXEMPT,
        *valid_on(exempt, day),
    )
    return pick(Membership.organization_id, Membership.member_id).where(
        col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE,
        *valid_on(Membership, day),
        ~is_exempt,
    )


def is_cell_on(day: date) -> ColumnElement[bool]:
    """Cells that are valid on a day, and not closed on it."""
    return and_(col(Organization.kind) == OrganizationKind.CELL, closures.is_there_on(day))
