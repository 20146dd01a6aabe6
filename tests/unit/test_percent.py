"""A percentage is made once, from two counts, half-up on the exact fraction."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.percent import percent


@pytest.mark.parametrize(
    ("numerator", "denominator", "told"),
    [
        (609, 616, 98.86),
        (11_380, 11_525, 98.74),
        (1, 800, 0.13),  # 0.125: a float rounds it to 0.12
        (3, 800, 0.38),  # 0.375
        (1, 3, 33.33),
        (2, 3, 66.67),
        (0, 5, 0.0),
        (5, 5, 100.0),
        (9_999, 10_000, 99.99),
        (199_999, 200_000, 100.0),
    ],
)
def test_it_is_rounded_half_up(numerator: int, denominator: int, told: float) -> None:
    assert percent(numerator, denominator) == told


def test_of_nothing_there_is_none() -> None:
    assert percent(0, 0) is None


@given(st.integers(1, 6_000_000), st.data())
def test_it_is_the_exact_quotient_to_two_places(denominator: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, denominator))
    with localcontext(prec=60):
        exact = Decimal(100 * numerator) / Decimal(denominator)
        rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    told = percent(numerator, denominator)

    assert Decimal(str(told)) == rounded
    assert told is not None
    assert 0 <= told <= 100
