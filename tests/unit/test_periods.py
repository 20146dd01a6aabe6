"""A period is a local month; its ends are moments, its days are dates."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import periods

DAYS = st.dates(date(2000, 1, 1), date(2098, 12, 31))


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        (datetime(2026, 5, 31, 16, 59, tzinfo=UTC), "2026-05"),
        (datetime(2026, 5, 31, 17, tzinfo=UTC), "2026-06"),
        (datetime(2025, 12, 31, 17, tzinfo=UTC), "2026-01"),
    ],
)
def test_the_first_hours_of_a_month_are_its_own(moment: datetime, period: str) -> None:
    assert periods.period_at(moment) == period


@pytest.mark.parametrize(
    ("period", "last"),
    [
        ("2026-02", date(2026, 2, 28)),
        ("2028-02", date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 31)),
        ("2026-04", date(2026, 4, 30)),
    ],
)
def test_a_month_ends_on_its_last_day(period: str, last: date) -> None:
    assert periods.last_day(period) == last


@given(DAYS)
def test_a_day_lies_in_its_period(day: date) -> None:
    period = periods.period_of(day)

    assert periods.first_day(period) <= day <= periods.last_day(period)
    assert periods.ends_at(period) == periods.starts_at(periods.next_period(period))


@given(DAYS, DAYS)
def test_periods_sort_as_their_days_do(one: date, other: date) -> None:
    first, last = sorted((one, other))

    assert periods.period_of(first) <= periods.period_of(last)


def test_a_span_holds_both_ends() -> None:
    assert list(periods.span("2025-11", "2026-02")) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert list(periods.span("2026-05", "2026-05")) == ["2026-05"]
    assert list(periods.span("2026-05", "2026-04")) == []


@pytest.mark.parametrize(
    ("period", "quarter"),
    [
        ("2026-01", ("2026-01", "2026-03")),
        ("2026-05", ("2026-04", "2026-06")),
        ("2026-12", ("2026-10", "2026-12")),
    ],
)
def test_a_quarter_is_three_months(period: str, quarter: tuple[str, str]) -> None:
    assert periods.quarter_of(period) == quarter


@pytest.mark.parametrize(
    ("today", "counted"),
    [
        (date(2026, 5, 15), date(2026, 5, 15)),
        (date(2026, 5, 31), date(2026, 5, 31)),
        (date(2026, 7, 1), date(2026, 5, 31)),
    ],
)
def test_a_running_period_is_counted_today_and_a_past_one_on_its_last_day(
    today: date, counted: date
) -> None:
    assert periods.counted_on("2026-05", today) == counted


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026-05", True),
        ("2000-12", True),
        ("2026-13", False),
        ("2026-00", False),
        ("1999-12", False),
        ("2026-5", False),
        ("2026-05-01", False),
        ("2026-05\n", False),
        ("", False),
    ],
)
def test_a_period_is_a_month_of_this_century(text: str, is_one: bool) -> None:
    assert periods.is_period(text) is is_one


def test_its_first_day_and_the_same_month_a_year_before() -> None:
    assert periods.first_day("2026-10") == date(2026, 10, 1)
    assert periods.a_year_before("2026-10") == "2025-10"
    assert periods.a_year_before("2000-01") == "1999-01"


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
        (date(2026, 5, 15), 5, date(2025, 12, 15)),
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 12, 31), 24, date(2024, 12, 31)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
    ],
)
def test_some_months_before_a_day(day: date, months: int, before: date) -> None:
    assert periods.months_before(day, months) == before
