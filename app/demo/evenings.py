"""The evenings on which the cells of the demonstration met, and the months some did not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.core.periods import period_at
from app.demo import documents
from app.demo.calendar import Month, choose, planned_evening
from app.demo.committee import Committee
from app.models import AttendanceStatus, MeetingKind, NotHeldReason, Organization
from app.schemas.meetings import MeetingCreate
from app.schemas.not_held import NotHeldCreate
from app.services import held_meetings, meetings, not_held
from app.services.held_meetings import HeldMeeting
from app.work import Work

LASTS = timedelta(minutes=95)
#: How long the minutes take after that.
WRITES_FOR = timedelta(minutes=40)
MINUTES = (
    "Chi bộ đánh giá việc thực hiện nhiệm vụ tháng trước, thảo luận và thống nhất nhiệm vụ tháng "
    "này; phân công đảng viên theo dõi, báo cáo kết quả vào kỳ sinh hoạt tới."
)
_REASONS = tuple(NotHeldReason)


def live(work: Work, committee: Committee, month: Month) -> None:
    """Every cell's meetings of a month; in the running one also what lies ahead."""
    held = [*_regular(work, committee, month), *_thematic(committee, month)]
    documents.put(work, held_meetings.record(work, held))
    if month.is_running:
        for cell in committee.cells:
            _plan(work, cell, planned_evening(month))


def _regular(work: Work, committee: Committee, month: Month) -> Iterator[HeldMeeting]:
    missing = {cell.id for cell in choose(month.chance, committee.cells[2:], month.cells_not_met)}
    for cell in committee.cells:
        starts_at = month.evening()
        if starts_at + LASTS > month.until:
            _plan(work, cell, starts_at)
        elif cell.id in missing:
            _miss(work, cell, starts_at, way=len(missing))
            missing.discard(cell.id)
        else:
            yield _meet(cell, committee.members[cell.id], starts_at, month)


def _thematic(committee: Committee, month: Month) -> Iterator[HeldMeeting]:
    for place, cell in enumerate(committee.cells):
        starts_at = month.thematic_evening()
        if month.has_theme(place) and starts_at + LASTS <= month.until:
            meeting = _meet(cell, committee.members[cell.id], starts_at, month)
            title = f"Sinh hoạt chuyên đề tháng {starts_at:%m/%Y}"
            yield replace(meeting, kind=MeetingKind.THEMATIC, title=title)


def _meet(
    cell: Organization, members: list[UUID], starts_at: datetime, month: Month
) -> HeldMeeting:
    absences = dict(_absences(members, month))
    ends_at = starts_at + LASTS
    submitted_at = month.submission(ends_at)
    return HeldMeeting(
        organization_id=cell.id,
        title=_title(starts_at),
        place=_place(cell),
        starts_at=starts_at,
        ends_at=ends_at,
        submitted_at=submitted_at,
        minutes=MINUTES,
        notice_sent_at=month.notice(starts_at),
        documents_published_at=month.document(starts_at),
        minutes_written_at=min(ends_at + WRITES_FOR, submitted_at),
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
