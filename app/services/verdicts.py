"""What comes of it when a device says that somebody is there. Nothing here asks the database."""

from datetime import datetime, timedelta
from typing import NamedTuple

from app.models import AttendanceStatus, CheckInFlag, CheckInMethod, CheckInRefusal, CheckInStatus
from app.schemas.check_ins import CheckInItem
from app.services import badges, check_in_codes
from app.services.rooms import TOLERANCE, Room
from app.services.sheets import WRITABLE, Line, was_submitted

#: For so long a device may keep to itself what happened without a network.
KEPT_FOR = timedelta(days=30)
#: So far may the clock of a leader's device be ahead; what it says of later is said of now.
AHEAD = timedelta(hours=24)
_R, _F = CheckInRefusal, CheckInFlag


class Verdict(NamedTuple):
    """`moment` is when the member came, as far as it can be known."""

    status: CheckInStatus
    moment: datetime
    refusal: CheckInRefusal | None = None
    flags: tuple[CheckInFlag, ...] = ()


def method_of(item: CheckInItem) -> CheckInMethod:
    if item.code is None:
        return CheckInMethod.MARK
    if badges.is_token(item.code):
        return CheckInMethod.BADGE
    is_typed = check_in_codes.is_digits(item.code)
    return CheckInMethod.DIGITS if is_typed else CheckInMethod.QR


def is_guess(item: CheckInItem, room: Room) -> bool:
    """Whether a code may have been thought up: digits, or what is no token of the meeting."""
    method = method_of(item)
    is_unsealed = check_in_codes.step_named(item.code or "", room.meeting.id) is None
    return method is CheckInMethod.DIGITS or (method is CheckInMethod.QR and is_unsealed)


def refused(item: CheckInItem, refusal: CheckInRefusal) -> Verdict:
    return Verdict(CheckInStatus.REFUSED, item.captured_at, refusal)


def at_once(item: CheckInItem, room: Room, now: datetime) -> Verdict:
    """By the server's clock alone."""
    if refusal := _refusal_now(item, room, now):
        return refused(item, refusal)
    skew = (_F.CLOCK_SKEW,) if abs(item.captured_at - now) > TOLERANCE else ()
    return Verdict(CheckInStatus.ACCEPTED, now, flags=skew)


def of_upload(item: CheckInItem, room: Room, now: datetime) -> Verdict:
    """As at once while the code still holds; else by when it was seen, and then it waits."""
    is_badge = method_of(item) is CheckInMethod.BADGE
    if not is_badge and _refusal_now(item, room, now) is None:
        return at_once(item, room, now)
    seen = _told(item, now) if is_badge else _seen(item, room, now)
    if refusal := seen.refusal or _refusal_then(seen.moment, room, now, is_badge=is_badge):
        return refused(item, refusal)
    if is_badge and room.is_open:
        seen = seen._replace(status=CheckInStatus.ACCEPTED)
    else:
        seen = seen._replace(flags=seen.flags + _late(room))
    return seen


def of_mark(
    item: CheckInItem, room: Room, line: Line | None, said_at: datetime | None, now: datetime
) -> Verdict:
    """A leader's own word; `said_at` is when something was last said of the line."""
    meeting, told = room.meeting, _told(item, now)
    submitted, unmarks = was_submitted(meeting), item.status is AttendanceStatus.UNMARKED
    fits = line is not None and item.status in line.takes and not (submitted and unmarks)
    rules = (
        (not room.may_mark, _R.NOT_PERMITTED),
        (meeting.status not in WRITABLE, _R.MEETING_NOT_OPEN),
        (told.refusal is not None, _R.OLD_CODE),
        (told.moment < room.opens_at, _R.WINDOW_CLOSED),
        (line is None, _R.NOT_ON_ROSTER),
        (not fits, _R.WRONG_FOR_LINE),
        (submitted and item.reason is None, _R.REASON_REQUIRED),
        (said_at is not None and said_at > item.captured_at, _R.SUPERSEDED),
    )
    for is_broken, refusal in rules:
        if is_broken:
            return refused(item, refusal)
    flags = told.flags if room.is_open else told.flags + _late(room)
    return told._replace(status=CheckInStatus.ACCEPTED, flags=flags)


def is_plausible(moment: datetime, now: datetime) -> bool:
    """Of a code: neither ahead of the clock nor kept for too long."""
    return now - KEPT_FOR <= moment <= now + TOLERANCE


def _told(item: CheckInItem, now: datetime) -> Verdict:
    """When a leader's device says that it was; if that is to come, now."""
    at = item.captured_at
    if not now - KEPT_FOR <= at <= now + AHEAD:
        return refused(item, _R.OLD_CODE)
    skew = (_F.CLOCK_SKEW,) if at > now + TOLERANCE else ()
    return Verdict(CheckInStatus.AWAITING, min(at, now), flags=skew)


def _late(room: Room) -> tuple[CheckInFlag, ...]:
    after = (_F.AFTER_SUBMISSION,) if was_submitted(room.meeting) else ()
    return (_F.LATE_UPLOAD, *after)


def _refusal_now(item: CheckInItem, room: Room, now: datetime) -> CheckInRefusal | None:
    if not room.is_open:
        return _R.MEETING_NOT_OPEN
    if not room.takes(now):
        return _R.WINDOW_CLOSED
    return _REFUSALS_OF_CODES[method_of(item)](item.code or "", room, now)


def _refusal_then(
    moment: datetime, room: Room, now: datetime, *, is_badge: bool
) -> CheckInRefusal | None:
    rules = (
        (not is_plausible(moment, now), _R.OLD_CODE),
        (not room.may_be_told, _R.MEETING_NOT_OPEN),
        (not room.ran_at(moment), _R.WINDOW_CLOSED),
        (not is_badge and not room.was_opened_by(moment), _R.WINDOW_CLOSED),
    )
    return next((refusal for is_broken, refusal in rules if is_broken), None)


def _of_token(token: str, room: Room, now: datetime) -> CheckInRefusal | None:
    step = check_in_codes.step_named(token, room.meeting.id)
    if step is None:
        return _R.WRONG_CODE
    return None if check_in_codes.is_valid_at(step, now) else _R.OLD_CODE


def _of_digits(digits: str, room: Room, now: datetime) -> CheckInRefusal | None:
    is_right = check_in_codes.are_valid_at(digits, room.meeting.id, now)
    return None if is_right else _R.WRONG_CODE


def _of_badge(_token: str, _room: Room, _now: datetime) -> CheckInRefusal | None:
    """Whose it is was asked before; it holds at any time."""
    return None


_REFUSALS_OF_CODES = {
    CheckInMethod.QR: _of_token,
    CheckInMethod.DIGITS: _of_digits,
    CheckInMethod.BADGE: _of_badge,
}


def _seen(item: CheckInItem, room: Room, now: datetime) -> Verdict:
    """When a code was seen; refused where it never was the meeting's, or not then."""
    method, code, at = method_of(item), item.code or "", item.captured_at
    seen = Verdict(CheckInStatus.AWAITING, at)
    if method is CheckInMethod.QR:
        step = check_in_codes.step_named(code, room.meeting.id)
        return refused(item, _R.WRONG_CODE) if step is None else _seen_in(step, seen)
    if not is_plausible(at, now):  # there may be no code of such a moment
        return refused(item, _R.OLD_CODE)
    return refused(item, _R.WRONG_CODE) if _of_digits(code, room, at) else seen


def _seen_in(step: int, seen: Verdict) -> Verdict:
    """By the device's word, unless its clock is off by more than it may: then by the code's."""
    begins = check_in_codes.begins_at(step)
    if begins - TOLERANCE <= seen.moment <= begins + check_in_codes.LIFETIME + TOLERANCE:
        return seen
    return seen._replace(moment=begins, flags=(_F.CLOCK_SKEW,))
