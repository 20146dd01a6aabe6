"""A period is a local month, written `YYYY-MM`."""

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app.core.clock import day_starts_at, local_date

PATTERN = r"^(20[0-9]{2})-(0[1-9]|1[0-2])$"


def is_period(text: str) -> bool:
    """Whether the text names a month of this century."""
    return re.fullmatch(PATTERN, text) is not None


def period_of(day: date) -> str:
    """The period a local day lies in."""
    return f"{day.year:04d}-{day.month:02d}"


def period_at(moment: datetime) -> str:
    """The period a moment lies in, whatever the server's zone."""
    return period_of(local_date(moment))


def first_day(period: str) -> date:
    return date(int(period[:4]), int(period[5:]), 1)


def last_day(period: str) -> date:
    year, month = int(period[:4]), int(period[5:])
    return date(year, month, calendar.monthrange(year, month)[1])


def next_period(period: str) -> str:
    return period_of(last_day(period) + timedelta(days=1))


def a_year_before(period: str) -> str:
    """The same month of the year before."""
    return f"{int(period[:4]) - 1:04d}{period[4:]}"


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def starts_at(period: str) -> datetime:
    """The first moment of a period."""
    return day_starts_at(first_day(period))


def ends_at(period: str) -> datetime:
    """The first moment after a period."""
    return day_starts_at(first_day(next_period(period)))


def counted_on(period: str, today: date) -> date:
    """The day on which a period's denominators are read: its last, or today while it runs."""
    return min(last_day(period), today)


def quarter_of(period: str) -> tuple[str, str]:
    """The first and the last period of the calendar quarter that a period lies in."""
    first = (int(period[5:]) - 1) // 3 * 3 + 1
    return f"{period[:4]}-{first:02d}", f"{period[:4]}-{first + 2:02d}"


def span(first: str, last: str) -> Iterator[str]:
    """The periods from `first` to `last`, both included; none when `last` lies before."""
    while first <= last:
        yield first
        first = next_period(first)
