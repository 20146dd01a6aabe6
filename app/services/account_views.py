"""Accounts as administrators see them: whose they are and how they stand."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.clock import local_date
from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.core.text import fold
from app.models import Account, AccountState, Member, Membership, Organization, StaffCode
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.accounts import AccountLine, AccountQuery
from app.work import Work

ORDER = Order((col(Account.id),))


def search(work: Work, query: AccountQuery) -> Page[AccountLine]:
    """Of staff and of members within reach."""
    statement = _with_names(work)
    if query.organization_id is not None:
        unit = work.fetch(Permission.ORGANIZATION_READ, Organization, query.organization_id)
        statement = statement.where(_belongs_to(work, unit))
    return work.search(statement, query, FILTERS, ORDER, show=_shown)


def get(work: Work, account_id: UUID) -> AccountLine:
    work.fetch(Permission.ACCOUNT_READ, Account, account_id)
    return show(work, account_id)


def show(work: Work, account_id: UUID) -> AccountLine:
    """One that was reached before."""
    work.session.flush()
    statement = pick(Account, Member.full_name, _STATE).outerjoin(
        Member, col(Member.id) == Account.member_id
    )
    reached = statement.where(col(Account.id) == account_id).execution_options(
        scoped="a reached account"
    )
    return _shown(work.session.execute(reached).one())


def state_of(work: Work, account: Account) -> AccountState:
    return show(work, account.id).state


def _with_names(work: Work) -> Select[Any]:
    statement = work.within_reach(
        Permission.ACCOUNT_READ, Account, Account, Member.full_name, _STATE
    )
    return statement.outerjoin(Member, col(Member.id) == Account.member_id)


def _belongs_to(work: Work, unit: Organization) -> ColumnElement[bool]:
    units = pick(Organization.id).where(within_branch(unit.path))
    members = pick(Membership.member_id).where(
        col(Membership.organization_id).in_(units),
        *valid_on(Membership, local_date(work.now)),
    )
    return or_(col(Account.unit_id).in_(units), col(Account.member_id).in_(members))


def is_invited() -> ColumnElement[bool]:
    """Staff with a code that none of them used: nobody has opened the account yet."""
    given, used = aliased(StaffCode), aliased(StaffCode)
    return and_(
        exists().where(col(given.account_id) == Account.id),
        ~exists().where(col(used.account_id) == Account.id, col(used.used_at).is_not(None)),
    )


_STATE: ColumnElement[Any] = case(
    (col(Account.disabled_at).is_not(None), AccountState.DISABLED.value),
    (is_invited(), AccountState.INVITED.value),
    (col(Account.locked_at).is_not(None), AccountState.LOCKED.value),
    else_=AccountState.ACTIVATED.value,
)
FILTERS: Filters = {
    "state": lambda states: _STATE.in_([state.value for state in states]),
    "text": lambda text: or_(
        col(Member.search_text).contains(fold(text), autoescape=True),
        col(Account.staff_name).contains(fold(text), autoescape=True),
    ),
}


def _shown(record: Any) -> AccountLine:
    account, full_name, state = record[0], record[1], AccountState(record[2])
    return AccountLine(
        id=account.id,
        staff_name=account.staff_name,
        member_id=account.member_id,
        full_name=full_name,
        organization_id=account.unit_id,
        state=state,
        activated_at=None if state is AccountState.INVITED else account.activated_at,
        locked_at=account.locked_at,
        disabled_at=account.disabled_at,
        is_enrolled=account.totp_confirmed_at is not None,
    )
