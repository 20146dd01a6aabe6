"""Days, times, figures and states as they read on paper."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from app.models.attendances import AttendanceStatus, RosterReason
from app.models.meetings import HeldAs, MeetingKind
from app.papers import words


@pytest.mark.parametrize(
    ("on", "long"),
    [
        (date(2026, 5, 5), "ngày 05 tháng 5 năm 2026"),
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_a_day_reads_as_on_an_official_paper(on: date, long: str) -> None:
    assert words.long_day(on) == long


def test_a_moment_is_told_in_viet_nam() -> None:
    late = datetime(2026, 5, 31, 17, 30, tzinfo=UTC)

    assert words.moment(late) == "00:30 ngày 01/06/2026"
    assert words.time_of_day(late) == "00:30"


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (RosterReason, words.STANDINGS),
        (AttendanceStatus, words.STATUSES),
        (HeldAs, words.HELD),
        (MeetingKind, words.KINDS),
    ],
)
def test_every_state_has_words(states: type[StrEnum], said: dict[StrEnum, str]) -> None:
    assert set(said) == set(states)
