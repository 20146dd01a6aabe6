"""Which months of a span count for a measure."""

import pytest

from app.schemas.dashboards import Measure
from app.services.measures import FRACTIONS, figures_over, months_of

HALF = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]


@pytest.mark.parametrize(
    ("measure", "counting"),
    [
        ("cells_met", HALF),
        ("cells_met_on_time", HALF),
        ("documents_on_time", HALF),
        ("attendance", HALF),
        ("attendance_unexcused", HALF),
        ("quiz_participation", HALF),
        ("cells_met_thematic", ["2026-03", "2026-05"]),
        ("accounts_activated", ["2026-05"]),
        ("accounts_active", ["2026-05"]),
    ],
)
def test_a_measure_counts_what_its_kind_asks_for(measure: str, counting: list[str]) -> None:
    assert months_of(Measure(measure), HALF) == counting


@pytest.mark.parametrize("measure", Measure)
def test_a_single_month_is_itself_and_none_is_none(measure: Measure) -> None:
    assert months_of(measure, ["2026-05"]) == ["2026-05"]
    assert months_of(measure, []) == []


def test_themes_begin_anew_with_the_quarter_and_the_year() -> None:
    months = ["2025-11", "2025-12", "2026-01", "2026-02"]

    assert months_of(Measure.CELLS_MET_THEMATIC, months) == ["2025-12", "2026-02"]


def test_figures_over_months_are_sums_and_never_means_of_percentages() -> None:
    march = [10, 10, *[0] * 12]
    april = [90, 0, *[0] * 12]

    figures = figures_over({"2026-03": march, "2026-04": april}, ["2026-03", "2026-04"], inactive=0)

    assert figures["cells_met"] == {"numerator": 10, "denominator": 100, "percent": 10.0}
    assert set(figures) == set(FRACTIONS)
