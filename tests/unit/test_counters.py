"""How absences are counted, as tables."""

from datetime import UTC, datetime

import pytest

from app.models import AttendanceStatus
from app.services.counters import Mark, excused_in_a_row, unexcused_months

_S = AttendanceStatus
_LETTERS = {
    "P": _S.PRESENT,
    "E": _S.ABSENT_EXCUSED,
    "U": _S.ABSENT_UNEXCUSED,
    "X": _S.EXEMPT,
    "?": _S.UNMARKED,
}


def marks(*months: str) -> list[Mark]:
    """One word a month of 2026, one letter a meeting, at noon on the 4th and the days after."""
    return [
        Mark(datetime(2026, month, 4 + at, 5, tzinfo=UTC), _LETTERS[letter])
        for month, word in enumerate(months, start=1)
        for at, letter in enumerate(word)
    ]


@pytest.mark.parametrize(
    ("months", "count"),
    [
        ((), 0),
        (("P", "E", "X", "?"), 0),
        (("U",), 1),
        (("U", "P", "U", "E", "U"), 3),
        (("UU",), 1),
        (("UP", "EU", "UX", "U?"), 2),
    ],
)
def test_months_missed_without_excuse_need_not_follow_one_another(
    months: tuple[str, ...], count: int
) -> None:
    assert unexcused_months(marks(*months), 2026) == count
    assert unexcused_months(marks(*months), 2025) == 0


def test_the_year_is_the_local_one() -> None:
    new_year = datetime(2025, 12, 31, 17, tzinfo=UTC)
    said = [Mark(new_year, _S.ABSENT_UNEXCUSED)]

    assert (unexcused_months(said, 2025), unexcused_months(said, 2026)) == (0, 1)


@pytest.mark.parametrize(
    ("months", "run"),
    [
        ((), 0),
        (("P",), 0),
        (("E", "E", "E"), 3),
        (("E", "P", "E"), 1),
        (("E", "U", "E", "E"), 2),
        (("E", "E", "U"), 0),
        (("E", "X", "?", "E"), 2),
        (("PE", "EE"), 3),
    ],
)
def test_a_run_of_excused_absences_ends_with_the_latest_meeting(
    months: tuple[str, ...], run: int
) -> None:
    assert excused_in_a_row(reversed(marks(*months))) == run
