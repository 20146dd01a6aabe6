"""Intervals of days: the first day in, the first day out."""

from datetime import date

from app.core.errors import Invalid


def expect_interval(valid_from: date, valid_to: date | None, *, shortest: int = 1) -> None:
    """`Invalid` for fewer than `shortest` days; none at all undoes what was entered by mistake."""
    if valid_to is not None and (valid_to - valid_from).days < shortest:
        raise Invalid.at(
            "/valid_to",
            "before_start",
            "Ngày kết thúc phải sau ngày bắt đầu.",
            "The end lies before the beginning.",
        )
