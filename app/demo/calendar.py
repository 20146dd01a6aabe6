"""What happened in the demonstration committee, month by month: who, when, how many.

The counts are the story's own; what a screen shows is counted from the rows they leave.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar

from app.core import periods
from app.core.clock import LOCAL
from app.demo.tree import SEED

T = TypeVar("T")

FIRST_PERIOD = "2026-01"
#: The month the bulletin tells of, with its seven cells and 145 members.
BULLETIN_PERIOD = "2026-05"
CELLS_NOT_MET_THEN = 7
WITHOUT_ACCOUNT_THEN = 145
#: How many were still without an account at the end of each earlier month, of 1,000.
_STILL_WITHOUT = {"2026-01": 412, "2026-02": 236, "2026-03": 118, "2026-04": 41}
#: How many of those 145 come round in each month after.
_LATER_ACTIVATIONS = 11
#: Cells that miss an ordinary month, and cells that submit late, of 1,000.
_MISSES, _LATE = 12, 35
#: Meetings without a document, and those whose document comes on the day itself, of 1,000.
_WITHOUT_DOCUMENT, _DOCUMENT_LATE = 10, 30
_EXCUSED, _UNEXCUSED, _IDLE = 0.068, 0.011, 0.043


@dataclass(frozen=True)
class Month:
    """One month of the story; `until` is where it ends, or the present moment."""

    period: str
    until: datetime
    is_running: bool
    without_account: int
    cells_not_met: int
    chance: random.Random = field(compare=False)

    def evening(self) -> datetime:
        """When a cell meets: an evening of the third to the eighth day."""
        day = periods.first_day(self.period) + timedelta(days=self.chance.randint(2, 7))
        clock = time(19, self.chance.choice((0, 0, 15, 30)), tzinfo=LOCAL)
        return datetime.combine(day, clock)

    def thematic_evening(self) -> datetime:
        """When a cell meets on a theme: later in the month than for its regular meeting."""
        day = periods.first_day(self.period) + timedelta(days=self.chance.randint(12, 20))
        return datetime.combine(day, time(19, 30, tzinfo=LOCAL))

    def has_theme(self, place: int) -> bool:
        """Whether the cell at this place of the tree has its theme in this month: each has one a
        quarter, but every tenth forgets it."""
        month_of_quarter = (int(self.period[5:]) - 1) % 3
        return place % 10 != 9 and place % 3 == month_of_quarter

    def notice(self, starts_at: datetime) -> datetime:
        """Some days before a meeting, when the month has begun."""
        return self._before(starts_at, timedelta(days=self.chance.randint(3, 7)))

    def document(self, starts_at: datetime) -> datetime | None:
        """Some days before a meeting too, now and then on its day, or never."""
        drawn = self.chance.random() * 1000
        if drawn < _WITHOUT_DOCUMENT:
            return None
        is_late = drawn < _WITHOUT_DOCUMENT + _DOCUMENT_LATE
        return self._before(starts_at, timedelta(hours=6 if is_late else 48))

    def _before(self, moment: datetime, ahead: timedelta) -> datetime:
        return max(moment - ahead, periods.starts_at(self.period) + timedelta(hours=8))

    def submission(self, ended_at: datetime) -> datetime:
        """The next morning mostly, now and then a week later; never after the month's story."""
        is_late = self.chance.random() * 1000 < _LATE
        wanted = ended_at + timedelta(days=6 if is_late else 0, hours=self.chance.randint(1, 20))
        return min(wanted, self.until)

    def absent(self) -> str | None:
        """Whether a member stays away from a meeting, and how."""
        drawn = self.chance.random()
        if drawn < _UNEXCUSED:
            return "absent_unexcused"
        return "absent_excused" if drawn < _UNEXCUSED + _EXCUSED else None

    def is_idle(self) -> bool:
        """Whether a member with an account does not use it this month."""
        return self.chance.random() < _IDLE

    def moment(self) -> datetime:
        """Some moment of the month, before its story ends."""
        start = periods.starts_at(self.period) + timedelta(hours=9)
        return start + (self.until - start) * self.chance.random()


def months(now: datetime, members: int, cells: int) -> Iterator[Month]:
    """The months from January 2026 to the present one."""
    present = periods.period_at(now)
    first = min(FIRST_PERIOD, present)
    for number, period in enumerate(periods.span(first, present)):
        ended = periods.ends_at(period) - timedelta(minutes=1)
        chance = random.Random(SEED * 100 + number)  # noqa: S311 - a story, no secret
        yield Month(
            period=period,
            until=min(now, ended),
            is_running=period == present,
            without_account=_without_account(period, members),
            cells_not_met=_cells_not_met(period, cells, chance),
            chance=chance,
        )


def choose(chance: random.Random, among: Sequence[T], number: int) -> list[T]:
    """A sample that keeps the order of the whole."""
    chosen = set(chance.sample(range(len(among)), min(number, len(among))))
    return [one for place, one in enumerate(among) if place in chosen]


def planned_evening(month: Month) -> datetime:
    """When a cell means to meet in the month after."""
    day = periods.first_day(periods.next_period(month.period))
    day += timedelta(days=month.chance.randint(2, 7))
    return datetime.combine(day, time(19, 30, tzinfo=LOCAL))


def _without_account(period: str, members: int) -> int:
    if period in _STILL_WITHOUT:
        return members * _STILL_WITHOUT[period] // 1000
    later = len(list(periods.span(BULLETIN_PERIOD, period))) - 1
    return max(20, WITHOUT_ACCOUNT_THEN - _LATER_ACTIVATIONS * max(0, later))


def _cells_not_met(period: str, cells: int, chance: random.Random) -> int:
    if period == BULLETIN_PERIOD:
        return CELLS_NOT_MET_THEN
    return cells * _MISSES // 1000 + chance.randint(-3, 6)
