"""Every week a committee is told how its month goes, what changed, and where to act first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_
from sqlmodel import col, select

from app.core import numbers, periods
from app.core.clock import local_date
from app.core.selects import pick
from app.models import (
    COUNTS,
    Figure,
    FigureDelta,
    NotificationKind,
    Office,
    Organization,
    OrganizationKind,
    Role,
    WeeklySummary,
)
from app.models.base import valid_on
from app.services import figures, notices
from app.services.cell_counts import Counts
from app.work import Work

#: So long a summary is kept, to compare with.
KEPT = timedelta(days=60)
#: So many units below are named.
FIRST = 5
_TOLD = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.OFFICER)


class Line(NamedTuple):
    """A figure of the summary: its words, and the counts it is made of."""

    words: str
    numerator: str
    denominator: str


LINES = (
    Line("Chi bộ đã sinh hoạt thường kỳ", "cells_met", "cells"),
    Line("Đúng hạn, đủ điều kiện", "cells_met_on_time", "cells"),
    Line("Tài khoản đã kích hoạt", "accounts_activated", "accounts"),
    Line("Đảng viên có mặt", "present", "summoned"),
)
_NAMES = tuple(dict.fromkeys(name for line in LINES for name in line[1:]))


@dataclass
class Found:
    """What is known of one committee."""

    unit: Organization
    people: list[UUID]
    now: Counts = field(default_factory=dict)
    before: Mapping[str, int] = field(default_factory=dict)
    children: list[tuple[str, Counts]] = field(default_factory=list)


def committees(work: Work) -> list[UUID]:
    """The units above the cells in which somebody is to be told."""
    statement = (
        pick(Organization.id)
        .join(Office, col(Office.organization_id) == col(Organization.id))
        .where(*_whom(work), *valid_on(Organization, local_date(work.now)))
        .order_by(col(Organization.path))
        .distinct()
        .add_columns(col(Organization.path))
    )
    return [found[0] for found in work.session.execute(_scoped(statement))]


def look(work: Work, organization_ids: Collection[UUID], day: date) -> list[Found]:
    """How these committees stand in the month in which the week before a day began.

    All of it as of one moment: a figure is a row and what waits to be added to it. Harmless to
    repeat: who has a summary of that day is passed over.
    """
    period = _period(day)
    units = _units(work, organization_ids, day)
    _count(work, units, period)
    _remember(work, units, day, period)
    return list(units.values())


def tell(work: Work, found: Collection[Found], day: date) -> int:
    """Keep what was found, and tell it where it is new; to how many committees that was."""
    told = 0
    for each in found:
        summary = WeeklySummary(
            created_at=work.now,
            organization_id=each.unit.id,
            day=day,
            period=_period(day),
            counts=each.now,
        )
        work.add(summary)
        if each.now and each.now != each.before:
            title = f"Tổng hợp tuần: {each.unit.name}"
            body = "\n".join(_body(each, _period(day), day))
            notice = notices.Notice(NotificationKind.WEEKLY_SUMMARY, summary, title, body)
            notices.tell(work, each.people, notice)
            told += 1
    return told


def forget(work: Work) -> None:
    """Delete what is too old to compare with."""
    old = delete(WeeklySummary).where(col(WeeklySummary.day) < local_date(work.now) - KEPT)
    work.session.execute(_scoped(old))


def _period(day: date) -> str:
    return periods.period_of(day - timedelta(days=7))


def _whom(work: Work) -> tuple[Any, ...]:
    return (
        col(Organization.kind) != OrganizationKind.CELL,
        col(Office.role).in_(_TOLD),
        col(Office.member_id).is_not(None),
        *valid_on(Office, local_date(work.now)),
    )


def _units(work: Work, organization_ids: Collection[UUID], day: date) -> dict[UUID, Found]:
    done = select(WeeklySummary.organization_id).where(col(WeeklySummary.day) == day)
    statement = (
        pick(Organization, Office.member_id)
        .join(Office, col(Office.organization_id) == col(Organization.id))
        .where(
            *_whom(work),
            col(Organization.id).in_(organization_ids),
            col(Organization.id).not_in(done),
        )
        .order_by(col(Organization.path), col(Office.id))
    )
    units: dict[UUID, Found] = {}
    for unit, member_id in work.session.execute(_scoped(statement)):
        units.setdefault(unit.id, Found(unit, [])).people.append(member_id)
    return units


def _count(work: Work, units: Mapping[UUID, Found], period: str) -> None:
    """The counts of the units and of those directly below, with what still waits to be added."""
    statement = (
        pick(Figure, Organization.name)
        .join(Organization, col(Organization.id) == col(Figure.organization_id))
        .where(
            col(Figure.period) == period,
            or_(col(Figure.organization_id).in_(units), col(Figure.parent_id).in_(units)),
        )
        .order_by(col(Figure.path))
    )
    pending = _pending(work, period)
    for row, name in work.session.execute(_scoped(statement)):
        waiting = pending.get(row.path, {})
        counts = {each: getattr(row, each) + waiting.get(each, 0) for each in _NAMES}
        if row.organization_id in units:
            units[row.organization_id].now = counts
        if row.parent_id in units:
            units[row.parent_id].children.append((name, counts))


def _pending(work: Work, period: str) -> dict[str, Counts]:
    statement = select(FigureDelta).where(FigureDelta.period == period)
    rows = work.session.execute(_scoped(statement)).scalars()
    waiting = ((row.path, {name: getattr(row, name) for name in COUNTS}) for row in rows)
    return figures.sum_above(waiting)


def _remember(work: Work, units: Mapping[UUID, Found], day: date, period: str) -> None:
    """What was told last of the same month."""
    statement = (
        pick(WeeklySummary.organization_id, WeeklySummary.counts)
        .where(
            col(WeeklySummary.organization_id).in_(units),
            col(WeeklySummary.period) == period,
            col(WeeklySummary.day) < day,
        )
        .order_by(col(WeeklySummary.day))
    )
    for organization_id, counts in work.session.execute(_scoped(statement)):
        units[organization_id].before = counts


def _body(each: Found, period: str, day: date) -> Iterator[str]:
    yield f"Tháng {period[5:]}/{period[:4]}, tính đến {numbers.day(day)}."
    for line in LINES:
        numerator, denominator = each.now[line.numerator], each.now[line.denominator]
        shown = f"{numbers.whole(numerator)}/{numbers.whole(denominator)}"
        yield f"{line.words}: {shown} = {numbers.share(numerator, denominator)}" + _change(
            each, numerator, line.numerator
        )
    if urgent := list(_urgent(each.children)):
        yield "Cần đôn đốc trước:"
        yield from urgent


def _change(each: Found, number: int, name: str) -> str:
    """Since the last summary, if there was one of this month and something moved."""
    change = number - each.before[name] if each.before else 0
    sign = "+" if change > 0 else "−"
    return f" ({sign}{numbers.whole(abs(change))} so với tuần trước)" if change else ""


def _urgent(children: Iterable[tuple[str, Counts]]) -> Iterator[str]:
    """The units below with the most cells that have not met, then the most without account."""
    lacking: dict[tuple[int, int], list[str]] = defaultdict(list)
    for name, counts in children:
        cells = counts["cells"] - counts["cells_met"]
        accounts = counts["accounts"] - counts["accounts_activated"]
        if cells or accounts:
            lacking[cells, accounts].append(name)
    ranked = [(key, name) for key in sorted(lacking, reverse=True) for name in lacking[key]]
    for (cells, accounts), name in ranked[:FIRST]:
        yield (
            f"- {name}: {numbers.whole(cells)} chi bộ chưa sinh hoạt, "
            f"{numbers.whole(accounts)} đảng viên chưa kích hoạt"
        )


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="every committee is told of itself")
