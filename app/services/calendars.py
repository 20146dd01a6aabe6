"""One's own meetings as a calendar that any program subscribes to, by a key instead of a login."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event
from sqlalchemy import func, or_
from sqlmodel import col, select

from app.core.clock import LOCAL, local_date
from app.core.errors import NotFound
from app.core.selects import pick
from app.core.tokens import fingerprint
from app.models import Account, Meeting, MeetingStatus, Membership, Notification
from app.models.base import valid_on
from app.services import accounts, notices
from app.work import Work

#: So far back a calendar looks.
HISTORY = timedelta(days=365)
#: So long a calendar still shows that a meeting was called off.
CANCELLED_SHOWN = timedelta(days=30)
#: The shortest regular meeting that HD 42 allows: shown when no end was set.
SHORTEST = timedelta(minutes=90)


def renew_key(work: Work) -> str:
    """A new key; the old one opens nothing from now on. Staff have no meetings of their own."""
    account = accounts.own(work)
    if account.member_id is None:
        raise NotFound
    key = secrets.token_urlsafe(24)
    account.calendar_digest = _digest(key)
    work.record("calendar_key.renewed", account)
    return key


def feed(work: Work, key: str) -> bytes:
    """The calendar behind a key: the same bytes until a meeting changes."""
    member_id, cells = _behind(work, key)
    calendar = Calendar()
    calendar.add("prodid", "-//sotay//meetings//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Sinh hoạt chi bộ")
    calendar.add("x-wr-timezone", LOCAL.key)
    last_told = _last_told(work, member_id)
    for meeting in _meetings_of(work, cells):
        calendar.add_component(_event(meeting, last_told.get(meeting.id)))
    return bytes(calendar.to_ical())


def _behind(work: Work, key: str) -> tuple[UUID, list[UUID]]:
    """Whose key it is and their cells today; `NotFound` when account or membership is over."""
    statement = (
        pick(Membership.member_id, Membership.organization_id)
        .join(Account, col(Account.member_id) == Membership.member_id)
        .where(
            col(Account.calendar_digest) == _digest(key),
            col(Account.disabled_at).is_(None),
            col(Account.locked_at).is_(None),
            *valid_on(Membership, local_date(work.now)),
        )
        .execution_options(scoped="whoever holds the key")
    )
    records = work.session.execute(statement).all()
    if not records:
        raise NotFound
    return records[0].member_id, [record.organization_id for record in records]


def _meetings_of(work: Work, cells: Sequence[UUID]) -> Sequence[Meeting]:
    """What was announced; a cancelled one for a while, so that every calendar hears of it."""
    statement = (
        select(Meeting)
        .where(
            col(Meeting.organization_id).in_(cells),
            col(Meeting.scheduled_at).is_not(None),
            col(Meeting.starts_at) >= work.now - HISTORY,
            or_(
                col(Meeting.status) != MeetingStatus.CANCELLED,
                col(Meeting.cancelled_at) > work.now - CANCELLED_SHOWN,
            ),
        )
        .order_by(col(Meeting.starts_at), col(Meeting.id))
    )
    scoped = statement.execution_options(scoped="of whoever holds the key")
    return work.session.execute(scoped).scalars().all()


def _last_told(work: Work, member_id: UUID) -> dict[UUID, datetime]:
    """When the member last heard of each meeting."""
    statement = (
        pick(Notification.subject_id, func.max(Notification.created_at))
        .where(
            col(Notification.member_id) == member_id,
            col(Notification.kind).in_(notices.ANNOUNCEMENTS),
        )
        .group_by(col(Notification.subject_id))
    )
    scoped = statement.execution_options(scoped="of whoever holds the key")
    return {record[0]: record[1] for record in work.session.execute(scoped)}


def _event(meeting: Meeting, last_told: datetime | None) -> Event:
    """Without the agenda, which may name people."""
    is_cancelled = meeting.status is MeetingStatus.CANCELLED
    event = Event()
    event.add("uid", f"{meeting.id}@sotay")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", last_told or meeting.scheduled_at)
    event.add("last-modified", last_told or meeting.scheduled_at)
    event.add("dtstart", meeting.starts_at)
    event.add("dtend", meeting.ends_at or meeting.starts_at + SHORTEST)
    event.add("summary", meeting.title)
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.online_url:
        event.add("url", meeting.online_url)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    return event


def _digest(key: str) -> bytes:
    return fingerprint("calendar key", key.encode())
