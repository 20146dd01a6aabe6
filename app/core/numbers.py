"""How figures and days read in Viet Nam: 11.380; 98,86 %; 05/05/2026. Nothing else writes them."""

from datetime import date
from typing import Final

from app.core.percent import percent

#: What stands where there was nothing to count.
NOTHING: Final = "—"


def whole(number: int) -> str:
    """11.380: groups of three, by dots."""
    return f"{number:,}".replace(",", ".")


def decimal(figure: float) -> str:
    """92,5 and 100: a decimal comma, at most two decimals, none that says nothing."""
    return f"{figure:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def share(numerator: int, denominator: int) -> str:
    """98,86 %: rounded half-up on the exact fraction."""
    return percentage(percent(numerator, denominator))


def percentage(figure: float | None) -> str:
    """What `percent` made, with its two decimals."""
    return NOTHING if figure is None else f"{figure:.2f} %".replace(".", ",")


def day(on: date) -> str:
    """05/05/2026"""
    return f"{on:%d/%m/%Y}"


def long_day(on: date) -> str:
    """Ngày 05 tháng 5 năm 2026: a day below 10 and the months 1 and 2 are written with a zero."""
    month = f"{on.month:02}" if on.month <= 2 else f"{on.month}"
    return f"ngày {on.day:02} tháng {month} năm {on.year}"
