"""The one place where a percentage is made: from two counts, half-up, two decimals."""


def percent(numerator: int, denominator: int) -> float | None:
    """`percent(609, 616)` is 98.86, `percent(1, 800)` 0.13; None when there is nothing."""
    if denominator == 0:
        return None
    return (20_000 * numerator + denominator) // (2 * denominator) / 100
