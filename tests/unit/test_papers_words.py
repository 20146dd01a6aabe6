"""Days, times, figures and states as they read on paper."""

from datetime import UTC, datetime
from enum import StrEnum

import pytest

from app.models.attendances import AttendanceStatus, RosterReason
from app.models.meetings import HeldAs, MeetingKind
from app.papers import words


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
