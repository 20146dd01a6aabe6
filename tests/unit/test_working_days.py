"""Terms in working days."""

from datetime import date

import pytest

from app.core import working_days

#: The days off around the Lunar New Year of 2027: 5 to 11 February.
TET = frozenset(date(2027, 2, day) for day in range(5, 12))


@pytest.mark.parametrize(
    ("begins", "count", "ends"),
    [
        ("2026-05-15", 1, "2026-05-18"),  # a Friday: the term begins on Monday
        ("2026-05-15", 2, "2026-05-19"),
        ("2026-05-15", 5, "2026-05-22"),
        ("2026-05-15", 10, "2026-05-29"),
        ("2026-05-16", 1, "2026-05-18"),  # a Saturday
        ("2026-05-17", 1, "2026-05-18"),
        ("2026-05-18", 1, "2026-05-19"),
        ("2026-12-31", 1, "2027-01-01"),
        ("2028-02-28", 1, "2028-02-29"),
        ("2026-05-15", 0, "2026-05-15"),
    ],
)
def test_weekends_are_none(begins: str, count: int, ends: str) -> None:
    assert working_days.after(date.fromisoformat(begins), count) == date.fromisoformat(ends)


@pytest.mark.parametrize(
    ("begins", "count", "ends"),
    [
        ("2027-02-04", 1, "2027-02-12"),  # the Thursday before
        ("2027-02-04", 2, "2027-02-15"),
        ("2027-02-05", 2, "2027-02-15"),  # the first day off
        ("2027-02-03", 2, "2027-02-12"),
        ("2027-01-29", 10, "2027-02-19"),
    ],
)
def test_holidays_are_none(begins: str, count: int, ends: str) -> None:
    assert working_days.after(date.fromisoformat(begins), count, TET) == date.fromisoformat(ends)
