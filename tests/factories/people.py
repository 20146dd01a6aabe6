"""Members with their memberships, accounts, sessions and offices."""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, select

from app.core.text import fold, sort_key
from app.core.tokens import fingerprint
from app.models import (
    Account,
    AccountSession,
    Exemption,
    ExemptionKind,
    Member,
    Membership,
    Office,
    Organization,
    Role,
    Sex,
)

_NAMES = (
    "Nguyễn Thị Đào",
    "Trần Văn Bình",
    "Lê Thị Hà",
    "Phạm Quốc Ấn",
    "Vũ Thị Ánh",
    "Đỗ Văn Ước",
)
R = TypeVar("R", bound=SQLModel)
DEVICE_KEY = "a device of the tests"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_member(
    session: Session, cell: Organization | None, *, number: int, **overrides: Any
) -> Member:
    """A member of a cell since 5 January 2026; `number` makes the ids."""
    defaults: dict[str, Any] = {
        "full_name": f"{_NAMES[number % len(_NAMES)]} {number}",
        "sex": Sex.FEMALE,
        "born_on": date(1980, 1, 1) + timedelta(days=number),
        "admitted_on": date(2010, 3, 26),
        "official_on": date(2011, 3, 26),
        "is_probationary": False,
    }
    joined_on = overrides.pop("joined_on", date(2026, 1, 5))
    hidden = {
        "personal_id": f"970080{number:06d}",
        "card_number": f"970080{number:06d}",
        "phone": None,
    }
    hidden |= {name: overrides.pop(name) for name in list(overrides) if name in hidden}
    facts = defaults | overrides
    facts["search_text"], facts["sort_key"] = fold(facts["full_name"]), sort_key(facts["full_name"])
    member = Member(**facts)
    for name, text in hidden.items():
        setattr(member, name, text)
    session.add(member)
    session.flush()
    if cell is not None:
        make_membership(session, cell, member, valid_from=joined_on)
    return member


def make_membership(
    session: Session, cell: Organization, member: Member, **overrides: Any
) -> Membership:
    defaults: dict[str, Any] = {"valid_from": date(2026, 1, 5)}
    return _saved(
        session,
        Membership(organization_id=cell.id, member_id=member.id, **(defaults | overrides)),
    )


def make_exemption(
    session: Session, cell: Organization, member: Member, **overrides: Any
) -> Exemption:
    defaults: dict[str, Any] = {"kind": ExemptionKind.EXEMPT, "valid_from": date(2026, 1, 5)}
    return _saved(
        session, Exemption(organization_id=cell.id, member_id=member.id, **(defaults | overrides))
    )


def make_account(
    session: Session, member: Member | None, *, password_hash: str, at: datetime, **overrides: Any
) -> Account:
    account = Account(
        member_id=member.id if member else None,
        password_hash=password_hash,
        activated_at=at,
        created_at=at,
        **overrides,
    )
    return _saved(session, account)


def make_session(session: Session, account: Account, *, at: datetime) -> AccountSession:
    row = AccountSession(
        account_id=account.id,
        device_name="phone",
        device_digest=fingerprint("device", DEVICE_KEY.encode()),
        created_at=at,
        last_used_at=at + timedelta(days=130),
        proved_at=at + timedelta(days=180),
        refreshed_at=at,
        expires_at=at + timedelta(days=180),
    )
    return _saved(session, row)


def make_office(
    session: Session, unit: Organization, holder: Member | Account, *, role: Role, **overrides: Any
) -> Office:
    held_by = "member_id" if isinstance(holder, Member) else "account_id"
    defaults: dict[str, Any] = {"valid_from": date(2026, 1, 5), held_by: holder.id}
    office = _saved(session, Office(organization_id=unit.id, role=role, **(defaults | overrides)))
    held = Account.member_id == holder.id if held_by == "member_id" else Account.id == holder.id
    for account in session.exec(select(Account).where(held)):
        enrol(session, account)
    return office


def enrol(session: Session, account: Account) -> None:
    """A second factor, as whoever holds an office has one."""
    account.totp_secret = TOTP_SECRET
    account.totp_confirmed_at = account.created_at
    _saved(session, account)


def _saved(session: Session, row: R) -> R:
    session.add(row)
    session.flush()
    return row
