"""The one place that asks what time it is, and where a local day begins."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> date:
    """The day a moment falls on in Viet Nam: `2026-05-31T17:00Z` is 1 June."""
    return moment.astimezone(LOCAL).date()


def day_starts_at(day: date) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL).astimezone(UTC)


def day_ends_at(day: date) -> datetime:
    """The first moment after a local day, in UTC."""
    return day_starts_at(day + timedelta(days=1))


def local_moment(written: datetime) -> datetime:
    """What somebody in Viet Nam wrote without saying where, in UTC."""
    return (written if written.tzinfo else written.replace(tzinfo=LOCAL)).astimezone(UTC)
