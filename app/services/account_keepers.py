"""What administrators may do to an account: disable it, let it in again, take a lost factor away.

Never to the own account, nor to one with an office beyond the own reach; and a tree always keeps
somebody who may do it. None of it opens an account: a code or the password is still needed.
"""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from app.core.clock import local_date
from app.core.errors import Conflict, Forbidden, InvalidTransition
from app.core.selects import pick
from app.models import Account, AccountState, AuditEntry, Office, Organization, Role
from app.models.base import not_over_on, valid_on
from app.policies.permissions import Permission
from app.schemas.accounts import AccountAct, AccountLine
from app.services import account_views, security_notices, sessions, throttles, totp
from app.work import Work

#: What opens a staff account together; one person does not do both within these days.
CODE_CREATED, TOTP_RESET = "staff_code.created", "account.totp_reset"
APART = timedelta(days=7)
_S = AccountState
#: Which verbs an account takes, by its state.
_ALLOWED = {
    _S.INVITED: ("disable",),
    _S.ACTIVATED: ("disable",),
    _S.LOCKED: ("disable", "unlock"),
    _S.DISABLED: ("unlock",),
}


class LastAdministrator(Conflict):
    code = "last_administrator"
    vi = "Đây là quản trị viên cuối cùng của đơn vị; hãy giao quyền cho người khác trước."
    en = "This is the unit's last administrator; appoint another one first."


def fetch(work: Work, permission: Permission, account_id: UUID) -> Account:
    """Somebody else's account, with no office beyond the caller's reach; after a fresh proof."""
    account = work.fetch(permission, Account, account_id)
    if account.id == work.actor.account_id:
        raise Forbidden
    reached = work.within_reach(permission, Organization, Organization.id)
    beyond = pick(Office.id).where(
        _held_by(account),
        col(Office.organization_id).not_in(reached),
        not_over_on(Office, local_date(work.now)),
    )
    if work.session.execute(beyond.limit(1).execution_options(scoped="all of theirs")).first():
        raise Forbidden
    work.expect_proof()
    work.session.refresh(account, with_for_update=True)  # of two verbs at once the second sees
    return account


class SecondPersonNeeded(Conflict):
    code = "second_person_needed"
    vi = "Bạn vừa làm bước kia cho tài khoản này; hãy nhờ một quản trị viên khác."
    en = "You did the other step for this account lately; ask another administrator."


def expect_another(work: Work, account: Account, action: str) -> None:
    """`SecondPersonNeeded` when whoever asks lately did `action` to this staff account: a new code
    and a factor taken away would open it together.
    """
    done = pick(AuditEntry.id).where(
        col(AuditEntry.actor_id) == work.actor.account_id,
        col(AuditEntry.subject_id) == account.id,
        col(AuditEntry.action) == action,
        col(AuditEntry.created_at) > work.now - APART,
    )
    if work.session.execute(done.execution_options(scoped="what the caller did")).first():
        raise SecondPersonNeeded


def disable(work: Work, account_id: UUID, data: AccountAct) -> AccountLine:
    """Out at once, on every device."""
    account = fetch(work, Permission.ACCOUNT_DISABLE, account_id)
    _expect_allowed(work, account, "disable")
    expect_administered(work, _administers(work, account), local_date(work.now))
    account.disabled_at = work.now
    sessions.revoke_all(work, account.id, "account disabled")
    work.record("account.disabled", account, reason=data.reason)
    security_notices.tell(work, account, "Tài khoản đã bị ngừng sử dụng", f"Lý do: {data.reason}.")
    return account_views.show(work, account.id)


def unlock(work: Work, account_id: UUID, data: AccountAct) -> AccountLine:
    """Let in again what was locked or disabled, without any wait; sessions stay ended."""
    account = fetch(work, Permission.ACCOUNT_UNLOCK, account_id)
    _expect_allowed(work, account, "unlock")
    account.locked_at = account.disabled_at = None
    throttles.forgive(work, account)
    work.record("account.unlocked", account, reason=data.reason)
    security_notices.tell(work, account, "Tài khoản đã được mở khóa", f"Lý do: {data.reason}.")
    return account_views.show(work, account.id)


def reset_totp(work: Work, account_id: UUID, data: AccountAct) -> AccountLine:
    """Take away a lost factor with all sessions; the password is still needed, or a new code."""
    account = fetch(work, Permission.ACCOUNT_RESET_TOTP, account_id)
    if account.totp_confirmed_at is None:
        raise InvalidTransition(allowed=_allowed(work, account))
    if account.staff_name is not None:
        expect_another(work, account, CODE_CREATED)
    totp.remove(work, account)
    work.record(TOTP_RESET, account, reason=data.reason)
    return account_views.show(work, account.id)


def expect_administered(work: Work, ending: Collection[Office], day: date) -> None:
    """`LastAdministrator` if these are all the offices by which a tree is administered on a day.

    One other is enough, at the root, by an account that can be entered.
    """
    ids = [office.id for office in ending]
    roots = select(Organization.id).where(
        col(Organization.id).in_([office.organization_id for office in ending]),
        col(Organization.parent_id).is_(None),
    )
    held = roots.with_for_update().execution_options(scoped="of reached offices")
    for root_id in work.session.execute(held).scalars().all():
        others = (
            pick(Office.id)
            .join(Account, _HOLDER)
            .where(
                col(Office.organization_id) == root_id,
                col(Office.role) == Role.ADMINISTRATOR,
                col(Office.id).not_in(ids),
                *valid_on(Office, day),
                col(Account.disabled_at).is_(None),
                ~account_views.is_invited(),
            )
        )
        scoped = others.limit(1).execution_options(scoped="of a reached unit")
        if work.session.execute(scoped).first() is None:
            raise LastAdministrator


_HOLDER = or_(
    col(Account.id) == col(Office.account_id), col(Account.member_id) == col(Office.member_id)
)


def _administers(work: Work, account: Account) -> list[Office]:
    statement = select(Office).where(
        _held_by(account),
        col(Office.role) == Role.ADMINISTRATOR,
        *valid_on(Office, local_date(work.now)),
    )
    held = statement.execution_options(scoped="all of theirs")
    return list(work.session.execute(held).scalars())


def _held_by(account: Account) -> ColumnElement[bool]:
    if account.member_id is None:
        return col(Office.account_id) == account.id
    return or_(col(Office.account_id) == account.id, col(Office.member_id) == account.member_id)


def _expect_allowed(work: Work, account: Account, verb: str) -> None:
    allowed = _allowed(work, account)
    if verb not in allowed:
        raise InvalidTransition(allowed=allowed)


def _allowed(work: Work, account: Account) -> list[str]:
    verbs = _ALLOWED[account_views.state_of(work, account)]
    has_factor = account.totp_confirmed_at is not None
    return [*verbs, *(["reset_totp"] if has_factor else [])]
