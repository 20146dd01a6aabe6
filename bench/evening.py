"""An evening on which every cell of the demonstration meets, made of bare rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, col

from app.core import clock, database
from app.core.ids import new_id
from app.core.selects import pick
from app.core.tokens import fingerprint
from app.models import (
    Account,
    AccountSession,
    Attendance,
    AttendanceStatus,
    Meeting,
    MeetingStatus,
    Membership,
    MembershipKind,
    Office,
    Organization,
    Role,
    RosterReason,
)
from app.models.base import Row, valid_on


@dataclass(frozen=True)
class Guest:
    """Somebody on the way to a meeting, signed in."""

    meeting_id: UUID
    organization_id: UUID
    path: str
    member_id: UUID
    account_id: UUID
    session_id: UUID


def invite(session: Session) -> list[Guest]:
    """An open meeting for each cell, with a line, an account and a session for each member."""
    now = clock.now()
    records = session.execute(_RESIDENTS.where(*valid_on(Membership, clock.local_date(now)))).all()
    meetings = {record.organization_id: new_id() for record in records}
    guests = [
        Guest(
            meeting_id=meetings[record.organization_id],
            organization_id=record.organization_id,
            path=record.path,
            member_id=record.member_id,
            account_id=record.account_id or new_id(),
            session_id=new_id(),
        )
        for record in records
    ]
    known = {record.account_id for record in records}
    with database.writing() as writer:
        _insert(writer, Meeting, [_meeting(cell, id_) for cell, id_ in meetings.items()])
        _insert(writer, Attendance, [_line(guest) for guest in guests])
        _insert(writer, Account, [_account(one) for one in guests if one.account_id not in known])
        _insert(writer, AccountSession, [_session(guest) for guest in guests])
    return guests


def seat(guests: Sequence[Guest]) -> list[Guest]:
    """A meeting of their own for these, wherever they belong."""
    meeting_id, host = new_id(), guests[0]
    here = [
        replace(one, meeting_id=meeting_id, organization_id=host.organization_id, path=host.path)
        for one in guests
    ]
    with database.writing() as writer:
        _insert(writer, Meeting, [_meeting(host.organization_id, meeting_id)])
        _insert(writer, Attendance, [_line(guest) for guest in here])
    return here


def appoint(guest: Guest) -> None:
    """Let one of them read the whole sheet."""
    office = {
        "organization_id": guest.organization_id,
        "member_id": guest.member_id,
        "role": Role.COMMITTEE_MEMBER,
        "valid_from": clock.local_date(clock.now()),
    }
    with database.writing() as writer:
        _insert(writer, Office, [_row() | office])


def mixed(guests: Sequence[Guest]) -> list[Guest]:
    """One of each cell, then the next of each: in all rooms people come in at the same time."""
    seen: dict[UUID, int] = {}
    turns = []
    for guest in guests:
        seen[guest.meeting_id] = seen.get(guest.meeting_id, 0) + 1
        turns.append((seen[guest.meeting_id], guest))
    return [guest for _, guest in sorted(turns, key=lambda turn: turn[0])]


_RESIDENTS = (
    pick(
        Membership.organization_id,
        Organization.path,
        Membership.member_id,
        Account.id.label("account_id"),  # type: ignore[attr-defined]  # a column
    )
    .join(Organization, col(Organization.id) == Membership.organization_id)
    .outerjoin(Account, col(Account.member_id) == Membership.member_id)
    .where(col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE)
    .order_by(col(Membership.organization_id), col(Membership.member_id))
    .execution_options(scoped="everybody is invited")
)


def _insert(session: Session, model: type[Row], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(model), rows)


def _row(row_id: UUID | None = None) -> dict[str, Any]:
    return {"id": row_id or new_id(), "created_at": clock.now(), "version": 1}


def _meeting(organization_id: UUID, meeting_id: UUID) -> dict[str, Any]:
    now = clock.now()
    return _row(meeting_id) | {
        "organization_id": organization_id,
        "title": "Sinh hoạt thường kỳ",
        "place": "Hội trường",
        "starts_at": now - timedelta(minutes=1),
        "opened_at": now - timedelta(minutes=30),
        "status": MeetingStatus.OPEN,
        "sheet_version": 1,
    }


def _line(guest: Guest) -> dict[str, Any]:
    return _row() | {
        "organization_id": guest.organization_id,
        "meeting_id": guest.meeting_id,
        "member_id": guest.member_id,
        "roster_reason": RosterReason.OFFICIAL,
        "may_vote": True,
        "status": AttendanceStatus.UNMARKED,
    }


def _account(guest: Guest) -> dict[str, Any]:
    return _row(guest.account_id) | {
        "member_id": guest.member_id,
        "password_hash": "",
        "activated_at": clock.now(),
    }


def _session(guest: Guest) -> dict[str, Any]:
    now = clock.now()
    return _row(guest.session_id) | {
        "account_id": guest.account_id,
        "device_digest": fingerprint("device", guest.member_id.bytes),
        "last_used_at": now,
        "refreshed_at": now,
        "expires_at": now + timedelta(days=1),
    }
