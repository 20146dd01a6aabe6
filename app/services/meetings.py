"""A meeting is drafted, scheduled, held and submitted; the level above accepts or returns it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col

from app.core import periods
from app.core.clock import local_date
from app.core.errors import Conflict, Invalid, InvalidTransition
from app.core.paging import Filters, Order, Page
from app.models import (
    NOT_YET_OPENED,
    Meeting,
    MeetingStatus,
    NotificationKind,
    Organization,
)
from app.policies.permissions import Permission
from app.schemas.meetings import (
    MeetingCancel,
    MeetingCreate,
    MeetingPostpone,
    MeetingQuery,
    MeetingReopen,
    MeetingReturn,
    MeetingSubmit,
    MeetingUpdate,
)
from app.services import (
    absence_reports,
    agendas,
    alerts,
    attendances,
    branches,
    closures,
    documents,
    figures,
    groups,
    looks,
    meeting_times,
    minutes,
    not_held,
    notices,
    period_locks,
    rosters,
)
from app.services.versions import expect_version
from app.work import Work

#: How long before its start a meeting may be opened.
OPENS_BEFORE = timedelta(minutes=60)
NEWEST_FIRST = Order((col(Meeting.starts_at), col(Meeting.id)), descending=True)
FILTERS: Filters = {
    "period": lambda period: and_(
        col(Meeting.starts_at) >= periods.starts_at(period),
        col(Meeting.starts_at) < periods.ends_at(period),
    ),
    "kind": lambda kinds: col(Meeting.kind).in_(kinds),
    "status": lambda statuses: col(Meeting.status).in_(statuses),
}


class PlaceMissing(Conflict):
    code = "place_missing"
    vi = "Cuộc họp cần có địa điểm hoặc đường dẫn trực tuyến."
    en = "A meeting is scheduled somewhere: give a place or an online address."


class TooEarly(Conflict):
    code = "too_early"
    vi = "Chỉ mở cuộc họp được từ 60 phút trước giờ bắt đầu."
    en = "A meeting opens 60 minutes before it starts at the earliest."


class AlreadyLookedAt(Conflict):
    code = "already_looked_at"
    vi = "Cấp trên đã xem; hãy mở lại kèm lý do."
    en = "The level above has looked at it; reopen it with a reason."


def search(work: Work, query: MeetingQuery) -> Page[Meeting]:
    statement = branches.within(work, Permission.MEETING_READ, Meeting, query.organization_id)
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def get(work: Work, meeting_id: UUID) -> Meeting:
    meeting = work.fetch(Permission.MEETING_READ, Meeting, meeting_id)
    looks.note(work, meeting)
    return meeting


def create(work: Work, data: MeetingCreate) -> Meeting:
    cell = work.fetch(Permission.MEETING_CREATE, Organization, data.organization_id)
    title = data.title or meeting_times.usual_title(data.kind, data.starts_at)
    said = data.model_dump() | {"title": title}
    meeting = Meeting(**said, created_at=work.now, created_by=work.actor.account_id)
    draft(work, [(meeting, cell)])
    closures.expect_there(work, cell, local_date(meeting.starts_at), "/starts_at")
    agendas.carry(work, [meeting])
    return meeting


def draft(work: Work, drafts: Sequence[tuple[Meeting, Organization]]) -> None:
    """Take in new meetings of reached cells, each with the usual agenda of its kind."""
    period_locks.expect_meetings_open(work, [meeting for meeting, _ in drafts])
    for meeting, cell in drafts:
        meeting_times.check(cell, meeting.starts_at, meeting.ends_at)
        groups.check(work, meeting)
        work.record("meeting.created", work.add(meeting))
    agendas.begin(work, drafts)


def change(work: Work, meeting_id: UUID, data: MeetingUpdate, if_match: int | None) -> Meeting:
    meeting = work.fetch(Permission.MEETING_CHANGE, Meeting, meeting_id)
    period_locks.expect_meeting_open(work, meeting)
    expect_version(meeting.version, if_match)
    changes = {
        name: value for name, value in data.model_dump().items() if getattr(meeting, name) != value
    }
    if meeting.status not in NOT_YET_OPENED:
        raise InvalidTransition(allowed=meeting.allowed())
    if "starts_at" in changes and meeting.status is not MeetingStatus.DRAFT:
        raise InvalidTransition(allowed=meeting.allowed())  # postpone is among them
    if not changes:
        return meeting
    before = {name: getattr(meeting, name) for name in changes}
    meeting.sqlmodel_update(changes)
    _check_again(work, Permission.MEETING_CHANGE, meeting)
    work.record("meeting.changed", meeting, before=before, after=changes)
    notices.announce_change(work, meeting, before)
    if "kind" in changes:
        figures.recount_meeting(work, meeting)
    return meeting


def schedule(work: Work, meeting_id: UUID) -> Meeting:
    meeting = _take(work, Permission.MEETING_SCHEDULE, meeting_id, "schedule")
    _check_again(work, Permission.MEETING_SCHEDULE, meeting)
    agendas.carry(work, [meeting])
    meeting.scheduled_at = work.now
    work.record("meeting.scheduled", meeting, starts_at=meeting.starts_at.isoformat())
    notices.announce(work, meeting, NotificationKind.MEETING_SCHEDULED)
    documents.publish_drafts(work, meeting)
    return meeting


def postpone(work: Work, meeting_id: UUID, data: MeetingPostpone) -> Meeting:
    """To a later moment; the meeting keeps its id, and its length where that was known."""
    meeting = _take(work, Permission.MEETING_POSTPONE, meeting_id, "postpone")
    before = meeting.starts_at
    if data.starts_at <= work.now:
        raise Invalid.at(
            "/starts_at", "in_the_past", "Thời điểm này đã qua.", "This moment has passed."
        )
    if meeting.ends_at is not None:
        meeting.ends_at += data.starts_at - before
    meeting.starts_at, meeting.postponed_from = data.starts_at, before
    _check_again(work, Permission.MEETING_POSTPONE, meeting)
    work.record(
        "meeting.postponed", meeting, before=before.isoformat(), after=data.starts_at.isoformat()
    )
    notices.announce(work, meeting, NotificationKind.MEETING_POSTPONED, {"starts_at": before})
    figures.recount_meeting(work, meeting, periods.period_at(before))
    return meeting


def cancel(work: Work, meeting_id: UUID, data: MeetingCancel) -> Meeting:
    meeting = work.fetch(Permission.MEETING_CANCEL, Meeting, meeting_id)
    return call_off(work, meeting, data.reason)


def call_off(work: Work, meeting: Meeting, reason: str) -> Meeting:
    """Cancel a meeting already reached: the cell says so, or ends."""
    period_locks.expect_meeting_open(work, meeting)
    meeting.take("cancel").status_reason = reason
    meeting.cancelled_at = work.now
    work.record("meeting.cancelled", meeting, reason=reason)
    absence_reports.settle(work, meeting)
    if meeting.scheduled_at is not None:  # nobody knew of a draft
        notices.announce(work, meeting, NotificationKind.MEETING_CANCELLED)
    figures.recount_meeting(work, meeting)
    return meeting


def open_(work: Work, meeting_id: UUID) -> Meeting:
    """Freeze the roster: who is summoned is decided by the day on which the meeting starts."""
    meeting = _take(work, Permission.MEETING_OPEN, meeting_id, "open")
    if work.now < meeting.starts_at - OPENS_BEFORE:
        raise TooEarly(opens_at=(meeting.starts_at - OPENS_BEFORE).isoformat())
    meeting.opened_at = work.now
    meeting.sheet_version += 1
    agendas.carry(work, [meeting])
    rosters.freeze(work, [meeting])
    work.record("meeting.opened", meeting)
    return meeting


def end(work: Work, meeting_id: UUID) -> Meeting:
    meeting = _take(work, Permission.MEETING_END, meeting_id, "end")
    meeting.ended_at = min(work.now, meeting_times.latest_end(meeting))
    not_held.retract(work, meeting)
    return _settle(work, meeting, "meeting.ended")


def submit(work: Work, meeting_id: UUID, data: MeetingSubmit) -> Meeting:
    """Only with minutes, and with every line of the sheet marked."""
    meeting = _take(work, Permission.MEETING_SUBMIT, meeting_id, "submit")
    meeting.first_submitted_at = meeting.first_submitted_at or work.now
    meeting.looked_at = None
    if not minutes.exist(work, meeting):
        raise minutes.MinutesMissing
    attendances.complete(work, meeting, data.unmarked_as)
    absence_reports.settle(work, meeting)
    not_held.retract(work, meeting)
    return _settle(work, meeting, "meeting.submitted")


def take_back(work: Work, meeting_id: UUID) -> Meeting:
    """Without a reason, until the level above has looked; from then on it is reopened with one."""
    meeting = _take(work, Permission.MEETING_TAKE_BACK, meeting_id, "take_back")
    if meeting.looked_at is not None:
        raise AlreadyLookedAt(allowed=["reopen"])
    return _settle(work, meeting, "meeting.taken_back")


def return_(work: Work, meeting_id: UUID, data: MeetingReturn) -> Meeting:
    meeting = _take(work, Permission.MEETING_RETURN, meeting_id, "return", data.comment)
    meeting.looked_at = meeting.looked_at or work.now
    notices.tell_returned(work, meeting)
    return _settle(work, meeting, "meeting.returned", data.comment)


def accept(work: Work, meeting_id: UUID) -> Meeting:
    meeting = _take(work, Permission.MEETING_ACCEPT, meeting_id, "accept")
    meeting.looked_at = meeting.looked_at or work.now
    return _settle(work, meeting, "meeting.accepted")


def reopen(work: Work, meeting_id: UUID, data: MeetingReopen) -> Meeting:
    """What was accepted is reopened only by those who may accept."""
    meeting = work.fetch(Permission.MEETING_REOPEN, Meeting, meeting_id)
    if meeting.status is MeetingStatus.ACCEPTED:
        work.fetch(Permission.MEETING_ACCEPT, Meeting, meeting_id)
    _take(work, Permission.MEETING_REOPEN, meeting_id, "reopen", data.reason)
    return _settle(work, meeting, "meeting.reopened", data.reason)


def _check_again(work: Work, permission: Permission, meeting: Meeting) -> None:
    period_locks.expect_meeting_open(work, meeting)  # it may have come to another month
    cell = work.fetch(permission, Organization, meeting.organization_id)
    meeting_times.check(cell, meeting.starts_at, meeting.ends_at)
    closures.expect_there(work, cell, local_date(meeting.starts_at), "/starts_at")
    groups.check(work, meeting)
    if meeting.status is not MeetingStatus.DRAFT and not (meeting.place or meeting.online_url):
        raise PlaceMissing


def _take(
    work: Work, permission: Permission, meeting_id: UUID, verb: str, reason: str | None = None
) -> Meeting:
    meeting = work.fetch(permission, Meeting, meeting_id)
    period_locks.expect_meeting_open(work, meeting)
    meeting.take(verb)
    if reason is not None:
        meeting.status_reason = reason
    return meeting


def _settle(work: Work, meeting: Meeting, action: str, reason: str | None = None) -> Meeting:
    """Leave the trace of a step after which a meeting counts differently, and recount."""
    work.record(action, meeting, **({"reason": reason} if reason else {}))
    figures.recount_meeting(work, meeting)
    alerts.review(work, meeting)
    return meeting
