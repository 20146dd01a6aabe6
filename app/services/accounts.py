"""Accounts: opened with a code, proved with a password, never with a default one."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, union_all
from sqlmodel import col, select

from app.core.clock import local_date
from app.core.confidential import blind_index
from app.core.errors import AppError, Gone, NotFound
from app.core.passwords import verify_password
from app.core.phones import canonical_phone
from app.core.tokens import fingerprint
from app.models import Account, ActivationCode, Member, Membership
from app.models.base import valid_on
from app.schemas.auth import Activation, Login, PasswordChange, Tokens
from app.services import figures, sessions
from app.work import Work

CODE_LIFETIME = timedelta(days=14)
#: Letters and digits that no eye confuses; 12 of them are 59 bits, good for two weeks.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class InvalidCredentials(AppError):
    status, code = 401, "invalid_credentials"
    vi = "Thông tin đăng nhập không đúng."
    en = "These credentials are not right."


class CodeGone(Gone):
    vi = "Mã kích hoạt đã được dùng hoặc đã hết hạn; hãy xin bí thư chi bộ mã mới."
    en = "This activation code was used or has expired; ask the secretary for a new one."


@dataclass(frozen=True)
class Proof:
    """That a password was right for an account, whose hash was this one at the time."""

    account_id: UUID
    password_hash: str


def new_code() -> str:
    """A code to print on a slip: three groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def code_digest(code: str) -> bytes:
    """What is kept of a code; typed in any case, with or without dashes."""
    typed = "".join(character for character in code.upper() if character.isalnum())
    return fingerprint("activation code", typed.encode())


def prove(work: Work, data: Login) -> Proof:
    """Check a password, holding no transaction; the same answer and time for every failure."""
    named = work.session.execute(_by_identifier(data.identifier)).scalars().all()
    standing = [account for account in named if not (account.disabled_at or account.locked_at)]
    for account in standing or [None]:  # one's old card number may read as another's phone
        is_right = verify_password(data.password, account.password_hash if account else None)
        if account is not None and is_right:
            return Proof(account.id, account.password_hash)
    raise InvalidCredentials


def login(work: Work, proof: Proof, data: Login) -> Tokens:
    """Open a session for an account that proved itself a moment ago."""
    account = work.session.exec(select(Account).where(Account.id == proof.account_id)).one()
    unchanged = account.password_hash == proof.password_hash
    if account.locked_at or not unchanged or not _may_enter(work, account):
        raise InvalidCredentials
    if account.member_id is not None:
        sessions.note_activity(work, account.member_id)
    return sessions.open_session(work, account, data.device_name, data.device_key)


def activate(work: Work, data: Activation, password_hash: str) -> Tokens:
    """Open the member's account with a personal code, or recover it with a new one.

    `InvalidCredentials` for an unknown card or a wrong code, `Gone` for one used or expired.
    """
    index = blind_index(data.card_number, "members.card_number")
    statement = select(ActivationCode).join(Member, col(Member.id) == ActivationCode.member_id)
    statement = statement.where(
        Member.card_number_index == index,
        ActivationCode.digest == code_digest(data.activation_code),
    )
    by_code = statement.execution_options(scoped="whoever holds the code")
    code = work.session.execute(by_code.with_for_update()).scalars().first()
    if code is None:
        raise InvalidCredentials
    if code.used_at or code.voided_at or code.expires_at <= work.now:
        raise CodeGone
    code.used_at = work.now
    account = _opened(work, code.member_id, password_hash)
    if not _may_enter(work, account):
        raise CodeGone
    sessions.note_activity(work, code.member_id)
    figures.recount_members(work, [code.member_id], since=local_date(work.now))
    return sessions.open_session(work, account, data.device_name, None)


def check_own_password(work: Work, data: PasswordChange) -> Proof:
    """The caller's own current password; `InvalidCredentials` when it is wrong."""
    account = own(work)
    if not verify_password(data.current_password, account.password_hash):
        raise InvalidCredentials
    return Proof(account.id, account.password_hash)


def change_own_password(work: Work, proof: Proof, password_hash: str) -> Account:
    """Set the new password and sign every other device out."""
    account = own(work)
    if account.password_hash != proof.password_hash:
        raise InvalidCredentials
    account.password_hash = password_hash
    work.record("password.changed", account)
    sessions.revoke_all(work, account.id, "password changed", spare=work.actor.session_id)
    return account


def own(work: Work) -> Account:
    """The caller's own account."""
    statement = select(Account).where(Account.id == work.actor.account_id)
    account = work.session.exec(statement).one_or_none()
    if account is None:
        raise NotFound
    return account


def create_staff(work: Work, staff_name: str, password_hash: str) -> Account:
    """An account for staff who are no members; they sign in by this name."""
    account = work.add(
        Account(
            created_at=work.now,
            staff_name=staff_name,
            password_hash=password_hash,
            activated_at=work.now,
        )
    )
    work.session.flush()
    work.record("account.created", account)
    return account


def _opened(work: Work, member_id: UUID, password_hash: str) -> Account:
    statement = select(Account).where(Account.member_id == member_id)
    account = work.session.exec(statement).one_or_none()
    if account is None:
        account = work.add(
            Account(
                created_at=work.now,
                member_id=member_id,
                password_hash=password_hash,
                activated_at=work.now,
            )
        )
        work.session.flush()
        work.record("account.activated", account)
        return account
    account.password_hash = password_hash
    account.locked_at = None
    work.record("account.recovered", account)
    sessions.revoke_all(work, account.id, "account recovered")
    return account


def _may_enter(work: Work, account: Account) -> bool:
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


def _by_identifier(identifier: str) -> Select[Any]:
    """A lookup by each of three unique indexes, never a walk over all accounts."""
    card = blind_index(identifier, "members.card_number")
    lookups = [
        select(Account.id).where(col(Account.staff_name) == identifier),
        _of_member(col(Member.card_number_index) == card),
    ]
    if (phone := canonical_phone(identifier)) is not None:
        index = blind_index(phone, "members.phone")
        lookups.append(_of_member(col(Member.phone_index) == index))
    named = select(Account).where(col(Account.id).in_(union_all(*lookups)))
    return named.execution_options(scoped="whoever knows the password")


def _of_member(condition: ColumnElement[bool]) -> Any:
    return select(Account.id).join(Member, col(Member.id) == Account.member_id).where(condition)
