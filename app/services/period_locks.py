"""Whether what a cell did in a period may still change: asked by whoever is about to change it.

Who asks holds the cell's row weakly until the end: no two of them wait for each other, but whoever
locks the period waits for all of them, and they for the lock.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case
from sqlmodel import col

from app.core.errors import Conflict
from app.core.selects import pick, portions
from app.models import Figure, Meeting
from app.services import period_seals
from app.work import Work


class PeriodLocked(Conflict):
    code = "period_locked"
    vi = "Kỳ này đã chốt; cần cấp trên mở lại cho đơn vị, kèm lý do."
    en = "This period is locked; the level above can open it for the unit, with a reason."


def expect_open(work: Work, organization_id: UUID, *among: str) -> None:
    """`PeriodLocked` when one of these periods is locked for the unit and no exception holds."""
    _expect_none(closed(work, [(organization_id, period) for period in among]))


def expect_meeting_open(work: Work, meeting: Meeting) -> None:
    """`PeriodLocked` when the month in which the meeting counts is locked for its cell."""
    expect_open(work, meeting.organization_id, meeting.period)


def expect_meetings_open(work: Work, meetings: Iterable[Meeting]) -> None:
    """The same for many at once."""
    _expect_none(closed(work, [(each.organization_id, each.period) for each in meetings]))


def closed(work: Work, asked: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of the units and periods that are locked; what an exception opens is sealed again."""
    by_period: dict[str, set[UUID]] = defaultdict(set)
    for unit_id, period in asked:
        by_period[period].add(unit_id)
    shut = set()
    for period, units in sorted(by_period.items()):
        for portion in portions(sorted(units)):
            wanted = {"units": portion, "period": period, "now": work.now}
            for unit_id, is_open in work.session.execute(_LOCKED, wanted):
                if is_open:
                    period_seals.renew(work.session, period, [unit_id], work.now)
                elif is_open is not None:
                    shut.add((unit_id, period))
    return shut


def _expect_none(shut: Collection[tuple[UUID, str]]) -> None:
    if shut:
        raise PeriodLocked(period=min(period for _, period in shut))


_NOW: Any = bindparam("now", type_=Figure.open_until.type)  # type: ignore[union-attr]  # a column
#: Whether each locked one is open by an exception; null where nothing is locked, whose rows are
#: held all the same. Built once, for it is asked with every check-in.
_LOCKED = (
    pick(
        Figure.organization_id,
        case((col(Figure.locked_at).is_not(None), Figure.is_open(_NOW))),
    )
    .where(
        col(Figure.organization_id).in_(bindparam("units", expanding=True)),
        col(Figure.period) == bindparam("period"),
    )
    .order_by(col(Figure.organization_id))
    .with_for_update(read=True, key_share=True)
    .execution_options(scoped="of reached units")
)
