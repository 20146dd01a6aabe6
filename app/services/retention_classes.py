"""What is kept for how long and why, as a table: `retention` erases by it.

What is not named here stays: the sheets and their events, memberships, figures, minutes, the audit
trail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import SQLModel, col

from app.core import clock, periods
from app.core.confidential import Sealed
from app.core.selects import pick
from app.models import (
    AbsenceReason,
    AbsenceReport,
    AccessEntry,
    AccountSession,
    ActivationCode,
    CheckIn,
    Correction,
    CorrectionStatus,
    Import,
    ImportRow,
    KeptAnswer,
    Meeting,
    Member,
    MemberMerge,
    Membership,
    Notification,
    Proposal,
    ProposalStatus,
    RecoveryCode,
    SignInFailure,
    StaffCode,
    TotpUse,
)
from app.services import imports, kept_answers, member_merges

_LAW = "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15: chỉ giữ trong thời hạn cần cho mục đích"
_LOGS = "Nghị định số 356/2025/NĐ-CP: nhật ký được giữ ít nhất 12 tháng"
_WORDS = {"text": None, "comment": None}
_ATTACHED = ("attachment_digest", "attachment_name", "attachment_type", "attachment_key_sealed")
_LETTER = dict.fromkeys(_ATTACHED)


class Span(NamedTuple):
    """Local months, or days of 24 hours."""

    months: int = 0
    days: int = 0

    def before(self, now: datetime) -> datetime:
        """What began at this moment or earlier has had its time."""
        if self.days:
            return now - clock.DAY * self.days
        return clock.day_ends_at(periods.months_before(clock.local_date(now), self.months))

    def __str__(self) -> str:
        if self.days:
            return f"{self.days} ngày"
        return f"{self.months // 12} năm" if self.months % 12 == 0 else f"{self.months} tháng"


@dataclass(frozen=True)
class DataClass:
    """Some data, how long it is kept and why. `blanks` are the columns that are emptied, with what
    they say then; without any, whole rows go.
    """

    name: str
    title: str
    kept: Span
    why: str
    model: type[SQLModel]
    is_old: Callable[[datetime], ColumnElement[bool]]
    blanks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """What the traces of its erasing are found by."""
        return uuid5(NAMESPACE_URL, f"sotay:retention:{self.name}")


def _ended(moment: datetime) -> ColumnElement[bool]:
    return func.coalesce(col(AccountSession.revoked_at), col(AccountSession.expires_at)) <= moment


def _imported(moment: datetime) -> ColumnElement[bool]:
    done_at = func.coalesce(col(Import.committed_at), col(Import.created_at))
    return col(ImportRow.import_id).in_(pick(Import.id).where(done_at <= moment))


def _absent(*reasons: AbsenceReason) -> Callable[[datetime], ColumnElement[bool]]:
    def is_old(moment: datetime) -> ColumnElement[bool]:
        held = pick(Meeting.id).where(col(Meeting.starts_at) <= moment)
        return and_(col(AbsenceReport.reason).in_(reasons), col(AbsenceReport.meeting_id).in_(held))

    return is_old


def _gone(moment: datetime) -> ColumnElement[bool]:
    """Of members without any membership since."""
    day = clock.local_date(moment)
    still = or_(col(Membership.valid_to).is_(None), col(Membership.valid_to) >= day)
    return and_(
        col(Member.id).in_(pick(Membership.member_id)),
        col(Member.id).not_in(pick(Membership.member_id).where(still)),
    )


def _decided(moment: datetime) -> ColumnElement[bool]:
    """What was rejected stays: it is not proposed again."""
    over = col(Proposal.status).in_((ProposalStatus.ACCEPTED, ProposalStatus.SUPERSEDED))
    return and_(over, col(Proposal.decided_at) <= moment)


def _answered(moment: datetime) -> ColumnElement[bool]:
    waits = (CorrectionStatus.PENDING, CorrectionStatus.PASSED_ON)
    ended_at = func.coalesce(col(Correction.decided_at), col(Correction.created_at))
    return and_(col(Correction.status).not_in(waits), ended_at <= moment)


CLASSES: tuple[DataClass, ...] = (
    DataClass(
        "kept_answers",
        "Câu trả lời giữ lại để gửi lại khi mất mạng",
        Span(days=kept_answers.LIFETIME.days),
        _LAW,
        KeptAnswer,
        lambda moment: col(KeptAnswer.created_at) <= moment,
    ),
    DataClass(
        "totp_uses",
        "Mã xác thực hai lớp đã dùng",
        Span(days=1),
        _LAW,
        TotpUse,
        lambda moment: col(TotpUse.used_at) <= moment,
    ),
    DataClass(
        "sign_in_failures",
        "Lần đăng nhập sai và mạng truy cập",
        Span(days=90),
        _LAW,
        SignInFailure,
        lambda moment: col(SignInFailure.created_at) <= moment,
    ),
    DataClass(
        "session_devices",
        "Tên thiết bị và mạng truy cập của phiên đã kết thúc",
        Span(days=90),
        _LAW,
        AccountSession,
        _ended,
        {"device_name": None, "source": None},
    ),
    DataClass("sessions", "Phiên đã kết thúc", Span(days=180), _LAW, AccountSession, _ended),
    DataClass(
        "activation_codes",
        "Mã kích hoạt đã hết hạn (ngày cấp được giữ lại)",
        Span(days=90),
        _LAW,
        ActivationCode,
        lambda moment: col(ActivationCode.expires_at) <= moment,
        {"digest": b""},
    ),
    DataClass(
        "staff_codes",
        "Mã kích hoạt của cán bộ kỹ thuật đã hết hạn",
        Span(days=90),
        _LAW,
        StaffCode,
        lambda moment: col(StaffCode.expires_at) <= moment,
    ),
    DataClass(
        "recovery_codes",
        "Mã dự phòng đã dùng",
        Span(days=90),
        _LAW,
        RecoveryCode,
        lambda moment: col(RecoveryCode.used_at) <= moment,
    ),
    DataClass(
        "import_rows",
        "Nội dung từng dòng của tệp đã nhập",
        Span(days=imports.ROWS_KEPT.days),
        _LAW,
        ImportRow,
        _imported,
    ),
    DataClass(
        "member_merges",
        "Thông tin để tách lại hồ sơ đã gộp",
        Span(days=member_merges.DAYS_TO_PART + 1),
        _LAW,
        MemberMerge,
        lambda moment: col(MemberMerge.created_at) <= moment,
        {"before_sealed": Sealed()},
    ),
    DataClass(
        "proposals",
        "Giá trị cũ và mới của đề xuất đã xử lý",
        Span(months=12),
        _LAW,
        Proposal,
        _decided,
        {"current_sealed": None, "proposed_sealed": None},
    ),
    DataClass(
        "absence_reports_health",
        "Lời báo vắng và giấy tờ về sức khỏe",
        Span(months=12),
        f"{_LAW}; dữ liệu sức khỏe là dữ liệu nhạy cảm",
        AbsenceReport,
        _absent(AbsenceReason.HEALTH),
        _WORDS | _LETTER,
    ),
    DataClass(
        "absence_reports",
        "Lời báo vắng và giấy tờ vì lý do khác",
        Span(months=24),
        _LAW,
        AbsenceReport,
        _absent(*(each for each in AbsenceReason if each is not AbsenceReason.HEALTH)),
        _WORDS | _LETTER,
    ),
    DataClass(
        "check_in_devices",
        "Dấu của thiết bị khi điểm danh",
        Span(days=90),
        _LAW,
        CheckIn,
        lambda moment: col(CheckIn.received_at) <= moment,
        {"device_digest": None},
    ),
    DataClass(
        "notifications",
        "Thông báo trong hộp thư",
        Span(months=24),
        _LAW,
        Notification,
        lambda moment: col(Notification.created_at) <= moment,
    ),
    DataClass(
        "corrections",
        "Đề nghị đính chính đã trả lời",
        Span(months=60),
        _LAW,
        Correction,
        _answered,
    ),
    DataClass(
        "access_entries",
        "Nhật ký xem dữ liệu bảo mật",
        Span(months=60),
        _LOGS,
        AccessEntry,
        lambda moment: col(AccessEntry.created_at) <= moment,
    ),
    DataClass(
        "phones",
        "Số điện thoại của người đã thôi sinh hoạt",
        Span(months=12),
        _LAW,
        Member,
        _gone,
        {"phone_sealed": None, "phone_index": None},
    ),
)
