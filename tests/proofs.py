"""Whether somebody of the small world has proved who they are a short while ago."""

from datetime import timedelta

from sqlmodel import Session

from app.models import AccountSession
from app.work import PROOF_LASTS
from tests.world import NOON, World, rows


def let_lapse(session: Session, world: World, who: str) -> None:
    """At noon, the proof has just become too old."""
    (login,) = rows(session, AccountSession, AccountSession.id == world.people[who].session_id)
    login.proved_at = NOON - PROOF_LASTS - timedelta(seconds=1)
    session.add(login)
    session.flush()
