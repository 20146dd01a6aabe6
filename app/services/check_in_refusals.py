"""Why a check-in is refused, in words."""

from app.core.errors import AppError, Conflict, Forbidden, Gone, Invalid
from app.models import CheckInMethod, CheckInRefusal
from app.services.check_in_codes import MeetingNotOpen
from app.services.sheets import NotOnRoster


class WrongCode(Gone):
    vi = "Mã điểm danh không đúng."
    en = "This is not the code of the meeting."


class OldCode(Gone):
    vi = "Mã điểm danh đã hết hiệu lực; hãy quét mã đang hiển thị."
    en = "This code has expired; take the one that is shown now."


class OldMark(Gone):
    vi = "Thời điểm ghi trên thiết bị lệch quá xa; hãy kiểm tra đồng hồ rồi ghi lại."
    en = "The moment that the device names is too far off; check its clock and mark again."


class BadgeRevoked(Gone):
    vi = "Thẻ này đã được thay bằng thẻ mới."
    en = "A newer badge has taken this one's place."


class WindowClosed(Conflict):
    code = "window_closed"
    vi = "Ngoài thời gian điểm danh của cuộc họp."
    en = "Outside the time in which the meeting takes check-ins."


class NotPermitted(Forbidden):
    vi = "Chỉ người phụ trách điểm danh được quét thẻ hoặc ghi cho người khác."
    en = "Only those who call the roll scan badges or mark others."


class Superseded(Conflict):
    code = "superseded"
    vi = "Dòng điểm danh này đã có ghi nhận mới hơn."
    en = "Something newer was said of this line."


class ReasonRequired(Invalid):
    code = "reason_required"
    vi = "Sửa sau khi nộp cần có lý do."
    en = "A change after submission needs a reason."


class WrongForLine(Invalid):
    code = "wrong_for_line"
    vi = "Không dùng được cho người này."
    en = "This cannot be said of this line."


_REFUSALS: dict[CheckInRefusal, type[AppError]] = {
    CheckInRefusal.WRONG_CODE: WrongCode,
    CheckInRefusal.OLD_CODE: OldCode,
    CheckInRefusal.MEETING_NOT_OPEN: MeetingNotOpen,
    CheckInRefusal.WINDOW_CLOSED: WindowClosed,
    CheckInRefusal.NOT_ON_ROSTER: NotOnRoster,
    CheckInRefusal.NOT_PERMITTED: NotPermitted,
    CheckInRefusal.BADGE_REVOKED: BadgeRevoked,
    CheckInRefusal.SUPERSEDED: Superseded,
    CheckInRefusal.REASON_REQUIRED: ReasonRequired,
    CheckInRefusal.WRONG_FOR_LINE: WrongForLine,
}


def error_of(refusal: CheckInRefusal, method: CheckInMethod) -> AppError:
    """The refusal as it is answered; `reason` tells clients apart what shares a code."""
    is_leaders = method in (CheckInMethod.MARK, CheckInMethod.BADGE)
    if refusal is CheckInRefusal.OLD_CODE and is_leaders:  # there is no newer code to scan
        return OldMark(reason=refusal)
    return _REFUSALS[refusal](reason=refusal)
