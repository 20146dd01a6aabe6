"""The code on the screen of the room: made of the meeting and the time, and kept nowhere.

Every 20 seconds of the server's clock are a step. The code of the present step and that of the one
before are right; the token names its step, the digits do not.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.errors import Conflict
from app.core.qr_codes import draw
from app.core.tokens import fingerprint
from app.models import Meeting, MeetingStatus
from app.policies.permissions import Permission
from app.work import Work

STEP = timedelta(seconds=20)
#: How long a code may be used from the beginning of its step.
LIFETIME = 2 * STEP
_SECONDS = int(STEP.total_seconds())
_STEP_BYTES, _SEAL_BYTES = 4, 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{48}")
_DIGITS = re.compile(r"[0-9]{6}")


class MeetingNotOpen(Conflict):
    code = "meeting_not_open"
    vi = "Cuộc họp chưa mở hoặc đã kết thúc."
    en = "The meeting is not open."


@dataclass(frozen=True)
class CheckInCode:
    """What the room screen shows until `expires_at`, when the next one takes its place."""

    token: str
    digits: str
    expires_at: datetime

    @property
    def svg(self) -> str:
        return draw(self.token)


def get(work: Work, meeting_id: UUID) -> CheckInCode:
    meeting = work.fetch(Permission.CHECK_IN_CODE_SHOW, Meeting, meeting_id)
    if meeting.status is not MeetingStatus.OPEN:
        raise MeetingNotOpen
    return code_at(meeting.id, work.now)


def code_at(meeting_id: UUID, moment: datetime) -> CheckInCode:
    """The code of the step in which a moment lies."""
    step = step_at(moment)
    return CheckInCode(_token(meeting_id, step), _digits(meeting_id, step), begins_at(step + 1))


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // _SECONDS


def begins_at(step: int) -> datetime:
    """The first moment of a step."""
    return datetime.fromtimestamp(step * _SECONDS, UTC)


def is_token(code: str) -> bool:
    return _TOKEN.fullmatch(code) is not None


def is_digits(code: str) -> bool:
    return _DIGITS.fullmatch(code) is not None


def step_named(token: str, meeting_id: UUID) -> int | None:
    """The step that a token of this meeting names; None of a foreign or a forged one."""
    if not is_token(token):
        return None
    step = int.from_bytes(urlsafe_b64decode(token)[16 : 16 + _STEP_BYTES], "big")
    return step if hmac.compare_digest(token, _token(meeting_id, step)) else None


def is_valid_at(step: int, moment: datetime) -> bool:
    """Whether the code of a step may be used at a moment."""
    return step_at(moment) - 1 <= step <= step_at(moment)


def are_valid_at(digits: str, meeting_id: UUID, moment: datetime) -> bool:
    """Whether these are a meeting's digits of the step of a moment, or of the step before."""
    now = step_at(moment)
    # Both are compared, whichever it is.
    matches = [
        hmac.compare_digest(digits.encode(), _digits(meeting_id, step).encode())
        for step in (now, now - 1)
    ]
    return any(matches)


def _token(meeting_id: UUID, step: int) -> str:
    content = _content(meeting_id, step)
    return urlsafe_b64encode(content + _seal(content)[:_SEAL_BYTES]).decode()


def _digits(meeting_id: UUID, step: int) -> str:
    """From the half of the seal that the token does not show."""
    number = int.from_bytes(_seal(_content(meeting_id, step))[_SEAL_BYTES:], "big")
    return f"{number % 1_000_000:06d}"


def _content(meeting_id: UUID, step: int) -> bytes:
    return meeting_id.bytes + step.to_bytes(_STEP_BYTES, "big")


def _seal(content: bytes) -> bytes:
    return fingerprint("check-in", content)
