"""When a plan puts its meeting in a period."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.models import MeetingPlan, Organization
from app.services.occurrences import day_in, free_day, may_be_at, moment_in


def rule(**how: Any) -> MeetingPlan:
    return MeetingPlan(at="19:30", **how)


@pytest.mark.parametrize(
    ("how", "period", "day"),
    [
        ({"day_of_month": 5}, "2026-06", "2026-06-05"),
        ({"day_of_month": 28}, "2027-02", "2027-02-28"),
        ({"week": 1, "weekday": 1}, "2026-06", "2026-06-01"),  # June begins on a Monday
        ({"week": 1, "weekday": 7}, "2026-06", "2026-06-07"),
        ({"week": 1, "weekday": 7}, "2026-02", "2026-02-01"),
        ({"week": 2, "weekday": 4}, "2026-05", "2026-05-14"),
        ({"week": 4, "weekday": 6}, "2026-05", "2026-05-23"),
        ({"week": -1, "weekday": 6}, "2026-05", "2026-05-30"),  # the fifth
        ({"week": -1, "weekday": 6}, "2026-02", "2026-02-28"),  # the fourth
        ({"week": -1, "weekday": 5}, "2028-02", "2028-02-25"),
        ({"week": -1, "weekday": 2}, "2028-02", "2028-02-29"),  # a leap day
    ],
)
def test_the_rule_names_one_day_of_each_month(how: Any, period: str, day: str) -> None:
    assert day_in(period, rule(**how)) == date.fromisoformat(day)


def days(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=n) for n in range((end - start).days + 1)}


@pytest.mark.parametrize(
    ("day", "holidays", "free"),
    [
        ("2026-05-04", set(), "2026-05-04"),
        ("2026-05-04", days("2026-05-01", "2026-05-03"), "2026-05-04"),
        ("2026-05-01", days("2026-05-01", "2026-05-01"), "2026-05-02"),
        ("2026-02-15", days("2026-02-14", "2026-02-22"), "2026-02-23"),
        ("2026-04-30", days("2026-04-29", "2026-05-03"), "2026-04-28"),  # never in another month
        ("2026-04-28", days("2026-04-27", "2026-05-03"), "2026-04-26"),
        ("2026-12-31", days("2026-12-31", "2026-12-31"), "2026-12-30"),
        ("2026-02-01", days("2026-02-01", "2026-02-27"), "2026-02-28"),
    ],
)
def test_a_holiday_is_avoided_within_the_month(day: str, holidays: set[date], free: str) -> None:
    assert free_day(date.fromisoformat(day), holidays) == date.fromisoformat(free)


def test_a_month_of_holidays_has_no_meeting() -> None:
    assert free_day(date(2026, 2, 15), days("2026-02-01", "2026-02-28")) is None


def interval(model: Any, valid_from: str, valid_to: str | None, **more: Any) -> Any:
    ends = valid_to and date.fromisoformat(valid_to)
    return model(valid_from=date.fromisoformat(valid_from), valid_to=ends, **more)


ALWAYS = ("2026-01-01", None)


@pytest.mark.parametrize(
    ("at", "starts_at"),
    [
        ("19:30", datetime(2026, 6, 1, 12, 30, tzinfo=UTC)),
        ("00:00", datetime(2026, 5, 31, 17, tzinfo=UTC)),
        ("23:59", datetime(2026, 6, 1, 16, 59, tzinfo=UTC)),
    ],
)
def test_the_time_is_that_of_viet_nam(at: str, starts_at: datetime) -> None:
    plan = interval(MeetingPlan, *ALWAYS, day_of_month=1, at=at)

    assert moment_in("2026-06", plan, ()) == starts_at


@pytest.mark.parametrize(
    ("plan_holds", "cell_exists", "may_be"),
    [
        (ALWAYS, ALWAYS, True),
        (("2026-06-10", "2026-06-11"), ALWAYS, True),
        (("2026-06-11", None), ALWAYS, False),
        (("2026-01-01", "2026-06-10"), ALWAYS, False),
        (ALWAYS, ("2026-06-11", None), False),
        (ALWAYS, ("2026-01-01", "2026-06-10"), False),
    ],
)
def test_it_may_be_only_while_plan_and_cell_hold(
    plan_holds: Any, cell_exists: Any, may_be: bool
) -> None:
    plan, cell = interval(MeetingPlan, *plan_holds), interval(Organization, *cell_exists)
    first_hour_of_the_tenth = datetime(2026, 6, 9, 17, tzinfo=UTC)

    assert may_be_at(first_hour_of_the_tenth, plan, cell) is may_be
