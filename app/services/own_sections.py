"""What is held about one person, table by table: whose rows, and what is told of each.

Told is what speaks of the person. Who else had a hand in it is not, and neither are digests, keys,
and the ids of other rows: they would speak of somebody else, or open something.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

from sqlmodel import SQLModel

from app.models import (
    AbsenceReport,
    AccessEntry,
    Account,
    AccountSession,
    ActivationCode,
    Activity,
    Alert,
    Attendance,
    AttendanceEvent,
    AuditEntry,
    CheckIn,
    Correction,
    DocumentReading,
    Exemption,
    FrozenAccount,
    Import,
    Job,
    Member,
    MemberMerge,
    Membership,
    MinutesConfirmation,
    Notification,
    NotificationKind,
    Objection,
    Office,
    Proposal,
    PurposeReading,
    RecoveryCode,
    Reminder,
    Report,
    ReportSchedule,
    RosterExclusion,
    SignInFailure,
    StaffCode,
    Task,
    TotpUse,
    Transfer,
)
from app.services import proposals

Read = Callable[[Any], Any]
_K = NotificationKind
#: What these were titled may name somebody else, when they were told to who leads a unit.
_TITLES_OF_OTHERS: Final = frozenset(
    {
        _K.ABSENCE_REPORTED,
        _K.OBJECTION_RAISED,
        _K.CORRECTION_ASKED,
        _K.ATTENDANCE_ALERT,
        _K.TRANSFER_SENT,
        _K.TRANSFER_DECIDED,
        _K.WEEKLY_SUMMARY,
    }
)
#: And what these said: whom to remind, to whom a code was given.
_BODIES_OF_OTHERS: Final = _TITLES_OF_OTHERS | {_K.REMINDER, _K.SECURITY}


class Section(NamedTuple):
    """Rows of `model` whose `members` columns name the member, or `accounts` the account.

    `reads` is what is told of a row beside its plain columns.
    """

    title: str
    model: type[SQLModel]
    columns: tuple[str, ...]
    members: tuple[str, ...] = ("member_id",)
    accounts: tuple[str, ...] = ()
    reads: Mapping[str, Read] = {}


def _of_account(
    title: str, model: type[SQLModel], columns: str, by: str = "account_id", **more: Any
) -> Section:
    return Section(title, model, tuple(columns.split()), (), (by,), **more)


def _of_member(title: str, model: type[SQLModel], columns: str, **more: Any) -> Section:
    return Section(title, model, tuple(columns.split()), **more)


def _unless(of_others: Collection[NotificationKind], name: str) -> Read:
    return lambda notice: None if notice.kind in of_others else getattr(notice, name)


def _opened(name: str) -> Read:
    return lambda proposal: proposals.opened(proposal, name)


SECTIONS: Final[Mapping[str, Section]] = {
    "profile": _of_member(
        "Hồ sơ",
        Member,
        "full_name sex born_on admitted_on official_on is_probationary card_number personal_id "
        "phone created_at",
        members=("id",),
    ),
    "memberships": _of_member(
        "Sinh hoạt tại", Membership, "organization_id kind valid_from valid_to end_reason"
    ),
    "offices": _of_member(
        "Chức vụ", Office, "organization_id role valid_from valid_to", accounts=("account_id",)
    ),
    "exemptions": _of_member(
        "Miễn sinh hoạt",
        Exemption,
        "organization_id kind reason decision valid_from valid_to",
    ),
    "transfers": _of_member(
        "Chuyển sinh hoạt",
        Transfer,
        "organization_id to_organization_id effective_on reason status comment sent_at decided_at",
    ),
    "attendances": _of_member(
        "Điểm danh",
        Attendance,
        "organization_id meeting_id roster_reason may_vote status source marked_at came_at",
    ),
    "attendance_events": _of_member(
        "Lịch sử điểm danh", AttendanceEvent, "meeting_id status source recorded_at reason"
    ),
    "roster_exclusions": _of_member(
        "Không triệu tập", RosterExclusion, "organization_id meeting_id reason"
    ),
    "check_ins": _of_member(
        "Tự điểm danh", CheckIn, "meeting_id method captured_at received_at status refusal flags"
    ),
    "absence_reports": _of_member(
        "Báo vắng",
        AbsenceReport,
        "meeting_id reason text status comment is_late attachment_name created_at decided_at",
    ),
    "objections": _of_member(
        "Kiến nghị điểm danh",
        Objection,
        "meeting_id marked claimed text status comment created_at decided_at",
    ),
    "alerts": _of_member(
        "Cảnh báo vắng", Alert, "organization_id rule year level raised_at cleared_at"
    ),
    "tasks": _of_member(
        "Nhiệm vụ", Task, "meeting_id title due_on status result closed_at", members=("owner_id",)
    ),
    "minutes_confirmations": _of_account(
        "Xác nhận biên bản", MinutesConfirmation, "meeting_id part confirmed_at", "confirmed_by"
    ),
    "document_readings": _of_member(
        "Tài liệu đã đọc", DocumentReading, "document_id opened_at acknowledged_at"
    ),
    "notifications": _of_member(
        "Thông báo",
        Notification,
        "created_at kind read_at",
        reads={
            "title": _unless(_TITLES_OF_OTHERS, "title"),
            "body": _unless(_BODIES_OF_OTHERS, "body"),
        },
    ),
    "reminders": _of_member("Nhắc việc", Reminder, "day measure period message"),
    "member_years": _of_member("Phiếu năm", Report, "kind first_period last_period created_at"),
    "corrections": _of_member(
        "Đề nghị đính chính",
        Correction,
        "field wanted text status reply_due_on due_on comment created_at decided_at",
    ),
    "proposals": _of_member(
        "Đề xuất từ CSDL 4.0",
        Proposal,
        "field status reason created_at decided_at",
        reads={"current": _opened("current"), "proposed": _opened("proposed")},
    ),
    "merges": _of_member(
        "Gộp hồ sơ",
        MemberMerge,
        "reason created_at parted_at",
        members=("member_id", "merged_id"),
    ),
    "accesses": _of_member("Ai đã xem dữ liệu", AccessEntry, "created_at office way fields reason"),
    "activities": _of_member("Tháng có sử dụng", Activity, "period first_at"),
    "months_closed": _of_member(
        "Tháng đã khóa", FrozenAccount, "organization_id period is_activated"
    ),
    "account": _of_account(
        "Tài khoản",
        Account,
        "staff_name activated_at locked_at disabled_at totp_confirmed_at",
        "id",
    ),
    "activation_codes": _of_member(
        "Mã kích hoạt", ActivationCode, "created_at expires_at used_at voided_at"
    ),
    "staff_codes": _of_account("Mã cán bộ", StaffCode, "created_at expires_at used_at voided_at"),
    "recovery_codes": _of_account("Mã dự phòng", RecoveryCode, "created_at used_at"),
    "second_factor_uses": _of_account("Xác thực hai lớp", TotpUse, "used_at"),
    "sessions": _of_account(
        "Thiết bị",
        AccountSession,
        "device_name source created_at last_used_at expires_at proved_at revoked_at "
        "revoked_because",
    ),
    "failed_sign_ins": _of_account("Đăng nhập sai", SignInFailure, "created_at source"),
    "purposes_read": _of_account("Đã đọc thông báo", PurposeReading, "edition read_at"),
    "acts": _of_account("Thao tác", AuditEntry, "created_at action organization_id", "actor_id"),
    "imports": _of_account("Tệp đã nhập", Import, "kind status created_at committed_at"),
    "jobs": _of_account("Công việc", Job, "kind status created_at ended_at"),
    "report_schedules": _of_account(
        "Lịch báo cáo", ReportSchedule, "organization_id kind day_of_month local_time status"
    ),
}
