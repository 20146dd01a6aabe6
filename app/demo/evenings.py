"""The evenings on which the cells of the demonstration met, and the months some did not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.core.periods import period_at
from app.demo.calendar import Month, choose, planned_evening
from app.demo.committee import Committee
from app.models import AttendanceStatus, NotHeldReason, Organization
from app.schemas.meetings import MeetingCreate
from app.schemas.not_held import NotHeldCreate
from app.services import held_meetings, meetings, not_held
from app.services.held_meetings import HeldMeeting
from app.work import Work

LASTS = timedelta(minutes=95)
MINUTES = (
    "Chi bộ đánh giá việc thực hiện nhiệm vụ tháng trước, thảo luận và thống nhất nhiệm vụ tháng "
    "này; phân công đảng viên theo dõi, báo cáo kết quả vào kỳ sinh hoạt tới."
)
_REASONS = tuple(NotHeldReason)


def live(work: Work, committee: Committee, month: Month) -> None:
    """Every cell's regular meeting of a month; in the running one also what lies ahead."""
    missing = {cell.id for cell in choose(month.chance, committee.cells[2:], month.cells_not_met)}
    held: list[HeldMeeting] = []
    for cell in committee.cells:
        starts_at = month.evening()
        if starts_at + LASTS > month.until:
            _plan(work, cell, starts_at)
        elif cell.id in missing:
            _miss(work, cell, starts_at, way=len(missing))
            missing.discard(cell.id)
        else:
            held.append(_meet(cell, committee.members[cell.id], starts_at, month))
    held_meetings.record(work, held)
    if month.is_running:
        for cell in committee.cells:
            _plan(work, cell, planned_evening(month))


def _meet(
    cell: Organization, members: list[UUID], starts_at: datetime, month: Month
) -> HeldMeeting:
    absences = dict(_absences(members, month))
    return HeldMeeting(
        organization_id=cell.id,
        title=_title(starts_at),
        place=_place(cell),
        starts_at=starts_at,
        ends_at=starts_at + LASTS,
        submitted_at=month.submission(starts_at + LASTS),
        minutes=MINUTES,
        absences=absences,
    )


def _absences(members: list[UUID], month: Month) -> Iterator[tuple[UUID, AttendanceStatus]]:
    for member in members:
        status = month.absent()
        if status is not None:
            yield member, AttendanceStatus(status)


def _miss(work: Work, cell: Organization, starts_at: datetime, *, way: int) -> None:
    """One of four ways to miss a month: said so, planned only, not submitted, nothing at all."""
    before = replace(work, now=starts_at - timedelta(days=5))
    if way % 4 == 0:
        reason = _REASONS[way % len(_REASONS)]
        period = period_at(starts_at)
        not_held.create(work, NotHeldCreate(organization_id=cell.id, period=period, reason=reason))
    elif way % 4 == 1:
        _plan(before, cell, starts_at)
    elif way % 4 == 2:
        meeting_id = _plan(before, cell, starts_at)
        meetings.open_(replace(work, now=starts_at), meeting_id)
        meetings.end(replace(work, now=starts_at + LASTS), meeting_id)


def _plan(work: Work, cell: Organization, starts_at: datetime) -> UUID:
    meeting = meetings.create(
        work,
        MeetingCreate(
            organization_id=cell.id,
            title=_title(starts_at),
            place=_place(cell),
            starts_at=starts_at,
        ),
    )
    work.session.flush()
    meetings.schedule(work, meeting.id)
    return meeting.id


def _title(starts_at: datetime) -> str:
    return f"Sinh hoạt chi bộ thường kỳ tháng {starts_at:%m/%Y}"


def _place(cell: Organization) -> str:
    return f"Phòng họp {cell.name.removeprefix('Chi bộ ')}"
