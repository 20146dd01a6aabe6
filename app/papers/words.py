"""How long days, times and states read on a Vietnamese paper; `numbers` writes the rest."""

from datetime import datetime
from typing import Final

from app.core import numbers
from app.core.clock import LOCAL
from app.models.attendances import AttendanceStatus, RosterReason
from app.models.meetings import HeldAs, MeetingKind

STANDINGS: Final = {
    RosterReason.OFFICIAL: "Chính thức",
    RosterReason.PROBATIONARY: "Dự bị",
    RosterReason.UNKNOWN_STANDING: "Chưa rõ",
    RosterReason.TEMPORARY: "Sinh hoạt tạm thời",
    RosterReason.EXEMPT: "Miễn",
}
STATUSES: Final = {
    AttendanceStatus.UNMARKED: "Chưa điểm danh",
    AttendanceStatus.PRESENT: "Có mặt",
    AttendanceStatus.ABSENT_EXCUSED: "Vắng có lý do",
    AttendanceStatus.ABSENT_UNEXCUSED: "Vắng không lý do",
    AttendanceStatus.EXEMPT: "Miễn",
}
KINDS: Final = {
    MeetingKind.REGULAR: "Thường kỳ",
    MeetingKind.THEMATIC: "Chuyên đề",
    MeetingKind.EXTRAORDINARY: "Bất thường",
    MeetingKind.COMMITTEE: "Chi ủy",
}
HELD: Final = {
    HeldAs.WHOLE: "Sinh hoạt toàn chi bộ",
    HeldAs.GROUPS: "Sinh hoạt theo tổ đảng",
    HeldAs.ONLINE: "Sinh hoạt trực tuyến",
    HeldAs.HYBRID: "Sinh hoạt trực tiếp kết hợp trực tuyến",
}


def time_of_day(at: datetime) -> str:
    """19:30, in Viet Nam"""
    return f"{at.astimezone(LOCAL):%H:%M}"


def moment(at: datetime) -> str:
    """20:15 ngày 05/05/2026, in Viet Nam"""
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M} ngày {numbers.day(local)}"
