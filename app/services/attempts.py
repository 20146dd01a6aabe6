"""One attempt to check in, at a desk that has everything at hand: judged, kept, and answered.

What was said under an id is said once: a repeat is answered as the first time.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from app.core.errors import AppError, Conflict, Forbidden, NotFound, TooManyRequests
from app.core.tokens import fingerprint
from app.models import (
    AttendanceSource,
    AttendanceStatus,
    CheckIn,
    CheckInFlag,
    CheckInMethod,
    CheckInRefusal,
    CheckInStatus,
)
from app.schemas.check_ins import CheckInItem
from app.services import badges, verdicts
from app.services.check_in_refusals import error_of
from app.services.desks import OTHERS_ON_DEVICE, OWN, Desk
from app.services.period_locks import PeriodLocked
from app.services.rooms import Room
from app.services.sheets import Line, Mark
from app.services.verdicts import Verdict
from app.work import Work

_PRESENT, _R = AttendanceStatus.PRESENT, CheckInRefusal
SOURCES = {
    CheckInMethod.QR: AttendanceSource.QR,
    CheckInMethod.DIGITS: AttendanceSource.SELF,
    CheckInMethod.BADGE: AttendanceSource.QR,
    CheckInMethod.MARK: AttendanceSource.SECRETARY,
}


@dataclass(frozen=True)
class Outcome:
    """A row, or a refusal, or the row of a refusal."""

    item_id: UUID
    row: CheckIn | None = None
    full_name: str | None = None
    refusal: AppError | None = None
    is_new: bool = False

    @property
    def code(self) -> str | None:
        """Why it was refused, in one word."""
        if self.refusal is None:
            return None
        return self.row.refusal if self.row else self.refusal.code


@dataclass(frozen=True)
class Attempt:
    """An item, and what is known of it before it is judged."""

    item: CheckInItem
    method: CheckInMethod
    room: Room
    #: Who comes: the one named, the badge's holder, or whoever holds the device.
    holder: UUID | None
    line: Line | None
    #: Why the code is not even looked at.
    bar: CheckInRefusal | None
    #: The check-in by which the holder is present already: there is nothing left to say.
    first: CheckIn | None
    is_upload: bool

    def ends(self, row: CheckIn | None, refusal: AppError | None = None) -> Outcome:
        return Outcome(self.item.id, row, self.line.full_name if self.line else None, refusal)


def take(work: Work, desk: Desk, item: CheckInItem, *, is_upload: bool) -> Outcome:
    """Judge an item, unless it was judged before."""
    room = desk.rooms.get(item.meeting_id)
    if room is None:
        is_seen = item.meeting_id in desk.seen
        return Outcome(item.id, refusal=Forbidden() if is_seen else NotFound())
    attempt = _attempt(work, desk, room, item, is_upload=is_upload)
    return _answered(work, desk, attempt) or _judge(work, desk, attempt)


def _attempt(work: Work, desk: Desk, room: Room, item: CheckInItem, *, is_upload: bool) -> Attempt:
    method = verdicts.method_of(item)
    badge = badges.read(item.code or "") if method is CheckInMethod.BADGE else None
    holder = work.actor.member_id
    if method is CheckInMethod.MARK:
        holder = item.member_id
    elif method is CheckInMethod.BADGE:
        holder = badge[0] if badge and badge[0] in desk.badges_held else None
    line = desk.line_of(item.meeting_id, holder)
    is_there = line is not None and line.status is _PRESENT and method is not CheckInMethod.MARK
    return Attempt(
        item=item,
        method=method,
        room=room,
        holder=holder,
        line=line,
        bar=_bar(room, method, desk.refusal_of(badge)),
        first=desk.first_of(item.meeting_id, holder) if is_there else None,
        is_upload=is_upload,
    )


def _bar(
    room: Room, method: CheckInMethod, badge_refusal: CheckInRefusal | None
) -> CheckInRefusal | None:
    """Codes are the members' own; badges are read by those who call the roll."""
    is_badge = method is CheckInMethod.BADGE
    if not (room.may_mark if is_badge else room.may_check_in):
        return CheckInRefusal.NOT_PERMITTED
    return badge_refusal if is_badge else None


def _answered(work: Work, desk: Desk, attempt: Attempt) -> Outcome | None:
    """What was said before, or is not listened to."""
    item, outcome = attempt.item, None
    if known := desk.past.get(item.id):
        outcome = _again(work, known, attempt)
    elif attempt.room.is_locked:  # not even the attempt is kept: the month is as it was sealed
        outcome = attempt.ends(None, PeriodLocked(period=attempt.room.meeting.period))
    elif attempt.first and not attempt.bar and not attempt.is_upload:
        outcome = attempt.ends(attempt.first)
    elif verdicts.is_guess(item, attempt.room) and desk.is_blocked(item.meeting_id):
        outcome = attempt.ends(None, TooManyRequests())
    return outcome


def _again(work: Work, known: CheckIn, attempt: Attempt) -> Outcome:
    """The first answer, to whoever says the same again; nobody else has a part in an id."""
    if known.account_id != work.actor.account_id or known.request_digest != _digest(attempt.item):
        return attempt.ends(None, Conflict())
    return attempt.ends(known, _error_of(known))


def _judge(work: Work, desk: Desk, attempt: Attempt) -> Outcome:
    verdict = _verdict(work, desk, attempt)
    if verdict.refusal and desk.is_full(attempt.item.meeting_id):
        return attempt.ends(None, TooManyRequests())
    if said := _said_before(desk, attempt, verdict):
        return attempt.ends(said)
    row = work.add(_row(work, desk, attempt, verdict))
    desk.keep(work, row)
    work.record(f"check_in.{row.status}", row, **_told(row))
    if row.status is CheckInStatus.ACCEPTED and (given := _mark(attempt, row, verdict)):
        desk.say(work, row, given)
    return replace(attempt.ends(row, _error_of(row)), is_new=True)


def _said_before(desk: Desk, attempt: Attempt, verdict: Verdict) -> CheckIn | None:
    """The check-in by which the holder is present, or waits to be: another adds nothing."""
    if verdict.refusal:
        return None
    waits = verdict.status is CheckInStatus.AWAITING
    waiting = desk.waiting_of(attempt.item.meeting_id, attempt.holder) if waits else None
    return attempt.first or waiting


def _verdict(work: Work, desk: Desk, attempt: Attempt) -> Verdict:
    item, room, line = attempt.item, attempt.room, attempt.line
    if attempt.method is CheckInMethod.MARK:
        said_at = desk.said_at.get(line.id) if line else None
        return verdicts.of_mark(item, room, line, said_at, work.now)
    judge = verdicts.of_upload if attempt.is_upload else verdicts.at_once
    verdict = judge(item, room, work.now)
    if refusal := attempt.bar or verdict.refusal or (None if line else _R.NOT_ON_ROSTER):
        return verdicts.refused(item, refusal)
    return verdict


def _row(work: Work, desk: Desk, attempt: Attempt, verdict: Verdict) -> CheckIn:
    item, meeting = attempt.item, attempt.room.meeting
    is_known = attempt.line is not None or attempt.method is not CheckInMethod.MARK
    waits = verdict.status is CheckInStatus.AWAITING
    return CheckIn(
        id=item.id,
        created_at=work.now,
        organization_id=meeting.organization_id,
        meeting_id=meeting.id,
        member_id=attempt.holder if is_known else None,
        account_id=work.actor.account_id,  # type: ignore[arg-type]  # only who signed in comes
        method=attempt.method,
        captured_at=verdict.moment if waits else item.captured_at,
        received_at=work.now,
        device_digest=desk.device_digest,
        request_digest=_digest(item),
        status=verdict.status,
        refusal=verdict.refusal,
        flags=[*verdict.flags, *_shared(desk, attempt, verdict)],
    )


def _shared(desk: Desk, attempt: Attempt, verdict: Verdict) -> list[CheckInFlag]:
    """A device by which several came; one phone may serve a family, so it is only said."""
    is_own = attempt.method in OWN and verdict.refusal is None
    many = desk.others.get(attempt.item.meeting_id, 0) >= OTHERS_ON_DEVICE
    return [CheckInFlag.SHARED_DEVICE] if is_own and many else []


def _told(row: CheckIn) -> dict[str, str]:
    told = {"method": row.method.value, "member_id": str(row.member_id or "")}
    return told | ({"refusal": row.refusal.value} if row.refusal else {})


def _mark(attempt: Attempt, row: CheckIn, verdict: Verdict) -> Mark | None:
    """What is newly said of the line."""
    line, item = attempt.line, attempt.item
    if line is None:
        return None
    return line.mark(
        item.status or _PRESENT,
        SOURCES[attempt.method],
        came_at=None if attempt.method is CheckInMethod.MARK else verdict.moment,
        reason=item.reason,
        captured_at=row.captured_at,
        check_in_id=row.id,
    )


def _error_of(row: CheckIn) -> AppError | None:
    return error_of(row.refusal, row.method) if row.refusal else None


def _digest(item: CheckInItem) -> bytes:
    return fingerprint("check-in item", item.model_dump_json().encode())
