"""Intervals of days: the first day in, the first day out."""

from datetime import date

from app.core.errors import Invalid


def expect_interval(valid_from: date, valid_to: date | None) -> None:
    """`Invalid` when it ends on or before the day it begins."""
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid.at(
            "/valid_to",
            "before_start",
            "Ngày kết thúc phải sau ngày bắt đầu.",
            "The end lies before the beginning.",
        )
