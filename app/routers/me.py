"""One's own account, password and devices."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.passwords import hash_password
from app.gate.lanes import HASHING, through
from app.models import Account, AccountSession
from app.routers.deps import CurrentPreparation, CurrentWork, WorkRoute
from app.schemas.auth import AccountRead, Me, OwnSessions, PasswordChange, SessionRead
from app.schemas.own_attendances import OwnAttendances, OwnAttendancesQuery
from app.services import accounts, me, own_attendances, sessions
from app.work import Work

router = APIRouter(prefix="/me", tags=["me"], route_class=WorkRoute)


@router.get("", response_model=Me)
def get_me(work: CurrentWork) -> Me:
    """The own account, member, offices, and what one may do."""
    return me.get(work)


@router.put("/password", response_model=AccountRead)
@through(HASHING)
def change_password(
    preparation: CurrentPreparation, data: PasswordChange
) -> Callable[[Work], Account]:
    """Set a new password; every other device is signed out."""
    with preparation.trying() as (work, _):
        proof = accounts.check_own_password(work, data.current_password)
        accounts.expect_good(work, data.new_password)
    password_hash = hash_password(data.new_password)
    return lambda work: accounts.change_own_password(work, proof, password_hash)


@router.get("/attendances", response_model=OwnAttendances)
def get_own_attendances(
    work: CurrentWork, query: Annotated[OwnAttendancesQuery, Query()]
) -> OwnAttendances:
    """How one was marked at the meetings of a year, and what may still be objected to."""
    return own_attendances.get(work, query.year)


@router.get("/sessions", response_model=OwnSessions)
def search_own_sessions(work: CurrentWork) -> OwnSessions:
    """The own devices, the last used first."""
    items = [_shown(row, work.actor.session_id) for row in sessions.search_own(work)]
    return OwnSessions(items=items, next_cursor=None)


@router.delete("/sessions/{session_id}", status_code=204)
def revoke_own_session(work: CurrentWork, session_id: UUID) -> None:
    """Sign one of the own devices out."""
    sessions.revoke_own(work, session_id)


def _shown(row: AccountSession, current_id: UUID | None) -> SessionRead:
    return SessionRead(
        id=row.id,
        device_name=row.device_name,
        source=row.source,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        proved_at=row.proved_at,
        idle_seconds=int(sessions.idle_limit(row).total_seconds()),
        expires_at=row.expires_at,
        is_current=row.id == current_id,
    )
