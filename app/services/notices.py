"""Telling members: the inbox is the record, and each notice stands or falls with what it tells."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from textwrap import shorten
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col

from app.core import numbers
from app.core.clock import LOCAL, local_date
from app.core.ids import new_id
from app.core.selects import pick, portions
from app.models import HeldAs, Meeting, Notification, NotificationKind, Office, Role
from app.models.base import OrganizationRow
from app.services import rosters, stand_ins
from app.work import Work

_K = NotificationKind
#: What everybody summoned is told of a meeting.
ANNOUNCEMENTS = (
    _K.MEETING_SCHEDULED,
    _K.MEETING_CHANGED,
    _K.MEETING_POSTPONED,
    _K.MEETING_CANCELLED,
)
_TITLE_LENGTH = 200
_LEADING = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.STAND_IN)


class Subject(NamedTuple):
    """What of a row a notice keeps, where rows are written without being made."""

    organization_id: UUID
    id: UUID


class Notice(NamedTuple):
    """`subject` is the row that it speaks of; no field of the words is confidential."""

    kind: NotificationKind
    subject: OrganizationRow | Subject
    title: str
    body: str


def tell(work: Work, member_ids: Collection[UUID], notice: Notice) -> None:
    """One row for each of them."""
    tell_all(work, [(member_ids, notice)])


def tell_all(work: Work, told: Iterable[tuple[Collection[UUID], Notice]]) -> None:
    """Several notices, each to its own, past the session: a committee is told by one statement."""
    rows = [
        {
            "id": new_id(),
            "created_at": work.now,
            "version": 1,
            "organization_id": notice.subject.organization_id,
            "member_id": member_id,
            "kind": notice.kind,
            "subject_id": notice.subject.id,
            "title": shorten(notice.title, _TITLE_LENGTH, placeholder="…"),
            "body": notice.body,
        }
        for member_ids, notice in told
        for member_id in dict.fromkeys(member_ids)
    ]
    if rows:
        work.session.connection().execute(insert(Notification), rows)


def secretaries_of(work: Work, organization_id: UUID) -> list[UUID]:
    """Who leads a unit today: its secretary, the deputies, and who stands in."""
    return leaders_of(work, [organization_id])[organization_id]


def leaders_of(work: Work, organization_ids: Iterable[UUID]) -> Mapping[UUID, list[UUID]]:
    """The same of many units."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for portion in portions(organization_ids):
        statement = pick(Office.organization_id, Office.member_id).where(
            col(Office.organization_id).in_(portion),
            col(Office.role).in_(_LEADING),
            col(Office.member_id).is_not(None),
            *stand_ins.hold_on(local_date(work.now)),
        )
        scoped = statement.execution_options(scoped="of reached units")
        for organization_id, member_id in work.session.execute(scoped):
            found[organization_id].append(member_id)
    return found


def announce(
    work: Work, meeting: Meeting, kind: NotificationKind, before: Mapping[str, Any] | None = None
) -> None:
    """Tell everybody who is summoned, the exempt too; `before` holds what was true until now.

    Every announcement after the first gives the meeting its next `sequence`, and reaches those
    whom an earlier one has reached. Nobody is called to a meeting that is over; the first that
    calls to one that is to come is its notice.
    """
    is_first = kind is _K.MEETING_SCHEDULED
    if is_first and meeting.starts_at <= work.now:
        return
    if not is_first:
        meeting.sequence += 1
    if meeting.starts_at > work.now and kind is not _K.MEETING_CANCELLED:
        meeting.notice_sent_at = meeting.notice_sent_at or work.now
    (roster,) = rosters.draw(work, [meeting])
    told = () if is_first else _told_of(work, meeting)
    tell(work, [*roster.places, *told], _of_meeting(kind, meeting, before or {}))


def _told_of(work: Work, meeting: Meeting) -> list[UUID]:
    statement = pick(Notification.member_id).where(col(Notification.subject_id) == meeting.id)
    scoped = statement.distinct().execution_options(scoped="of a reached meeting")
    return list(work.session.execute(scoped).scalars())


def announce_change(work: Work, meeting: Meeting, before: Mapping[str, Any]) -> None:
    """Only once the meeting is announced, and only of what concerns who comes."""
    told = {name: value for name, value in before.items() if name in _FACTS}
    if told and meeting.scheduled_at is not None:
        announce(work, meeting, _K.MEETING_CHANGED, told)


def tell_returned(work: Work, meeting: Meeting) -> None:
    """Only those who have to mend it."""
    leaders = secretaries_of(work, meeting.organization_id)
    tell(work, leaders, _of_meeting(_K.MEETING_RETURNED, meeting, {}))


def named(meeting: Meeting) -> str:
    """The meeting in a sentence about something else."""
    return f"{meeting.title}, {written(meeting.starts_at)}"


def written(moment: datetime) -> str:
    """As it stands on an invitation: "19:30 ngày 05/06/2026"."""
    local = moment.astimezone(LOCAL)
    return f"{local:%H:%M} ngày {numbers.day(local)}"


def _of_meeting(kind: NotificationKind, meeting: Meeting, before: Mapping[str, Any]) -> Notice:
    lines = list(_facts_of(meeting, before))
    if kind in _REASONS:
        lines.append(f"{_REASONS[kind]}: {meeting.status_reason}")
    return Notice(kind, meeting, f"{_TITLES[kind]}: {meeting.title}", "\n".join(lines))


def _facts_of(meeting: Meeting, before: Mapping[str, Any]) -> Iterator[str]:
    for name, (label, write) in _FACTS.items():
        values = [before[name]] if name in before else []
        values.append(getattr(meeting, name))
        if values != [None]:
            yield f"{label}: {' → '.join(_said(write, value) for value in values)}"


def _said(write: Callable[[Any], str], value: Any) -> str:
    return "(không có)" if value is None else write(value)


_TITLES = {
    _K.MEETING_SCHEDULED: "Thông báo sinh hoạt",
    _K.MEETING_CHANGED: "Thay đổi cuộc họp",
    _K.MEETING_POSTPONED: "Dời lịch họp",
    _K.MEETING_CANCELLED: "Hủy cuộc họp",
    _K.MEETING_RETURNED: "Cuộc họp bị trả lại",
}
_REASONS = {_K.MEETING_CANCELLED: "Lý do", _K.MEETING_RETURNED: "Góp ý của cấp trên"}
_HELD_AS = {
    HeldAs.WHOLE: "toàn chi bộ",
    HeldAs.GROUPS: "theo tổ đảng",
    HeldAs.ONLINE: "trực tuyến",
    HeldAs.HYBRID: "trực tiếp kết hợp trực tuyến",
}
#: What is told of a meeting, with its label and how it is written.
_FACTS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "title": ("Cuộc họp", str),
    "starts_at": ("Bắt đầu", written),
    "ends_at": ("Kết thúc", written),
    "place": ("Địa điểm", str),
    "online_url": ("Trực tuyến", str),
    "held_as": ("Hình thức", _HELD_AS.__getitem__),
}
