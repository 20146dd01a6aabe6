"""Signed-in devices: opened, refreshed in rotation, looked at by every request, revoked."""

import hmac
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, update
from sqlmodel import Session, col, select

from app.core.clock import local_date
from app.core.database import insert_once
from app.core.errors import Forbidden, NotFound, Unauthenticated
from app.core.periods import period_at
from app.core.selects import pick
from app.core.tokens import ACCESS_LIFETIME, AccessClaims, fingerprint, sign, sign_access, verify
from app.models import Account, AccountSession, Activity
from app.policies.actors import Actor
from app.policies.roles import Position
from app.policies.session_limits import LIMITS, Limits, limits_of
from app.schemas.auth import Tokens
from app.services import figures, positions, security_notices
from app.work import Work

LOST_ANSWER = timedelta(seconds=60)
NOTED_EVERY = timedelta(minutes=10)
#: Why a session ended: by the device itself, from another one, or as its token was used twice.
SIGNED_OUT, SENT_AWAY, REUSED = "signed out", "signed out elsewhere", "refresh token reused"
_REFRESH = "refresh token"
_COPIED = "Một thiết bị đã bị đăng xuất"


@dataclass(frozen=True)
class Identity:
    """Who asks, and whether this use of the session should be written down."""

    actor: Actor
    is_worth_noting: bool
    must_enrol: bool = False


def identify(
    session: Session,
    claims: AccessClaims,
    now: datetime,
    request_id: str,
    source: str | None = None,
) -> Identity:
    """The actor behind an access token, with the positions held today.

    `Unauthenticated` when the session or the account no longer stands.
    """
    asked = {"account": claims.account_id, "session": claims.session_id}
    # Past the session, which would take longer over these columns than the database does.
    record = session.connection().execute(_STANDING, asked).one_or_none()
    if record is None or record.disabled_at or not _stands(record, now):
        raise Unauthenticated
    actor = Actor(
        account_id=claims.account_id,
        session_id=claims.session_id,
        member_id=record.member_id,
        held=positions.held_by(session, claims.account_id, record.member_id, now),
        request_id=request_id,
        proved_at=record.proved_at,
        source=source,
    )
    if record.member_id is not None and not actor.is_member:
        raise Unauthenticated  # no membership today: out on the same day
    is_new_period = record.member_id is not None and period_at(record.last_used_at) != period_at(
        now
    )
    noted_every = min(NOTED_EVERY, idle_limit(record) / 12)
    return Identity(
        actor,
        is_worth_noting=is_new_period or now - record.last_used_at >= noted_every,
        must_enrol=actor.sees_others and record.totp_confirmed_at is None,
    )


def acting_for(session: Session, account_id: UUID, now: datetime, request_id: str) -> Actor:
    """Whoever asked for work that is done later, with the positions held now.

    `Forbidden` when the account no longer acts: disabled, or without a membership.
    """
    account = session.execute(select(Account).where(Account.id == account_id)).scalar_one()
    held = positions.held_by(session, account.id, account.member_id, now)
    actor = Actor(account.id, None, account.member_id, held, request_id)
    is_out = account.member_id is not None and not actor.is_member
    if account.disabled_at or is_out:
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
    """A new session for an account that has proved itself, for as long as its positions allow."""
    key = device_key or secrets.token_urlsafe(24)
    actor = _actor(work, account)
    limits = limits_of(held.position for held in actor.held)
    row = work.add(
        AccountSession(
            created_at=work.now,
            account_id=account.id,
            device_name=device_name,
            device_digest=fingerprint("device", key.encode()),
            last_used_at=work.now,
            refreshed_at=work.now,
            expires_at=work.now + limits.absolute,
            idle_seconds=int(limits.idle.total_seconds()),
            proved_at=work.now,
            source=work.actor.source,
        )
    )
    _of(work, account).record("session.opened", row, device_name=device_name, source=row.source)
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
    statement = statement.where(AccountSession.id == session_id)
    held = statement.with_for_update(of=AccountSession)
    found = work.session.execute(held).one_or_none()
    if found is None:
        raise Unauthenticated
    row, account = found
    actor = _actor(work, account)
    is_out = account.disabled_at or (account.member_id is not None and not actor.is_member)
    if is_out or not _stands(row, work.now):
        raise Unauthenticated
    shorten(row, limits_of(held.position for held in actor.held), work.now)
    if account.member_id is not None:
        note_activity(work, account.member_id)
    if number == row.refresh_number:
        row.refresh_number += 1
        row.refreshed_at = row.last_used_at = work.now
        _of(work, account).record("session.refreshed", row, source=work.actor.source)
        return _tokens(row, device_key, work.now)
    if number == row.refresh_number - 1 and _is_lost_answer(row, device_key, work.now):
        return _tokens(row, device_key, work.now)
    revoke(work, row, REUSED)
    security_notices.tell(work, account, _COPIED, "Mã đăng nhập của thiết bị đã được dùng hai lần.")
    return None


def _of(work: Work, account: Account) -> Work:
    """By its own proof or token an account acts before it is an actor; the trace names it."""
    return replace(work, actor=replace(work.actor, account_id=account.id))


def shorten(row: AccountSession, limits: Limits, now: datetime) -> None:
    """From now on within these limits; a session never becomes longer."""
    row.expires_at = min(row.expires_at, now + limits.absolute)
    row.idle_seconds = int(min(idle_limit(row), limits.idle).total_seconds())


def prove(work: Work) -> None:
    """Note that the present session's user has just given all that proves an account."""
    statement = _standing_rows(work.actor.account_id).where(
        AccountSession.id == work.actor.session_id
    )
    row = work.session.exec(statement.with_for_update()).one_or_none()
    if row is None:  # signed out at this very moment
        raise Unauthenticated
    row.proved_at = work.now
    work.record("session.proved", row)


def revoke(work: Work, row: AccountSession, because: str) -> None:
    row.revoked_at, row.revoked_because = work.now, because
    work.record("session.revoked", row, because=because)


def revoke_all(work: Work, account_id: UUID, because: str, spare: UUID | None = None) -> None:
    for row in work.session.exec(_standing_rows(account_id).with_for_update()).all():
        if row.id != spare:
            revoke(work, row, because)


def idle_limit(row: Any) -> timedelta:
    """How long the session stands unused."""
    if row.idle_seconds is None:
        return LIMITS[Position.MEMBER].idle
    return timedelta(seconds=row.idle_seconds)


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
    row = work.session.exec(statement.with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    revoke(work, row, SIGNED_OUT if row.id == work.actor.session_id else SENT_AWAY)


def _actor(work: Work, account: Account) -> Actor:
    held = positions.held_by(work.session, account.id, account.member_id, work.now)
    return Actor(held=held)


def _standing_rows(account_id: UUID | None) -> Any:
    return select(AccountSession).where(
        AccountSession.account_id == account_id, col(AccountSession.revoked_at).is_(None)
    )


# Every request asks it, so it is built once: building it costs more than asking it.
_STANDING: Select[Any] = (
    pick(
        Account.member_id,
        Account.disabled_at,
        Account.totp_confirmed_at,
        AccountSession.revoked_at,
        AccountSession.expires_at,
        AccountSession.last_used_at,
        AccountSession.proved_at,
        AccountSession.idle_seconds,
    )
    .join(AccountSession, col(AccountSession.account_id) == Account.id)
    .where(col(AccountSession.id) == bindparam("session"), col(Account.id) == bindparam("account"))
)


def _stands(row: Any, now: datetime) -> bool:
    in_use: bool = now < min(row.expires_at, row.last_used_at + idle_limit(row))
    return row.revoked_at is None and in_use


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
