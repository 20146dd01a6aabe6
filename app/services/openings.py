"""An account is opened by a personal code, and come back to by a new one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core import codes
from app.core.clock import local_date
from app.core.confidential import blind_index
from app.core.errors import Gone, InvalidCredentials
from app.models import Account, ActivationCode, Member, StaffCode
from app.schemas.auth import Activation, Tokens
from app.services import figures, password_rules, security_notices, sessions, throttles, totp_codes
from app.services.accounts import may_enter
from app.work import Work

CODE_LIFETIME = timedelta(days=14)


class CodeGone(Gone):
    vi = "Mã kích hoạt đã được dùng hoặc đã hết hạn; hãy xin bí thư chi bộ mã mới."
    en = "This activation code was used or has expired; ask the secretary for a new one."


def new_code() -> str:
    """A code to print on a slip: 59 bits, good for two weeks."""
    return codes.new_code(groups=3)


def code_digest(code: str) -> bytes:
    """What is kept of a code."""
    return codes.digest("activation code", code)


def activate(work: Work, data: Activation, password_hash: str) -> Tokens:
    """Open the account with a personal code, or recover it with a new one.

    `InvalidCredentials` for an unknown card or name and for a wrong code, `Gone` for one used or
    expired. Who has a second factor needs it here too; a code that is refused for the lack of it,
    or for a bad password, stays good.
    """
    code = _find(work, data)
    if code is None:
        raise InvalidCredentials
    if code.used_at or code.voided_at or code.expires_at <= work.now:
        raise CodeGone
    code.used_at = work.now
    if isinstance(code, StaffCode):
        account = _of_staff(work, code, password_hash)
    else:
        account = _of_member(work, code.member_id, password_hash)
    if not may_enter(work, account):
        raise CodeGone
    totp_codes.expect(work, account, data.totp)
    password_rules.expect_impersonal(work, account, data.password)
    if account.member_id is not None:
        sessions.note_activity(work, account.member_id)
        figures.recount_members(work, [account.member_id], since=local_date(work.now))
    return sessions.open_session(work, account, data.device_name, None)


def _find(work: Work, data: Activation) -> ActivationCode | StaffCode | None:
    """By the name and the code together; both are looked for, whoever it is."""
    digest = code_digest(data.activation_code)
    index = blind_index(data.card_number, "members.card_number")
    of_members = select(ActivationCode).join(Member, col(Member.id) == ActivationCode.member_id)
    of_staff = select(StaffCode).join(Account, col(Account.id) == StaffCode.account_id)
    found: list[Any] = [
        work.session.execute(
            statement.execution_options(scoped="whoever holds the code").with_for_update()
        )
        .scalars()
        .first()
        for statement in (
            of_members.where(
                Member.card_number_index == index, col(ActivationCode.digest) == digest
            ),
            of_staff.where(Account.staff_name == data.card_number, col(StaffCode.digest) == digest),
        )
    ]
    return next(filter(None, found), None)


def _of_member(work: Work, member_id: UUID, password_hash: str) -> Account:
    statement = select(Account).where(Account.member_id == member_id).with_for_update()
    account = work.session.exec(statement).one_or_none()
    if account is not None:
        return _recovered(work, account, password_hash)
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


def _of_staff(work: Work, code: StaffCode, password_hash: str) -> Account:
    statement = select(Account).where(Account.id == code.account_id).with_for_update()
    account = work.session.exec(statement).one()
    used_before = select(StaffCode.id).where(
        StaffCode.account_id == account.id,
        StaffCode.id != code.id,
        col(StaffCode.used_at).is_not(None),
    )
    if work.session.exec(used_before).first() is not None:
        return _recovered(work, account, password_hash)
    account.password_hash, account.activated_at = password_hash, work.now
    work.record("account.activated", account)
    return account


def _recovered(work: Work, account: Account, password_hash: str) -> Account:
    account.password_hash = password_hash
    account.locked_at = None
    throttles.forgive(work, account)
    work.record("account.recovered", account)
    sessions.revoke_all(work, account.id, "account recovered")
    security_notices.tell(
        work,
        account,
        "Tài khoản đã được khôi phục",
        "Mật khẩu mới đã được đặt bằng mã khôi phục; các thiết bị khác đã bị đăng xuất.",
    )
    return account
