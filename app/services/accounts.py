"""Accounts: proved with a password, never with a default one."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from app.core.clock import local_date
from app.core.errors import Invalid, InvalidCredentials, NotFound
from app.core.passwords import verify_password
from app.models import Account, Membership
from app.models.base import valid_on
from app.schemas.auth import SHORTEST, Login, Tokens, length_of
from app.services import password_rules, security_notices, sessions, totp_codes
from app.services.identifiers import accounts_named, readings
from app.services.throttles import Try
from app.work import Work


@dataclass(frozen=True)
class Proof:
    """That a password was right for an account, whose hash was this one at the time."""

    account_id: UUID
    password_hash: str


def prove(work: Work, data: Login, tried: Try) -> Proof:
    """Check a password, holding no transaction; the same answer and time for every failure.

    A locked account is proved from devices only that it knows.
    """
    named = work.session.execute(accounts_named(data.identifier)).scalars().all()
    standing = [
        account
        for account in named
        if not account.disabled_at and (not account.locked_at or account.id in tried.trusted)
    ]
    nobody = [None] * (readings(data.identifier) - len(standing))
    proofs = [_compare(account, data.password) for account in (*standing, *nobody)]
    for proof in filter(None, proofs):
        return proof
    raise InvalidCredentials


def login(work: Work, proof: Proof, data: Login) -> Tokens:
    """Open a session for an account that proved itself a moment ago."""
    # Held, so that whoever changes what proves it meanwhile finds this session and ends it.
    held = select(Account).where(Account.id == proof.account_id).with_for_update()
    account = work.session.exec(held).one()
    unchanged = account.password_hash == proof.password_hash
    if not unchanged or not may_enter(work, account):
        raise InvalidCredentials
    totp_codes.expect(work, account, data.totp)
    if account.member_id is not None:
        sessions.note_activity(work, account.member_id)
    return sessions.open_session(work, account, data.device_name, data.device_key)


def check_own_password(work: Work, password: str) -> Proof:
    """The caller's own current password; `InvalidCredentials` when it is wrong."""
    account = own(work)
    if not verify_password(password, account.password_hash):
        raise InvalidCredentials
    return Proof(account.id, account.password_hash)


def expect_good(work: Work, password: str) -> None:
    """Refuse what is easily guessed, and what is long enough beside a second factor only."""
    account = own(work)
    if account.totp_confirmed_at is None and length_of(password) < SHORTEST:
        raise Invalid.at(
            "/new_password",
            "password_length",
            "Mật khẩu phải có từ 15 đến 256 ký tự.",
            "A password takes 15 to 256 characters.",
        )
    password_rules.expect_uncommon(password, "/new_password")
    password_rules.expect_impersonal(work, account, password, "/new_password")


def change_own_password(work: Work, proof: Proof, password_hash: str) -> Account:
    """Set the new password and sign every other device out."""
    account = own_unchanged(work, proof)
    account.password_hash = password_hash
    work.record("password.changed", account)
    security_notices.tell(
        work,
        account,
        "Mật khẩu đã được đổi",
        "Mật khẩu của bạn vừa được đổi; các thiết bị khác đã bị đăng xuất.",
    )
    sessions.revoke_all(work, account.id, "password changed", spare=work.actor.session_id)
    return account


def own_unchanged(work: Work, proof: Proof) -> Account:
    """The caller's own account, if its password is still the one that was proved."""
    account = own(work)
    if account.password_hash != proof.password_hash:
        raise InvalidCredentials
    return account


def own(work: Work) -> Account:
    """The caller's own account."""
    statement = select(Account).where(Account.id == work.actor.account_id)
    account = work.session.exec(statement).one_or_none()
    if account is None:
        raise NotFound
    return account


def create_staff(work: Work, staff_name: str, unit_id: UUID, password_hash: str) -> Account:
    """An account for staff who are no members; they serve a unit, and sign in by this name."""
    account = work.add(
        Account(
            created_at=work.now,
            staff_name=staff_name,
            unit_id=unit_id,
            password_hash=password_hash,
            activated_at=work.now,
        )
    )
    work.session.flush()
    work.record("account.created", account)
    return account


def _compare(account: Account | None, password: str) -> Proof | None:
    """As long for nobody as for somebody."""
    is_right = verify_password(password, account.password_hash if account else None)
    return Proof(account.id, account.password_hash) if account and is_right else None


def may_enter(work: Work, account: Account) -> bool:
    """Staff always; a member while a membership holds."""
    if account.disabled_at is not None:
        return False
    if account.member_id is None:
        return True
    statement = select(Membership.id).where(
        Membership.member_id == account.member_id, *valid_on(Membership, local_date(work.now))
    )
    own_rows = statement.execution_options(scoped="own membership")
    return work.session.execute(own_rows).first() is not None
