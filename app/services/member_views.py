"""What is derived of a member for one day: cell, standing, state, account. Selected in one go."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, null, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.core.confidential import masked
from app.models import (
    Account,
    AccountState,
    ActivationCode,
    EndReason,
    Exemption,
    ExemptionKind,
    Member,
    Membership,
    MembershipKind,
    MemberState,
    Standing,
)
from app.models.base import valid_on
from app.schemas.members import MemberRead

_HIDDEN = ("card_number", "personal_id", "phone")
#: Which exemption shows as the state when several hold, the weightiest first.
_SHOWN_STATES = (
    (ExemptionKind.SUSPENDED, MemberState.SUSPENDED),
    (ExemptionKind.IN_TRANSIT, MemberState.IN_TRANSIT),
    (ExemptionKind.INTERRUPTED, MemberState.INTERRUPTED),
    (ExemptionKind.EXEMPT, MemberState.EXEMPT),
)


def state_on(day: date) -> ColumnElement[Any]:
    """The member's state on a day, from memberships that ended and exemptions that hold."""
    gone = [
        (_ended(reason, day), state)
        for reason, state in (
            (EndReason.DECEASED, MemberState.DECEASED),
            (EndReason.LEFT, MemberState.LEFT),
        )
    ]
    held = [(_is_under(kind, day), state) for kind, state in _SHOWN_STATES]
    return case(*gone, *held, else_=MemberState.ACTIVE.value)


def standing_on(day: date) -> ColumnElement[Any]:
    """`Member.standing_on` as SQL."""
    return case(
        (col(Member.official_on) <= day, Standing.OFFICIAL.value),
        (col(Member.official_on) > day, Standing.PROBATIONARY.value),
        (col(Member.is_probationary).is_(True), Standing.PROBATIONARY.value),
        else_=null(),
    )


def account_state(now: datetime) -> ColumnElement[Any]:
    """none, invited (a code is out), activated, locked or disabled; joined to `Account`."""
    code = aliased(ActivationCode)
    invited = exists().where(
        col(code.member_id) == Member.id,
        col(code.used_at).is_(None),
        col(code.voided_at).is_(None),
        col(code.expires_at) > now,
    )
    return case(
        (col(Account.disabled_at).is_not(None), AccountState.DISABLED.value),
        (col(Account.locked_at).is_not(None), AccountState.LOCKED.value),
        (col(Account.id).is_not(None), AccountState.ACTIVATED.value),
        (invited, AccountState.INVITED.value),
        else_=AccountState.NONE.value,
    )


def residence_on(day: date) -> ColumnElement[Any]:
    """The cell of official residence on a day; the last one of a member who is gone."""
    own = aliased(Membership)
    final = and_(
        col(own.end_reason).in_((EndReason.LEFT, EndReason.DECEASED)), col(own.valid_to) <= day
    )
    return (
        select(own.organization_id)
        .where(
            own.member_id == Member.id,
            own.kind == MembershipKind.OFFICIAL_RESIDENCE,
            own.valid_from <= day,
            or_(and_(*valid_on(own, day)), final),
        )
        .order_by(col(own.valid_from).desc())
        .limit(1)
        .scalar_subquery()
    )


def with_derived(statement: Select[Any], day: date, now: datetime) -> Select[Any]:
    """Add what a `MemberRead` needs to a statement over `Member`."""
    return statement.outerjoin(Account, col(Account.member_id) == Member.id).add_columns(
        residence_on(day).label("residence"),
        state_on(day).label("state"),
        account_state(now).label("account_state"),
    )


def view(record: Any, day: date, own_id: UUID | None) -> MemberRead:
    """A record of `with_derived` as the caller may see it: masked unless it is the own row."""
    member: Member = record[0]
    shown = {name: getattr(member, name) for name in _HIDDEN}
    if member.id != own_id:
        shown = {name: masked(text) for name, text in shown.items()}
    return MemberRead(
        id=member.id,
        full_name=member.full_name,
        sex=member.sex,
        born_on=member.born_on,
        admitted_on=member.admitted_on,
        official_on=member.official_on,
        organization_id=record.residence,
        standing=member.standing_on(day),
        state=MemberState(record.state),
        account_state=AccountState(record.account_state),
        version=member.version,
        **shown,
    )


def in_cells(cells: Any, day: date, *, or_gone: bool) -> ColumnElement[bool]:
    """Members with a membership of any kind in these cells on a day; the departed when asked."""
    own = aliased(Membership)
    holds = and_(*valid_on(own, day))
    if or_gone:
        departed = col(own.end_reason).in_((EndReason.LEFT, EndReason.DECEASED))
        holds = or_(holds, and_(departed, col(own.valid_to) <= day))
    return col(Member.id).in_(
        select(own.member_id).where(col(own.organization_id).in_(cells), holds)
    )


def _ended(reason: EndReason, day: date) -> ColumnElement[bool]:
    own = aliased(Membership)
    return exists().where(
        col(own.member_id) == Member.id, col(own.end_reason) == reason, col(own.valid_to) <= day
    )


def _is_under(kind: ExemptionKind, day: date) -> ColumnElement[bool]:
    own = aliased(Exemption)
    return exists().where(
        col(own.member_id) == Member.id, col(own.kind) == kind, *valid_on(own, day)
    )
