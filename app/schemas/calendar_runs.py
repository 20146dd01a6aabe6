"""What the calendar did last, and when it will again."""

from datetime import datetime

from app.models import JobStatus
from app.schemas.base import Output
from app.schemas.jobs import JobError


class CalendarRunRead(Output):
    """`due_at` is the latest moment that was taken in hand; the rest is how that went."""

    name: str
    next_at: datetime
    is_late: bool
    due_at: datetime | None
    status: JobStatus | None
    started_at: datetime | None
    ended_at: datetime | None
    considered: int | None
    done: int | None
    skipped: int | None
    failed: int | None
    total: int | None
    errors: list[JobError] | None
    attempts: int | None


class CalendarRead(Output):
    """The whole calendar; it is short and never paged."""

    items: list[CalendarRunRead]
