"""Superiors and guests of a meeting: beside its roster, and so outside every figure."""

from uuid import UUID

from sqlmodel import col

from app.core.errors import Conflict, NotFound
from app.core.paging import Order, Page
from app.models import Guest, Meeting, MeetingStatus
from app.policies.permissions import Permission
from app.schemas.guests import GuestCreate, GuestQuery
from app.services import lines
from app.work import Work

CLOSED = (MeetingStatus.CANCELLED, MeetingStatus.ACCEPTED)
FIRST_NAMED_FIRST = Order((col(Guest.created_at), col(Guest.id)))


class MeetingClosed(Conflict):
    code = "meeting_closed"
    vi = "Cuộc họp đã hủy hoặc đã được duyệt; không ghi hay bỏ khách mời được nữa."
    en = "The meeting was cancelled or accepted, and its guests with it."


def search(work: Work, query: GuestQuery) -> Page[Guest]:
    work.fetch(Permission.GUEST_READ, Meeting, query.meeting_id)
    statement = work.within_reach(Permission.GUEST_READ, Guest).where(
        col(Guest.meeting_id) == query.meeting_id, col(Guest.withdrawn_at).is_(None)
    )
    return work.search(statement, query, {}, FIRST_NAMED_FIRST)


def get(work: Work, guest_id: UUID) -> Guest:
    return _standing(work.fetch(Permission.GUEST_READ, Guest, guest_id))


def create(work: Work, data: GuestCreate) -> Guest:
    meeting = work.fetch(Permission.GUEST_CREATE, Meeting, data.meeting_id)
    _expect_not_closed(work, meeting)
    guest = work.add(
        Guest(
            **data.model_dump(),
            organization_id=meeting.organization_id,
            created_at=work.now,
            recorded_by=work.actor.account_id,
        )
    )
    work.record("guest.created", guest, kind=data.kind)
    return guest


def withdraw(work: Work, guest_id: UUID) -> None:
    guest = _standing(work.fetch(Permission.GUEST_WITHDRAW, Guest, guest_id))
    meeting = work.fetch(Permission.GUEST_WITHDRAW, Meeting, guest.meeting_id)
    _expect_not_closed(work, meeting)
    guest.withdrawn_at = work.now
    work.record("guest.withdrawn", guest)


def _expect_not_closed(work: Work, meeting: Meeting) -> None:
    lines.hold(work, meeting)  # against its acceptance at the same moment
    if meeting.status in CLOSED:
        raise MeetingClosed


def _standing(guest: Guest) -> Guest:
    if guest.withdrawn_at is not None:
        raise NotFound
    return guest
