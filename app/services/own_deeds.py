"""What one person does a few times a day and no more, counted by the traces it left."""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import func
from sqlmodel import col

from app.core.errors import TooManyRequests
from app.core.selects import pick
from app.models import AuditEntry
from app.work import Work

WITHIN = timedelta(hours=24)


class TooManyDeeds(TooManyRequests):
    """A kind of deed of which `allowed` are free within a day."""

    allowed: ClassVar[int]


def expect_fewer(work: Work, action: str, refusal: type[TooManyDeeds], wanted: int = 1) -> None:
    """`refusal`, with the time until there is room again, when `wanted` more are too many."""
    statement = pick(func.count(), func.min(AuditEntry.created_at)).where(
        col(AuditEntry.actor_id) == work.actor.account_id,
        col(AuditEntry.action) == action,
        col(AuditEntry.created_at) > work.now - WITHIN,
    )
    counted = statement.execution_options(scoped="what the caller did")
    done, first_at = work.session.execute(counted).one()
    if done + wanted > refusal.allowed:
        first: datetime = first_at or work.now
        wait = first + WITHIN - work.now
        raise refusal(retry_after=int(wait.total_seconds()))
