"""What a report says before it is stored: of whom, of when, and all that its files are made of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlmodel import col

from app.core import periods
from app.core.errors import Invalid
from app.core.selects import pick
from app.models import Figure, Organization, ReportKind
from app.schemas.reports import ReportCreate
from app.services import spans
from app.services.spans import Span
from app.work import Work

_COMMITTEE = re.compile(r"(?i)đảng bộ(?= )")
_PLACE = re.compile(r"Đảng (?:bộ|ủy) (?:tỉnh|thành phố|xã|phường|thị trấn|đặc khu) (.+)")
_UNKNOWN: Final = "…"
_NAMED_ABOVE: Final = {"scoped": "named on a unit's report"}


def span_words(span: Span) -> str:
    """tháng 5 năm 2026; quý II năm 2026; 6 tháng đầu năm 2026; năm 2026; từ … đến …"""
    first, last = span.months[0], span.months[-1]
    year, months = first[:4], (int(first[5:]), int(last[5:]))
    if first == last:
        return f"tháng {months[0]} năm {year}"
    named = _NAMED.get(months) if year == last[:4] else None
    if named:
        return named.format(year)
    return f"từ tháng {months[0]}/{year} đến tháng {months[1]}/{last[:4]}"


_NAMED: Final = {
    (1, 3): "quý I năm {}",
    (4, 6): "quý II năm {}",
    (7, 9): "quý III năm {}",
    (10, 12): "quý IV năm {}",
    (1, 6): "6 tháng đầu năm {}",
    (7, 12): "6 tháng cuối năm {}",
    (1, 12): "năm {}",
}


@dataclass(frozen=True)
class Draft:
    """`content` is JSON alone, and knows no moment: the same figures are the same report."""

    kind: ReportKind
    organization_id: UUID
    span: Span
    content: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    member_id: UUID | None = None

    @property
    def first(self) -> str:
        return self.span.months[0]

    @property
    def last(self) -> str:
        return self.span.months[-1]


def year_of(year: int) -> Span:
    return Span(list(periods.span(f"{year}-01", f"{year}-12")))


def head_of(work: Work, unit: Organization, span: Span) -> dict[str, str]:
    """What stands above every report: the committee over the unit then, who reports, and where."""
    above_id = _above(work, unit, span)
    above = above_id and work.session.get(Organization, above_id, execution_options=_NAMED_ABOVE)
    parent = above.name if above else unit.name
    places = (_PLACE.fullmatch(name) for name in (unit.name, parent))
    return {
        "parent": parent,
        "unit": unit.name,
        "organ": _COMMITTEE.sub("Đảng ủy", unit.name, count=1),
        "code": unit.code,
        "place": next((place[1] for place in places if place), _UNKNOWN),
    }


def _above(work: Work, unit: Organization, span: Span) -> UUID | None:
    """By the tree of the last month that was counted; by today's when none was."""
    statement = (
        pick(Figure.parent_id)
        .where(col(Figure.organization_id) == unit.id, col(Figure.period).in_(span.months))
        .order_by(col(Figure.period).desc())
        .limit(1)
        .execution_options(**_NAMED_ABOVE)
    )
    counted = work.session.execute(statement).one_or_none()
    return counted.parent_id if counted else unit.parent_id


def expect_asked(data: ReportCreate, at: str = "") -> None:
    """All that the kind needs and nothing else; faults are told below the place `at`."""
    needs = _NEEDS[data.kind]
    said = data.model_dump(exclude_none=True, exclude={"kind"})
    for name in needs:
        if name not in said:
            raise Invalid.at(
                f"{at}/{name}", "required", "Trường này là bắt buộc.", "This field is required."
            )
    for name in said.keys() - set(needs) - _ALSO.get(data.kind, set()):
        raise Invalid.at(
            f"{at}/{_WRITTEN.get(name, name)}",
            "unknown_field",
            "Loại báo cáo này không dùng trường đó.",
            "This kind of report asks for no such thing.",
        )
    if data.kind in _ALSO:
        spans.of(data, at)


def expect_proof(work: Work, kind: ReportKind) -> None:
    """Of what names many people, a proof of who asks; called once it is known what is asked for."""
    if kind in _NAMES_MANY:
        work.expect_proof()


_NAMES_MANY: Final = frozenset({ReportKind.CELL_YEAR, ReportKind.COMMITTEE, ReportKind.CALL_LIST})
_SPAN: Final = {"period", "since", "to"}
_NEEDS: Final[Mapping[ReportKind, tuple[str, ...]]] = {
    ReportKind.MONTHLY: ("organization_id",),
    ReportKind.COMMITTEE: ("organization_id",),
    ReportKind.CELL_YEAR: ("organization_id", "year"),
    ReportKind.MEMBER_YEAR: ("member_id", "year"),
    ReportKind.CALL_LIST: ("organization_id", "period", "measure"),
}
_ALSO: Final = {ReportKind.MONTHLY: _SPAN, ReportKind.COMMITTEE: _SPAN}
_WRITTEN: Final = {"since": "from"}
