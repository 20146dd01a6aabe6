"""Terms of the law run in working days: Saturdays, Sundays and holidays are none."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final

_SATURDAY: Final = 6


def after(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The last day of a term that begins on the day after `day`."""
    while count:
        day += timedelta(days=1)
        if day.isoweekday() < _SATURDAY and day not in holidays:
            count -= 1
    return day
