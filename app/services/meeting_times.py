"""Where and when a meeting may be, and what the office calls it."""

from datetime import datetime, timedelta

from app.core.clock import day_ends_at, local_date
from app.core.errors import Invalid
from app.models import Meeting, MeetingKind, Organization, OrganizationKind


def expect_cell(unit: Organization) -> None:
    if unit.kind is not OrganizationKind.CELL:
        raise Invalid.at(
            "/organization_id", "not_a_cell", "Chỉ chi bộ mới sinh hoạt.", "Only cells meet."
        )


def check(cell: Organization, starts_at: datetime, ends_at: datetime | None) -> None:
    """Only cells meet, on days on which they exist, and end after they begin."""
    expect_cell(cell)
    if not _exists_on_its_day(cell, starts_at):
        raise Invalid.at(
            "/starts_at",
            "cell_not_valid",
            "Chi bộ không hoạt động vào ngày này.",
            "The cell does not exist on this day.",
        )
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid.at(
            "/ends_at",
            "ends_before_start",
            "Giờ kết thúc phải sau giờ bắt đầu.",
            "A meeting ends after it starts.",
        )


def latest_end(meeting: Meeting) -> datetime:
    """The last second of the meeting's own day: one recorded later did not last until then."""
    day = local_date(meeting.ends_at or meeting.starts_at)
    return day_ends_at(day) - timedelta(seconds=1)


def usual_title(kind: MeetingKind, starts_at: datetime) -> str:
    """What the office calls such a meeting: "Sinh hoạt chi bộ thường kỳ tháng 5/2026"."""
    day = local_date(starts_at)
    return f"{_KIND_TITLES[kind]} tháng {day.month}/{day.year}"


_KIND_TITLES = {
    MeetingKind.REGULAR: "Sinh hoạt chi bộ thường kỳ",
    MeetingKind.THEMATIC: "Sinh hoạt chuyên đề",
    MeetingKind.EXTRAORDINARY: "Sinh hoạt bất thường",
    MeetingKind.COMMITTEE: "Họp chi ủy",
}


def _exists_on_its_day(cell: Organization, moment: datetime) -> bool:
    day = local_date(moment)
    return cell.valid_from <= day and (cell.valid_to is None or day < cell.valid_to)
