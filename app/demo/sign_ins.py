"""Whom one can be in the demonstration: one person for each kind of role."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from app.demo.committee import STAFF_NAME
from app.models import Account, Member, Membership, Office, Organization, OrganizationKind, Role


@dataclass(frozen=True)
class SignIn:
    role: str
    identifier: str
    name: str

    def __str__(self) -> str:
        return f'sign-in role={self.role} identifier={self.identifier} name="{self.name}"'


def sign_ins(session: Session) -> list[SignIn]:
    """Officer, secretary, deputy and member of the first cell, inspector, administrator."""
    cell = _first(
        session,
        select(Organization)
        .where(Organization.kind == OrganizationKind.CELL)
        .order_by(col(Organization.path)),
    )
    root = _first(session, select(Organization).order_by(col(Organization.path)))
    holders = [
        ("officer", _holder(session, root, Role.OFFICER)),
        ("secretary", _holder(session, cell, Role.SECRETARY)),
        ("deputy_secretary", _holder(session, cell, Role.DEPUTY_SECRETARY)),
        ("member", _plain_member(session, cell)),
        ("inspector", _holder(session, root, Role.INSPECTOR)),
    ]
    shown = [SignIn(role, str(who.card_number), who.full_name) for role, who in holders]
    return [*shown, SignIn("administrator", STAFF_NAME, "Quản trị hệ thống")]


def _holder(session: Session, unit: Organization, role: Role) -> Member:
    statement = (
        select(Member)
        .join(Office, col(Office.member_id) == Member.id)
        .where(Office.organization_id == unit.id, Office.role == role)
    )
    found: Member = _first(session, statement)
    return found


def _plain_member(session: Session, cell: Organization) -> Member:
    leading = select(Office.member_id).where(col(Office.member_id).is_not(None))
    statement = (
        select(Member)
        .join(Membership, col(Membership.member_id) == Member.id)
        .join(Account, col(Account.member_id) == Member.id)
        .where(Membership.organization_id == cell.id, col(Member.id).not_in(leading))
        .order_by(col(Member.sort_key))
    )
    found: Member = _first(session, statement)
    return found


def _first(session: Session, statement: Any) -> Any:
    scoped = statement.limit(1).execution_options(scoped="the demonstration's own people")
    return session.execute(scoped).scalars().one()
