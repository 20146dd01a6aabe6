"""Signed-in devices: opened, refreshed in rotation, looked at by every request, revoked."""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, bindparam, null, or_, union_all, update
from sqlmodel import Session, col, select

from app.core.clock import local_date
from app.core.database import insert_once
from app.core.errors import Forbidden, NotFound, Unauthenticated
from app.core.periods import period_at
from app.core.selects import pick
from app.core.tokens import ACCESS_LIFETIME, AccessClaims, fingerprint, sign, sign_access, verify
from app.models import (
    Account,
    AccountSession,
    Activity,
    Membership,
    Office,
    Organization,
    OrganizationKind,
)
from app.models.base import valid_on
from app.policies.actors import Actor, Held
from app.policies.roles import Position, position_of
from app.schemas.auth import Tokens
from app.services import figures, stand_ins
from app.work import Work

IDLE_LIMIT = timedelta(days=60)
ABSOLUTE_LIMIT = timedelta(days=180)
LOST_ANSWER = timedelta(seconds=60)
NOTED_EVERY = timedelta(minutes=10)
_REFRESH = "refresh token"


@dataclass(frozen=True)
class Identity:
    """Who asks, and whether this use of the session should be written down."""

    actor: Actor
    is_worth_noting: bool


def identify(session: Session, claims: AccessClaims, now: datetime, request_id: str) -> Identity:
    """The actor behind an access token, with the positions held today.

    `Unauthenticated` when the session or the account no longer stands.
    """
    asked = {"account": claims.account_id, "session": claims.session_id}
    # Past the session, which would take longer over these columns than the database does.
    record = session.connection().execute(_STANDING, asked).one_or_none()
    if record is None or record.disabled_at or record.locked_at or not _stands(record, now):
        raise Unauthenticated
    actor = Actor(
        account_id=claims.account_id,
        session_id=claims.session_id,
        member_id=record.member_id,
        held=_positions(session, claims.account_id, record.member_id, now),
        request_id=request_id,
    )
    if record.member_id is not None and not actor.is_member:
        raise Unauthenticated  # no membership today: out on the same day
    is_new_period = record.member_id is not None and period_at(record.last_used_at) != period_at(
        now
    )
    return Identity(actor, is_new_period or now - record.last_used_at >= NOTED_EVERY)


def acting_for(session: Session, account_id: UUID, now: datetime, request_id: str) -> Actor:
    """Whoever asked for work that is done later, with the positions held now.

    `Forbidden` when the account no longer acts: disabled, locked, or without a membership.
    """
    account = session.execute(select(Account).where(Account.id == account_id)).scalar_one()
    held = _positions(session, account.id, account.member_id, now)
    actor = Actor(account.id, None, account.member_id, held, request_id)
    is_out = account.member_id is not None and not actor.is_member
    if account.disabled_at or account.locked_at or is_out:
        raise Forbidden
    return actor


def note_use(work: Work) -> None:
    """Write down that the session was used, and that its member was active in the period."""
    work.session.execute(
        update(AccountSession)
        .where(col(AccountSession.id) == work.actor.session_id)
        .values(last_used_at=work.now)
    )
    if work.actor.member_id is not None:
        note_activity(work, work.actor.member_id)


def note_activity(work: Work, member_id: UUID) -> None:
    """The first authenticated request of a member in a period makes the member active in it."""
    period = period_at(work.now)
    values = {"member_id": member_id, "period": period, "first_at": work.now}
    if insert_once(work.session, Activity, values):
        figures.recount_members(work, [member_id], since=local_date(work.now))


def open_session(
    work: Work, account: Account, device_name: str | None, device_key: str | None
) -> Tokens:
    """A new session for an account that has proved itself."""
    key = device_key or secrets.token_urlsafe(24)
    row = work.add(
        AccountSession(
            created_at=work.now,
            account_id=account.id,
            device_name=device_name,
            device_digest=fingerprint("device", key.encode()),
            last_used_at=work.now,
            refreshed_at=work.now,
            expires_at=work.now + ABSOLUTE_LIMIT,
        )
    )
    work.record("session.opened", row, device_name=device_name)
    return _tokens(row, key, work.now)


def refresh(work: Work, refresh_token: str, device_key: str | None) -> Tokens | None:
    """The next pair of tokens; None when the token was used before, which revokes the session.

    A retry by the same device within a minute, while the next token is still unused, is a lost
    answer: it gets that same next token again.
    """
    session_id, number = _read_refresh(refresh_token)
    statement = select(AccountSession, Account).join(
        Account, col(Account.id) == AccountSession.account_id
    )
    statement = statement.where(AccountSession.id == session_id).with_for_update()
    found = work.session.execute(statement).one_or_none()
    if found is None:
        raise Unauthenticated
    row, account = found
    if not _stands(row, work.now) or not _is_welcome(work, account):
        raise Unauthenticated
    if account.member_id is not None:
        note_activity(work, account.member_id)
    if number == row.refresh_number:
        row.refresh_number += 1
        row.refreshed_at = row.last_used_at = work.now
        work.record("session.refreshed", row)
        return _tokens(row, device_key, work.now)
    if number == row.refresh_number - 1 and _is_lost_answer(row, device_key, work.now):
        return _tokens(row, device_key, work.now)
    revoke(work, row, "refresh token reused")
    return None


def revoke(work: Work, row: AccountSession, because: str) -> None:
    row.revoked_at, row.revoked_because = work.now, because
    work.record("session.revoked", row, because=because)


def revoke_all(work: Work, account_id: UUID, because: str, spare: UUID | None = None) -> None:
    for row in work.session.exec(_standing_rows(account_id)).all():
        if row.id != spare:
            revoke(work, row, because)


def search_own(work: Work) -> list[AccountSession]:
    """The caller's own devices, the last used first."""
    rows = work.session.exec(_standing_rows(work.actor.account_id)).all()
    return sorted(
        (row for row in rows if _stands(row, work.now)),
        key=lambda row: row.last_used_at,
        reverse=True,
    )


def revoke_current(work: Work) -> None:
    """Sign this very device out."""
    revoke_own(work, work.actor.session_id)


def revoke_own(work: Work, session_id: UUID | None) -> None:
    """Sign one of the caller's devices out; `NotFound` for anybody else's."""
    statement = _standing_rows(work.actor.account_id).where(AccountSession.id == session_id)
    row = work.session.exec(statement).one_or_none()
    if row is None:
        raise NotFound
    revoke(work, row, "signed out")


def _is_welcome(work: Work, account: Account) -> bool:
    """Neither disabled nor locked; and of a member, that a membership holds today."""
    if account.disabled_at or account.locked_at:
        return False
    held = _positions(work.session, account.id, account.member_id, work.now)
    return account.member_id is None or Actor(held=held).is_member


def _standing_rows(account_id: UUID | None) -> Any:
    return select(AccountSession).where(
        AccountSession.account_id == account_id, col(AccountSession.revoked_at).is_(None)
    )


# Every request asks these two, so they are built once: building one costs more than asking it.
_STANDING: Select[Any] = (
    pick(
        Account.member_id,
        Account.disabled_at,
        Account.locked_at,
        AccountSession.revoked_at,
        AccountSession.expires_at,
        AccountSession.last_used_at,
    )
    .join(AccountSession, col(AccountSession.account_id) == Account.id)
    .where(col(AccountSession.id) == bindparam("session"), col(Account.id) == bindparam("account"))
)


def _stands(row: Any, now: datetime) -> bool:
    in_use: bool = now < min(row.expires_at, row.last_used_at + IDLE_LIMIT)
    return row.revoked_at is None and in_use


def _positions(
    session: Session, account_id: UUID, member_id: UUID | None, now: datetime
) -> tuple[Held, ...]:
    asked = {"account": account_id, "member": member_id, "day": local_date(now)}
    records = session.execute(_held(by_a_member=member_id is not None), asked)
    return tuple(Held(_position(role, kind), path) for role, path, kind in records)


@lru_cache
def _held(*, by_a_member: bool) -> Any:
    """Offices and membership valid on a day, in one statement."""
    day: Any = bindparam("day", type_=Date())
    member: Any = bindparam("member")
    holder = col(Office.account_id) == bindparam("account")
    if by_a_member:
        holder = or_(holder, col(Office.member_id) == member)
    offices = (
        select(Office.role, Organization.path, Organization.kind)
        .join(Organization, col(Organization.id) == Office.organization_id)
        .where(holder, *stand_ins.hold_on(day))
    )
    memberships = (
        select(null(), Organization.path, Organization.kind)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .where(col(Membership.member_id) == member, *valid_on(Membership, day))
    )
    both: Any = union_all(offices, memberships) if by_a_member else offices
    return both.execution_options(scoped="the actor's own positions")


def _position(role: Any, kind: Any) -> Position:
    if role is None:
        return Position.MEMBER
    return position_of(role, at_a_cell=kind == OrganizationKind.CELL)


def _is_lost_answer(row: AccountSession, device_key: str | None, now: datetime) -> bool:
    given = fingerprint("device", (device_key or "").encode())
    same_device = hmac.compare_digest(given, row.device_digest)
    return same_device and now - row.refreshed_at <= LOST_ANSWER


def _tokens(row: AccountSession, device_key: str | None, now: datetime) -> Tokens:
    content = json.dumps([str(row.id), row.refresh_number]).encode()
    return Tokens(
        access_token=sign_access(row.account_id, row.id, now),
        token_type="bearer",  # noqa: S106 - the name of the scheme, no secret
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
        refresh_token=sign(_REFRESH, content),
        device_key=device_key,
    )


def _read_refresh(token: str) -> tuple[UUID, int]:
    try:
        session_id, number = json.loads(verify(_REFRESH, token))
    except Exception as error:  # whatever is wrong with it, it proves nothing
        raise Unauthenticated from error
    return UUID(session_id), int(number)
