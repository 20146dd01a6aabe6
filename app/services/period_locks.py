"""Whether what a cell did in a period may still change: asked by whoever is about to change it.

Who asks holds the cell's row weakly until the end: no two of them wait for each other, but whoever
locks the period waits for all of them, and they for the lock.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col

from app.core.errors import Conflict
from app.core.selects import pick
from app.models import Figure, Meeting
from app.services import period_seals
from app.work import Work


class PeriodLocked(Conflict):
    code = "period_locked"
    vi = "Kỳ này đã chốt; cần cấp trên mở lại cho đơn vị, kèm lý do."
    en = "This period is locked; the level above can open it for the unit, with a reason."


def expect_open(work: Work, organization_id: UUID, *among: str) -> None:
    """`PeriodLocked` when one of these periods is locked for the unit and no exception holds."""
    shut = closed(work, [(organization_id, period) for period in among])
    if shut:
        raise PeriodLocked(period=min(period for _, period in shut))


def expect_meeting_open(work: Work, meeting: Meeting) -> None:
    """`PeriodLocked` when the month in which the meeting counts is locked for its cell."""
    expect_open(work, meeting.organization_id, meeting.period)


def closed(work: Work, asked: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of the units and periods that are locked; what an exception opens is sealed again."""
    if not asked:
        return set()
    cells, among = ({each[place] for each in asked} for place in (0, 1))
    wanted = {"cells": sorted(cells), "among": sorted(among), "now": work.now}
    shut = set()
    for unit_id, period, is_locked, is_open in work.session.execute(_LOCKED, wanted):
        if not is_locked or (unit_id, period) not in asked:
            continue
        if is_open:
            period_seals.renew(work.session, period, [unit_id], work.now)
        else:
            shut.add((unit_id, period))
    return shut


_NOW: Any = bindparam("now", type_=Figure.open_until.type)  # type: ignore[union-attr]  # a column
#: Built once, for it is asked with every check-in.
_LOCKED = (
    pick(
        Figure.organization_id,
        Figure.period,
        col(Figure.locked_at).is_not(None),
        Figure.is_open(_NOW),
    )
    .where(
        col(Figure.organization_id).in_(bindparam("cells", expanding=True)),
        col(Figure.period).in_(bindparam("among", expanding=True)),
    )
    .order_by(col(Figure.period), col(Figure.path))
    .with_for_update(read=True, key_share=True)
    .execution_options(scoped="of reached units")
)
