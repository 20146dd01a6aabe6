"""Proving again, in the middle of a session, who one is: it opens the few weighty steps."""

from datetime import datetime

from app.schemas.totp import Proved, StepUp
from app.services import accounts, sessions, totp_codes
from app.services.accounts import Proof
from app.work import PROOF_LASTS, Work


def step_up(work: Work, proof: Proof, data: StepUp) -> Proved:
    """For a while from now, after the own password and, where there is one, the second factor."""
    account = accounts.own_unchanged(work, proof)
    totp_codes.expect(work, account, data.totp)
    sessions.prove(work)
    return Proved(proved_until=work.now + PROOF_LASTS)


def lasts_until(work: Work) -> datetime | None:
    """Until when the present session is proved; None when it is not."""
    if work.actor.proved_at is None or work.actor.proved_at + PROOF_LASTS < work.now:
        return None
    return work.actor.proved_at + PROOF_LASTS
