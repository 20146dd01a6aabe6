"""Accounts opened and used, entered many at once: the facts a single sign-in would leave."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from app.core.clock import local_date
from app.core.ids import new_id
from app.core.periods import period_at
from app.models import Account, Activity, AuditEntry, Member
from app.policies.permissions import Permission
from app.services import figures
from app.services.reaching import expect_reached
from app.work import Work


def record(work: Work, activated_at: Mapping[UUID, datetime], password_hash: str) -> None:
    """Open an account for each of these members, at the moment given for each.

    `NotFound` when one of them is not within reach: then none is opened.
    """
    expect_reached(work, Permission.ACTIVATION_CODE_CREATE, Member, activated_at)
    rows = [
        {
            "id": new_id(),
            "created_at": moment,
            "version": 1,
            "member_id": member_id,
            "password_hash": password_hash,
            "activated_at": moment,
        }
        for member_id, moment in activated_at.items()
    ]
    if not rows:
        return
    work.session.execute(insert(Account), rows)
    traces = [
        {
            "id": new_id(),
            "created_at": row["created_at"],
            "version": 1,
            "actor_id": work.actor.account_id,
            "action": "account.activated",
            "subject_id": row["id"],
            "details": {},
        }
        for row in rows
    ]
    work.session.execute(insert(AuditEntry), traces)
    figures.recount_members(work, list(activated_at), since=local_date(min(activated_at.values())))


def record_use(work: Work, member_ids: Sequence[UUID]) -> None:
    """Note that these members made an authenticated request in the period of `work.now`."""
    expect_reached(work, Permission.ACTIVITY_RECORD, Member, member_ids)
    period = period_at(work.now)
    rows = [
        {"member_id": member_id, "period": period, "first_at": work.now} for member_id in member_ids
    ]
    if rows:
        work.session.execute(insert(Activity), rows)
        figures.recount_members(work, member_ids, since=local_date(work.now))
