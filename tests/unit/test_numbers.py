"""Figures and days as they read in Viet Nam."""

from datetime import date

import pytest

from app.core import numbers


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (7, "7"),
        (616, "616"),
        (11_380, "11.380"),
        (5_620_000, "5.620.000"),
        (-1_234, "-1.234"),
    ],
)
def test_a_whole_number_is_grouped_by_dots(number: int, said: str) -> None:
    assert numbers.whole(number) == said


@pytest.mark.parametrize(
    ("numerator", "denominator", "said"),
    [
        (609, 616, "98,86 %"),
        (11_380, 11_525, "98,74 %"),
        (18, 22, "81,82 %"),
        (1, 800, "0,13 %"),  # exactly half: up, where a float says 0,12
        (3, 800, "0,38 %"),
        (1, 3, "33,33 %"),
        (0, 616, "0,00 %"),
        (616, 616, "100,00 %"),
        (0, 0, "—"),
    ],
)
def test_a_share_has_two_decimals_half_up(numerator: int, denominator: int, said: str) -> None:
    assert numbers.share(numerator, denominator) == said


@pytest.mark.parametrize(
    ("figure", "said"), [(92.5, "92,5"), (100.0, "100"), (98.86, "98,86"), (0.0, "0")]
)
def test_a_decimal_says_no_more_than_it_must(figure: float, said: str) -> None:
    assert numbers.decimal(figure) == said


def test_a_day_has_two_digits_of_each() -> None:
    assert numbers.day(date(2026, 5, 5)) == "05/05/2026"


@pytest.mark.parametrize(
    ("on", "long"),
    [
        (date(2026, 5, 5), "ngày 05 tháng 5 năm 2026"),
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (date(2026, 12, 31), "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_a_day_reads_as_on_an_official_paper(on: date, long: str) -> None:
    assert numbers.long_day(on) == long
