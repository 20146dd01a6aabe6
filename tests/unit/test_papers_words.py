"""Days, times, figures and states as they read on paper."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from app.models.attendances import AttendanceStatus, RosterReason
from app.models.meetings import HeldAs
from app.papers import words


@pytest.mark.parametrize(
    ("on", "short", "long"),
    [
        (date(2026, 5, 5), "05/05/2026", "ngày 05 tháng 5 năm 2026"),
        (date(2026, 2, 28), "28/02/2026", "ngày 28 tháng 02 năm 2026"),
        (date(2026, 12, 31), "31/12/2026", "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_a_day_reads_as_on_an_official_paper(on: date, short: str, long: str) -> None:
    assert (words.day(on), words.long_day(on)) == (short, long)


def test_a_moment_is_told_in_viet_nam() -> None:
    late = datetime(2026, 5, 31, 17, 30, tzinfo=UTC)

    assert words.moment(late) == "00:30 ngày 01/06/2026"
    assert words.time_of_day(late) == "00:30"


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (98.86, "98,86%"),
        (100.0, "100%"),
        (66.7, "66,7%"),
        (0.0, "0%"),
        (0.13, "0,13%"),
        (None, "–"),
    ],
)
def test_a_percentage_has_a_decimal_comma(figure: float | None, said: str) -> None:
    assert words.percent(figure) == said


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (RosterReason, words.STANDINGS),
        (AttendanceStatus, words.STATUSES),
        (HeldAs, words.HELD),
    ],
)
def test_every_state_has_words(states: type[StrEnum], said: dict[StrEnum, str]) -> None:
    assert set(said) == set(states)
