"""The other half of signing in, as an authenticator would show it."""

from datetime import timedelta

from sqlmodel import Session

from app.core import totp
from app.core.clock import now
from app.models import Account
from tests.factories.people import TOTP_SECRET, enrol
from tests.world import World, rows


def digits(secret: str = TOTP_SECRET, *, steps: int = 0) -> str:
    """What the authenticator shows now, or so many steps of 30 seconds from now."""
    moment = now() + timedelta(seconds=totp.STEP_SECONDS * steps)
    return totp.digits(secret, totp.step_at(moment))


def enrol_person(session: Session, world: World, who: str) -> None:
    """Before an office is given in the test, so that its powers are there at once."""
    (account,) = rows(session, Account, Account.id == world.people[who].account_id)
    enrol(session, account)
