"""Accounts of staff who are no members: made by an administrator, opened by a one-time code."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from app.core.errors import Conflict
from app.core.passwords import nobodys_hash
from app.models import Account, Organization, StaffCode
from app.policies.permissions import Permission
from app.schemas.accounts import AccountCreate, InvitedStaff
from app.services import account_keepers, account_views, accounts
from app.services.openings import code_digest, new_code
from app.work import Work

#: Told face to face, to one person: a day is enough, and the next one is asked for at once.
CODE_LIFETIME = timedelta(hours=24)


class NameTaken(Conflict):
    vi = "Tên đăng nhập đã có."
    en = "This staff name is taken."


class NotStaff(Conflict):
    code = "not_staff"
    vi = "Tài khoản của đảng viên được khôi phục bằng mã của bí thư chi bộ."
    en = "A member's account is recovered by a code of the cell's secretary."


def create(work: Work, data: AccountCreate) -> InvitedStaff:
    """An account that serves a unit; nobody can sign in to it before its code was used."""
    unit = work.fetch(Permission.ACCOUNT_CREATE, Organization, data.organization_id)
    work.expect_proof()
    if work.session.exec(select(Account.id).where(Account.staff_name == data.staff_name)).first():
        raise NameTaken
    return _invite(
        work, accounts.create_staff(work, data.staff_name, unit.id, nobodys_hash()), unit.id
    )


def renew_code(work: Work, account_id: UUID) -> InvitedStaff:
    """Another code, for the first time or to come back; older ones stop working."""
    account = account_keepers.fetch(work, Permission.ACCOUNT_CREATE, account_id)
    if account.staff_name is None or account.unit_id is None:
        raise NotStaff
    account_keepers.expect_another(work, account, account_keepers.TOTP_RESET)
    return _invite(work, account, account.unit_id)


def _invite(work: Work, account: Account, unit_id: UUID) -> InvitedStaff:
    standing = (col(StaffCode.used_at).is_(None), col(StaffCode.voided_at).is_(None))
    work.session.execute(
        update(StaffCode)
        .where(col(StaffCode.account_id) == account.id, *standing)
        .values(voided_at=work.now)
        .execution_options(synchronize_session=False)
    )
    code, expires_at = new_code(), work.now + CODE_LIFETIME
    work.add(
        StaffCode(
            created_at=work.now,
            account_id=account.id,
            digest=code_digest(code),
            expires_at=expires_at,
        )
    )
    work.record(account_keepers.CODE_CREATED, account)
    return InvitedStaff(
        id=account.id,
        staff_name=str(account.staff_name),
        organization_id=unit_id,
        state=account_views.state_of(work, account),
        code=code,
        expires_at=expires_at,
    )
