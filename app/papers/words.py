"""How days, times, figures and states read on a Vietnamese paper."""

from datetime import date, datetime
from typing import Final

from app.core.clock import LOCAL
from app.models.attendances import AttendanceStatus, RosterReason
from app.models.meetings import HeldAs

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
HELD: Final = {
    HeldAs.WHOLE: "Sinh hoạt toàn chi bộ",
    HeldAs.GROUPS: "Sinh hoạt theo tổ đảng",
    HeldAs.ONLINE: "Sinh hoạt trực tuyến",
    HeldAs.HYBRID: "Sinh hoạt trực tiếp kết hợp trực tuyến",
}


def day(on: date) -> str:
    """05/05/2026"""
    return f"{on:%d/%m/%Y}"


def long_day(on: date) -> str:
    """Ngày 05 tháng 5 năm 2026: a day below 10 and the months 1 and 2 are written with a zero."""
    month = f"{on.month:02}" if on.month <= 2 else f"{on.month}"
    return f"ngày {on.day:02} tháng {month} năm {on.year}"


def time_of_day(at: datetime) -> str:
    """19:30, in Viet Nam"""
    return f"{at.astimezone(LOCAL):%H:%M}"


def moment(at: datetime) -> str:
    """20:15 ngày 05/05/2026, in Viet Nam"""
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M} ngày {day(local)}"


def number(figure: float) -> str:
    """98,86 and 100: a decimal comma, and no decimals that say nothing."""
    return f"{figure:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def percent(figure: float | None) -> str:
    """98,86%; a dash where there was nothing to count"""
    return "–" if figure is None else f"{number(figure)}%"
