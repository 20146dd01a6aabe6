"""What may be refused. `app.gate.problems` turns each of these into HTTP, once."""

from typing import Any, ClassVar


class AppError(Exception):
    """An expected refusal.

    `code` is the promise to clients; the words, Vietnamese and English, may change.
    `details` become members of the problem document and never repeat the input; `retry_after` is in
    how many seconds another try has a chance, where that is known.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    vi: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, *, retry_after: int | None = None, **details: Any) -> None:
        super().__init__(self.en)
        self.details = details
        self.retry_after = retry_after


class Malformed(AppError):
    """The request cannot be read at all."""

    status, code = 400, "malformed"
    vi = "Yêu cầu không đọc được."
    en = "The request cannot be read."


class Unauthenticated(AppError):
    """Nobody is signed in."""

    status, code = 401, "unauthenticated"
    vi = "Bạn cần đăng nhập."
    en = "Sign in first."


class InvalidCredentials(AppError):
    """What was given proves nothing: the same, whatever of it was wrong."""

    status, code = 401, "invalid_credentials"
    vi = "Thông tin đăng nhập không đúng."
    en = "These credentials are not right."


class TotpRequired(AppError):
    """All of it was right so far, and the second factor is missing."""

    status, code = 401, "totp_required"
    vi = "Hãy nhập mã xác thực của ứng dụng, hoặc một mã khôi phục."
    en = "Give the code of your authenticator too, or a recovery code."


class Forbidden(AppError):
    """The actor may see the row but not do this to it."""

    status, code = 403, "forbidden"
    vi = "Bạn không có quyền làm việc này."
    en = "You may not do this."


class StepUpRequired(Forbidden):
    """So weighty a step needs a password, and the second factor, given just now."""

    code = "step_up_required"
    vi = "Việc này cần xác nhận lại danh tính; hãy nhập mật khẩu và mã xác thực."
    en = "Prove again who you are, with password and second factor."


class TotpEnrolmentRequired(Forbidden):
    """Whoever sees other people's data signs in with a second factor; this account has none yet."""

    code = "totp_enrolment_required"
    vi = "Bạn cần thiết lập xác thực hai lớp trước khi tiếp tục."
    en = "Set up a second factor first."


class NotFound(AppError):
    """The row is missing, or the actor may not know that it exists."""

    status, code = 404, "not_found"
    vi = "Không tìm thấy."
    en = "Not found."


class Conflict(AppError):
    """Well formed, but the row is not in a state to accept it."""

    status, code = 409, "conflict"
    vi = "Yêu cầu mâu thuẫn với dữ liệu hiện có."
    en = "The request contradicts what is there."


class InvalidTransition(Conflict):
    """The state machine draws no such arrow; `allowed` names the verbs that exist."""

    code = "invalid_transition"
    vi = "Trạng thái hiện tại không cho phép việc này."
    en = "The present state does not allow this."


class Gone(AppError):
    """It was there, and is used up or expired."""

    status, code = 410, "gone"
    vi = "Đã hết hiệu lực hoặc đã được dùng."
    en = "It has expired or was used."


class Stale(AppError):
    """Somebody changed the row since it was read."""

    status, code = 412, "stale"
    vi = "Dữ liệu đã được người khác thay đổi; hãy tải lại rồi thử lại."
    en = "Somebody changed this first; read it again."


class TooLarge(AppError):
    """More bytes or rows than the route takes."""

    status, code = 413, "too_large"
    vi = "Dữ liệu gửi lên quá lớn."
    en = "The request is too large."


class UnsupportedMediaType(AppError):
    """The body is of another type than the route takes."""

    status, code = 415, "unsupported_media_type"
    vi = "Loại dữ liệu không được hỗ trợ."
    en = "This type of content is not supported."


class Invalid(AppError):
    """Readable, but a field breaks a rule. `errors` names each field and its rule."""

    status, code = 422, "invalid"
    vi = "Dữ liệu gửi lên không hợp lệ."
    en = "The request is not valid."

    @classmethod
    def at(cls, pointer: str, code: str, vi: str, en: str) -> "Invalid":
        """One field at fault, in both languages."""
        return cls(errors=[{"pointer": pointer, "code": code, "vi": vi, "en": en}])


class IfMatchRequired(AppError):
    """A change of this row must say which version it saw."""

    status, code = 428, "if_match_required"
    vi = "Cần có tiêu đề If-Match với ETag đã đọc."
    en = "Send If-Match with the ETag you read."


class TooManyRequests(AppError):
    """More tries than anybody honest needs; try again later."""

    status, code = 429, "too_many_requests"
    vi = "Bạn đã thử quá nhiều lần; hãy chờ vài phút rồi thử lại."
    en = "Too many tries; wait a few minutes and try again."


class Unavailable(AppError):
    """Overloaded, or a part is down; try again after `Retry-After`."""

    status, code = 503, "unavailable"
    vi = "Hệ thống đang bận, vui lòng thử lại sau ít phút."
    en = "The service is busy; try again shortly."
