"""What a reader of figures asks about: one month, or several in a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core import periods
from app.core.errors import Invalid
from app.schemas.dashboards import SpanQuery

#: Two years: more is told by a trend.
LONGEST = 24


@dataclass(frozen=True)
class Span:
    """Consecutive months, at least one."""

    months: Sequence[str]

    @property
    def name(self) -> str:
        """`2026-05`, or `2026-04/2026-06`."""
        ends = dict.fromkeys((self.months[0], self.months[-1]))
        return "/".join(ends)

    def opened(self, now: datetime) -> list[str]:
        """The months that have begun."""
        present = periods.period_at(now)
        return [month for month in self.months if month <= present]

    def a_year_before(self) -> "Span":
        return Span([periods.a_year_before(month) for month in self.months])


def of(query: SpanQuery, at: str = "/query") -> Span:
    """The month or the months asked for, said in exactly one of the two ways, at a place."""
    if query.period is not None:
        if query.since is not None or query.to is not None:
            raise Invalid.at(
                f"{at}/period",
                "one_of",
                "Chọn một kỳ, hoặc khoảng từ kỳ đến kỳ.",
                "Give one period, or from and to.",
            )
        return Span([query.period])
    if query.since is None and query.to is None:
        raise _required(f"{at}/period")
    if query.since is None or query.to is None:
        raise _required(f"{at}/from" if query.since is None else f"{at}/to")
    return between(query.since, query.to, LONGEST, at)


def between(first: str, last: str, longest: int, at: str = "/query") -> Span:
    """The months from one to another, both included."""
    if last < first:
        raise Invalid.at(
            f"{at}/to",
            "ends_before_start",
            "Kỳ cuối phải không trước kỳ đầu.",
            "The last period lies before the first.",
        )
    months = list(periods.span(first, last))
    if len(months) > longest:
        raise Invalid.at(
            f"{at}/to",
            "too_long",
            f"Nhiều nhất {longest} kỳ.",
            f"At most {longest} periods.",
        )
    return Span(months)


def _required(pointer: str) -> Invalid:
    return Invalid.at(pointer, "required", "Trường này là bắt buộc.", "This field is required.")
