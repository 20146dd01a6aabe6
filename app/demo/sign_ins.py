"""Whom one can be in the demonstration: one person for each kind of role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from app.core import totp, walls
from app.demo.committee import STAFF_NAME
from app.models import Account, Member, Membership, Office, Organization, OrganizationKind, Role

_PLAIN = "member"


@dataclass(frozen=True)
class SignIn:
    """`totp` is the secret behind the digits of whoever needs a second factor."""

    role: str
    identifier: str
    name: str
    totp: str | None

    def __str__(self) -> str:
        line = f'sign-in role={self.role} identifier={self.identifier} name="{self.name}"'
        return f"{line} totp={self.totp}" if self.totp else line

    def digits(self, now: datetime) -> str | None:
        """What an authenticator shows at this moment; None for whoever needs no second factor."""
        return totp.digits(self.totp, totp.step_at(now)) if self.totp else None


@walls.beyond("the demonstration's own people")
def sign_ins(session: Session) -> list[SignIn]:
    """Officer, secretary, deputy and member of the first cell, inspector, administrator."""
    shown = [
        SignIn(role, str(who.card_number), who.full_name, _account(session, who).totp_secret)
        for role, who in _members(session)
    ]
    secret = _administrator(session).totp_secret
    return [*shown, SignIn("administrator", STAFF_NAME, "Quản trị hệ thống", secret)]


@walls.beyond("the demonstration's own people")
def enrol(session: Session, now: datetime) -> None:
    """Give each of them who needs a second factor and has none a random one of their own."""
    leading = [_account(session, who) for role, who in _members(session) if role != _PLAIN]
    for account in (*leading, _administrator(session)):
        if account.totp_secret is None:
            account.totp_secret = totp.new_secret()
            account.totp_confirmed_at = now


def _members(session: Session) -> Iterator[tuple[str, Member]]:
    cell = _first(
        session,
        select(Organization)
        .where(Organization.kind == OrganizationKind.CELL)
        .order_by(col(Organization.path)),
    )
    root = _first(session, select(Organization).order_by(col(Organization.path)))
    yield "officer", _holder(session, root, Role.OFFICER)
    yield "secretary", _holder(session, cell, Role.SECRETARY)
    yield "deputy_secretary", _holder(session, cell, Role.DEPUTY_SECRETARY)
    yield _PLAIN, _plain_member(session, cell)
    yield "inspector", _holder(session, root, Role.INSPECTOR)


def _account(session: Session, member: Member) -> Account:
    found: Account = _first(session, select(Account).where(Account.member_id == member.id))
    return found


def _administrator(session: Session) -> Account:
    found: Account = _first(session, select(Account).where(Account.staff_name == STAFF_NAME))
    return found


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
