"""Whether what a cell did in a period may still change: asked by whoever is about to change it."""

from uuid import UUID

from sqlmodel import col, select

from app.core.errors import Conflict
from app.models import Figure, Meeting
from app.work import Work


class PeriodLocked(Conflict):
    code = "period_locked"
    vi = "Kỳ này đã chốt; cần cấp trên mở lại cho đơn vị, kèm lý do."
    en = "This period is locked; the level above can open it for the unit, with a reason."


def expect_open(work: Work, organization_id: UUID, *among: str) -> None:
    """`PeriodLocked` when one of these periods is locked for the unit and no exception holds."""
    locked = select(Figure.period).where(
        Figure.organization_id == organization_id,
        col(Figure.period).in_(among),
        ~Figure.is_open(work.now),
    )
    scoped = locked.order_by(Figure.period).execution_options(scoped="of a reached unit")
    if (period := work.session.execute(scoped).scalars().first()) is not None:
        raise PeriodLocked(period=period)


def expect_meeting_open(work: Work, meeting: Meeting) -> None:
    """`PeriodLocked` when the month in which the meeting counts is locked for its cell."""
    expect_open(work, meeting.organization_id, meeting.period)
