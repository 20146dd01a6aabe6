"""Absences that somebody should look at: raised once, told, and cleared when they are over."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, or_, union
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.core.clock import day_starts_at, local_date
from app.core.database import insert_once
from app.core.paging import Filters, Order, Page
from app.core.selects import pick
from app.models import (
    Alert,
    AlertRule,
    Attendance,
    Meeting,
    MeetingKind,
    Member,
    Membership,
    NotificationKind,
)
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.schemas.alerts import AlertQuery, AlertRead
from app.services import branches, counters, notices
from app.services.counters import Mark
from app.services.notices import Notice
from app.work import Work

#: Months a year after which somebody is removed (Điều lệ 8.1): each of them is worth an alert.
LAST_LEVEL = 3
#: More excused meetings in a row than the rubrics let pass.
TOO_MANY_EXCUSED = 4
FILTERS: Filters = {
    "open": lambda open_: col(Alert.cleared_at).is_(None) == open_,
    "member_id": lambda member_id: col(Alert.member_id) == member_id,
}
NEWEST_FIRST = Order((col(Alert.raised_at), col(Alert.id)), descending=True)


class _Key(NamedTuple):
    member_id: UUID
    rule: AlertRule
    year: int
    level: int


def search(work: Work, query: AlertQuery) -> Page[AlertRead]:
    statement = branches.within(work, Permission.ALERT_READ, Alert, query.organization_id)
    named = statement.join(Member, col(Member.id) == col(Alert.member_id))
    return work.search(
        named.add_columns(col(Member.full_name)),
        query,
        FILTERS,
        NEWEST_FIRST,
        show=lambda record: AlertRead(**record[0].model_dump(), full_name=record[1]),
    )


def review(work: Work, meeting: Meeting) -> None:
    """Bring alerts up to date, after a sheet came to count differently: of everybody on it, and
    those that are open in its cell. Whoever has left the cell is due none there.
    """
    if meeting.kind is not MeetingKind.REGULAR:
        return
    years = {local_date(moment).year for moment in (meeting.starts_at, work.now)}
    since = day_starts_at(date(min(years) - 1, 1, 1))
    known = {_key_of(alert): alert for alert in _known(work, meeting, years)}
    marks = counters.regular_marks(work, _concerned(Attendance.member_id, meeting), since)
    belonging = _belonging(work, meeting)
    due = {
        key
        for member_id, said in marks.items()
        if member_id in belonging
        for key in _due(member_id, said, years)
    }
    for key, alert in known.items():
        if alert.cleared_at is None and key not in due:
            alert.cleared_at = work.now
            work.record("alert.cleared", alert)
    fresh = [key for key in due if key not in known or known[key].cleared_at is not None]
    raised = (_raise(work, meeting, key, known.get(key)) for key in sorted(fresh))
    _tell(work, [alert for alert in raised if alert is not None])


def _due(member_id: UUID, marks: Sequence[Mark], years: Iterable[int]) -> Iterator[_Key]:
    for year in years:
        months = counters.unexcused_months(marks, year)
        for level in range(1, min(months, LAST_LEVEL) + 1):
            yield _Key(member_id, AlertRule.UNEXCUSED_MONTHS, year, level)
    if counters.excused_in_a_row(marks) >= TOO_MANY_EXCUSED:
        latest = local_date(max(marks).starts_at).year
        yield _Key(member_id, AlertRule.EXCUSED_IN_A_ROW, latest, TOO_MANY_EXCUSED)


def _known(work: Work, meeting: Meeting, years: Iterable[int]) -> Iterable[Alert]:
    """Those of these years, and what is still open of another: its year is over.

    Locked, so that whoever settles another meeting of the cell at this moment waits.
    """
    statement = (
        select(Alert)
        .where(
            col(Alert.organization_id) == meeting.organization_id,
            _concerned(Alert.member_id, meeting),
            or_(col(Alert.year).in_(years), col(Alert.cleared_at).is_(None)),
        )
        .order_by(col(Alert.id))
        .with_for_update()
    )
    return work.session.exec(statement.execution_options(scoped="of a reached meeting")).all()


def _concerned(member_id: object, meeting: Meeting) -> ColumnElement[bool]:
    line, open_ = aliased(Attendance), aliased(Alert)
    on_sheet = pick(line.member_id).where(col(line.meeting_id) == meeting.id)
    alerted = pick(open_.member_id).where(
        col(open_.organization_id) == meeting.organization_id, col(open_.cleared_at).is_(None)
    )
    return col(member_id).in_(union(on_sheet, alerted))


def _belonging(work: Work, meeting: Meeting) -> set[UUID]:
    """Who belongs to the cell today."""
    members = pick(Membership.member_id).where(
        col(Membership.organization_id) == meeting.organization_id,
        *valid_on(Membership, local_date(work.now)),
    )
    scoped = members.execution_options(scoped="of a reached meeting")
    return set(work.session.execute(scoped).scalars())


def _key_of(alert: Alert) -> _Key:
    return _Key(alert.member_id, alert.rule, alert.year, alert.level)


def _raise(work: Work, meeting: Meeting, key: _Key, known: Alert | None) -> Alert | None:
    """The same row again, when it was cleared before; None when it was raised at this moment."""
    alert = known or Alert(
        **key._asdict(),
        organization_id=meeting.organization_id,
        created_at=work.now,
        raised_at=work.now,
    )
    if known is None and not insert_once(work.session, Alert, alert.model_dump()):
        return None
    alert.raised_at, alert.cleared_at = work.now, None
    work.record("alert.raised", alert, rule=alert.rule, year=alert.year, level=alert.level)
    return alert


def _tell(work: Work, raised: Sequence[Alert]) -> None:
    """The member and who leads the cell; of several levels at once only the highest."""
    if not raised:
        return
    leaders = notices.secretaries_of(work, raised[0].organization_id)
    highest = {(alert.member_id, alert.rule): alert for alert in raised}
    named = pick(Member.id, Member.full_name).where(
        col(Member.id).in_({alert.member_id for alert in raised})
    )
    scoped = named.execution_options(scoped="of a reached meeting")
    records: Any = work.session.execute(scoped)
    names = dict(records.all())
    for alert in highest.values():
        title = f"{names[alert.member_id]}: {_said(alert)}"
        notice = Notice(NotificationKind.ATTENDANCE_ALERT, alert, title, _EXPLAINED[alert.rule])
        notices.tell(work, [alert.member_id, *leaders], notice)


def _said(alert: Alert) -> str:
    if alert.rule is AlertRule.UNEXCUSED_MONTHS:
        return f"vắng không lý do {alert.level} tháng trong năm {alert.year}"
    return f"vắng có lý do {alert.level} kỳ sinh hoạt liên tiếp"


_EXPLAINED = {
    AlertRule.UNEXCUSED_MONTHS: "Theo Điều 8 Điều lệ Đảng, đảng viên bỏ sinh hoạt ba tháng trong "
    "năm mà không có lý do chính đáng thì bị xem xét xóa tên.",
    AlertRule.EXCUSED_IN_A_ROW: "Vắng có lý do quá ba kỳ liên tiếp ảnh hưởng đến việc đánh giá, "
    "xếp loại đảng viên.",
}
