"""What is measured: each measure is one count over another, of the months that it counts."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from app.core import periods
from app.core.percent import percent
from app.models import COUNTS
from app.schemas.dashboards import Measure

Numbers = list[int]

#: Each measure is one count over another.
FRACTIONS: dict[Measure, tuple[str, str]] = {
    Measure.CELLS_MET: ("cells_met", "cells"),
    Measure.CELLS_MET_ON_TIME: ("cells_met_on_time", "cells"),
    Measure.CELLS_MET_THEMATIC: ("cells_met_thematic", "cells"),
    Measure.DOCUMENTS_ON_TIME: ("documents_on_time", "cells"),
    Measure.ACCOUNTS_ACTIVATED: ("accounts_activated", "accounts"),
    Measure.ACCOUNTS_ACTIVE: ("accounts_active", "accounts"),
    Measure.ATTENDANCE: ("present", "summoned"),
    Measure.ATTENDANCE_EXCUSED: ("excused", "summoned"),
    Measure.ATTENDANCE_UNEXCUSED: ("unexcused", "summoned"),
    Measure.QUIZ_PARTICIPATION: ("quiz_done", "quiz_expected"),
}
#: What is missing from these are cells; from the others, members.
OF_CELLS = frozenset(
    {
        Measure.CELLS_MET,
        Measure.CELLS_MET_ON_TIME,
        Measure.CELLS_MET_THEMATIC,
        Measure.DOCUMENTS_ON_TIME,
    }
)
OF_ACCOUNTS = frozenset({Measure.ACCOUNTS_ACTIVATED, Measure.ACCOUNTS_ACTIVE})
_PLACES = {
    str(measure): (COUNTS.index(above), COUNTS.index(below))
    for measure, (above, below) in FRACTIONS.items()
}


def months_of(measure: Measure, months: Sequence[str]) -> list[str]:
    """Those of some consecutive opened months whose counts add up to the measure.

    An account is a stock: it stands as at the end. Themes are counted up within their quarter, so
    that the last month of each quarter says all of it. Everything else is done anew every month.
    """
    if measure in OF_ACCOUNTS:
        return list(months[-1:])
    if measure is Measure.CELLS_MET_THEMATIC:
        return list({periods.quarter_of(month): month for month in months}.values())
    return list(months)


def figures_of(numbers: Numbers) -> dict[str, Any]:
    """Every measure as counts and per cent, from the counts of one month."""
    return {
        name: figure(numbers[above], numbers[below]) for name, (above, below) in _PLACES.items()
    }


def figures_over(
    by_month: Mapping[str, Numbers], months: Sequence[str], *, inactive: int
) -> dict[str, Any]:
    """Every measure over several months.

    `inactive` are the members due an account at the end who did not use it in any of them: that
    cannot be told from the counts of the months.
    """
    figures = {}
    for measure, (above, below) in FRACTIONS.items():
        found = [by_month[month] for month in months_of(measure, months) if month in by_month]
        numerator = sum(numbers[COUNTS.index(above)] for numbers in found)
        denominator = sum(numbers[COUNTS.index(below)] for numbers in found)
        if measure is Measure.ACCOUNTS_ACTIVE:
            numerator = denominator - inactive
        figures[str(measure)] = figure(numerator, denominator)
    return figures


@lru_cache(maxsize=4096)
def figure(numerator: int, denominator: int) -> Mapping[str, float | None]:
    """Made once: a page shows hundreds, most of them the same 19 of 19."""
    share = percent(numerator, denominator)
    return {"numerator": numerator, "denominator": denominator, "percent": share}
