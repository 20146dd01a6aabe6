"""Where a local day begins, whatever the zone of the server."""

import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock

#: Seconds since 1970, from 1950 to 2100.
MOMENTS = st.integers(-631_152_000, 4_102_444_800).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-05-31T16:59:59Z", date(2026, 5, 31)),
        ("2026-05-31T17:00:00Z", date(2026, 6, 1)),
        ("2026-06-01T00:00:00+07:00", date(2026, 6, 1)),
        ("2026-05-31T23:59:59-10:00", date(2026, 6, 1)),
        ("2026-12-31T17:00:00Z", date(2027, 1, 1)),
    ],
)
def test_the_first_hours_of_a_day_are_its_own(moment: str, day: date) -> None:
    assert clock.local_date(datetime.fromisoformat(moment)) == day


@given(MOMENTS)
def test_a_moment_lies_between_the_ends_of_its_day(moment: datetime) -> None:
    day = clock.local_date(moment)

    assert clock.day_starts_at(day) <= moment < clock.day_ends_at(day)
    assert clock.day_ends_at(day) == clock.day_starts_at(day + timedelta(days=1))


def test_a_day_of_1975_had_another_offset() -> None:
    assert clock.day_starts_at(date(1975, 5, 1)).hour == 16
    assert clock.day_starts_at(date(2026, 5, 1)).hour == 17


def test_the_zone_of_the_server_is_nobodys_business(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 5, 31, 17, tzinfo=UTC)
    for zone in ("America/Los_Angeles", "UTC", "Asia/Tokyo"):
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            assert clock.local_date(moment) == date(2026, 6, 1)
    time.tzset()


def test_now_is_aware_and_in_utc() -> None:
    with time_machine.travel(datetime(2026, 5, 15, 12, tzinfo=timezone(timedelta(hours=7)))):
        assert clock.now().tzinfo is UTC
        assert clock.now().hour == 5
