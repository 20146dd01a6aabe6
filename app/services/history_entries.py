"""Carries out what the plans of a history say, and takes it back: meetings with their sheets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from sqlmodel import col

from app.core import periods
from app.core.clock import day_ends_at, day_starts_at, local_date
from app.core.ids import new_id
from app.core.selects import pick, portions
from app.models import (
    Attendance,
    AttendanceEvent,
    AttendanceSource,
    Import,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Minutes,
    RowState,
)
from app.services import (
    alerts,
    beginnings,
    figure_days,
    known_histories,
    take_backs,
    trees,
)
from app.services.held_meetings import event_of
from app.services.history_plans import HistoryPlan, Key
from app.services.import_journals import Change, Journal, Values
from app.services.meeting_times import usual_title
from app.services.period_locks import PeriodLocked
from app.services.rosters import Place
from app.work import Work

#: So that whoever opens the meeting again finds minutes to submit it with.
MINUTES = "Cuộc họp diễn ra trước khi dùng phần mềm; biên bản được lưu ngoài phần mềm."


def carry_out(work: Work, imported: Import, plans: Sequence[HistoryPlan], journal: Journal) -> None:
    """Enter the meetings as accepted, then bring the figures of their cells up to date."""
    new = [each for each in plans if each.state is RowState.NEW and each.place_id]
    if not new:
        return
    earliest = _first_days(new)
    known = beginnings.load(work, earliest.keys())
    moved = beginnings.move_back(work, earliest, known)
    beginnings.move_stays_back(work, _stays_from(new))
    sheets = _sheets(new)
    meetings = _enter(work, imported, sheets, journal)
    first = min(earliest.values())
    _recount(work, {*moved, *earliest}, first)
    cells_and_periods = {(each.organization_id, each.period) for each in meetings}
    if shut := known_histories.locked(work, cells_and_periods):
        raise PeriodLocked(period=min(period for _, period in shut))
    on_sheet = {
        meeting.id: {each.subject_id for each in sheet}
        for meeting, sheet in zip(meetings, sheets.values(), strict=True)
    }
    for meeting in _few(work, meetings, on_sheet):
        alerts.review(work, meeting)


def take_back(work: Work, changes: Sequence[Change], since: datetime) -> None:
    """Meetings and sheets are gone, and what began earlier for their sake begins as before."""
    meetings = _meetings_of(work, changes)
    if not meetings:
        return
    first = min(local_date(meeting.starts_at) for meeting in meetings)
    cells = {meeting.organization_id for meeting in meetings}
    on_sheet = _members_of(work, meetings)
    members: set[UUID | None] = set().union(*on_sheet.values())
    known = beginnings.load(work, cells)
    reviewed = list(_few(work, meetings, on_sheet))
    for meeting in meetings:
        work.record("meeting.removed", meeting)  # whoever has seen it learns of it
        work.session.expunge(meeting)  # deleted past the session; alerts still ask of what it was
    take_backs.undo(work, changes, take_backs.locked(work, cells, first, since))
    beginnings.give_back(work, known, cells, [each for each in members if each])
    units = {ground.id for cell in cells for ground in known.upwards(cell)}
    _recount(work, units, first)
    for meeting in reviewed:
        alerts.review(work, meeting)


def _first_days(plans: Iterable[HistoryPlan]) -> dict[UUID, date]:
    """Of each cell, the day of its earliest meeting."""
    days: dict[UUID, date] = {}
    for each in plans:
        if each.place_id:
            days[each.place_id] = min(each.day, days.get(each.place_id, date.max))
    return days


def _stays_from(plans: Iterable[HistoryPlan]) -> dict[UUID, date]:
    """The memberships that have to begin earlier, with the day."""
    days: dict[UUID, date] = {}
    for each in plans:
        if each.stay and each.day < each.stay.valid_from:
            days[each.stay.id] = min(each.day, days.get(each.stay.id, date.max))
    return days


def _sheets(plans: Iterable[HistoryPlan]) -> dict[Key, list[HistoryPlan]]:
    sheets: dict[Key, list[HistoryPlan]] = defaultdict(list)
    for each in plans:
        if each.key:
            sheets[each.key].append(each)
    return sheets


def _enter(
    work: Work, imported: Import, sheets: Mapping[Key, Sequence[HistoryPlan]], journal: Journal
) -> list[Meeting]:
    """Table by table; each row belongs to the row of the workbook that told of it."""
    meetings = [_meeting(work, imported, key, sheet) for key, sheet in sheets.items()]
    pairs = list(zip(meetings, sheets.values(), strict=True))
    numbered = [(sheet[0].row_number, meeting) for meeting, sheet in pairs]
    journal.insert(Meeting, ((number, meeting.model_dump()) for number, meeting in numbered))
    journal.insert(Minutes, ((number, _minutes(work, meeting)) for number, meeting in numbered))
    told = [(each, _line(work, meeting, each)) for meeting, sheet in pairs for each in sheet]
    journal.insert(Attendance, ((each.row_number, line) for each, line in told))
    events = ((each.row_number, event_of(line, each.line.reason)) for each, line in told)
    journal.insert(AttendanceEvent, events)
    for meeting in meetings:
        work.record("meeting.imported", meeting, import_id=str(imported.id))
    return meetings


def _meeting(work: Work, imported: Import, key: Key, sheet: Sequence[HistoryPlan]) -> Meeting:
    """Nothing was measured of it: no notice, no documents; it came to the service today."""
    cell_id, starts_at = key
    ends_at = next((each.line.ends_at for each in sheet if each.line.ends_at), None)
    last_second = day_ends_at(local_date(starts_at)) - timedelta(seconds=1)
    kind = MeetingKind(sheet[0].line.kind)
    return Meeting(
        organization_id=cell_id,
        import_id=imported.id,
        kind=kind,
        title=usual_title(kind, starts_at),
        starts_at=starts_at,
        ends_at=ends_at,
        place=next((each.line.place for each in sheet if each.line.place), None),
        status=MeetingStatus.ACCEPTED,
        opened_at=starts_at,
        ended_at=ends_at or min(work.now, last_second),
        first_submitted_at=work.now,
        looked_at=work.now,
        sheet_version=1,
        created_at=work.now,
        created_by=work.actor.account_id,
    )


def _minutes(work: Work, meeting: Meeting) -> Values:
    return Minutes(
        created_at=work.now,
        organization_id=meeting.organization_id,
        meeting_id=meeting.id,
        text=MINUTES,
        written_by=work.actor.account_id,
        written_at=work.now,
    ).model_dump()


def _line(work: Work, meeting: Meeting, each: HistoryPlan) -> Values:
    roster = cast("Place", each.roster)  # planned as new: it has one
    return {
        "id": new_id(),
        "created_at": work.now,
        "version": 1,
        "organization_id": meeting.organization_id,
        "meeting_id": meeting.id,
        "member_id": each.subject_id,
        "roster_reason": roster.reason,
        "may_vote": roster.may_vote,
        "status": each.line.status,
        "source": AttendanceSource.IMPORT,
        "marked_by": work.actor.account_id,
        "marked_at": work.now,
        "came_at": None,
    }


def _recount(work: Work, units: Collection[UUID], first: date) -> None:
    """The figures may have to begin earlier, and units stand in months they had no row in."""
    work.session.flush()
    work.session.expire_all()  # beginnings were moved past the session
    figure_days.reach_back(work, periods.period_of(first))
    trees.follow(work, units, first)


def _meetings_of(work: Work, changes: Iterable[Change]) -> list[Meeting]:
    wanted = [change.row_id for change in changes if change.table == Meeting.__tablename__]
    found: list[Meeting] = []
    for portion in portions(wanted):
        statement = pick(Meeting).where(col(Meeting.id).in_(portion))
        scoped = statement.execution_options(scoped="meetings of an own import")
        found += work.session.execute(scoped).scalars()
    return found


def _members_of(work: Work, meetings: Iterable[Meeting]) -> Mapping[UUID, set[UUID | None]]:
    on_sheet: dict[UUID, set[UUID | None]] = defaultdict(set)
    for portion in portions(meeting.id for meeting in meetings):
        lines = pick(Attendance.meeting_id, Attendance.member_id)
        statement = lines.where(col(Attendance.meeting_id).in_(portion))
        scoped = statement.execution_options(scoped="meetings of an own import")
        for meeting_id, member_id in work.session.execute(scoped):
            on_sheet[meeting_id].add(member_id)
    return on_sheet


def _few(
    work: Work, meetings: Iterable[Meeting], on_sheet: Mapping[UUID, set[UUID | None]]
) -> Iterator[Meeting]:
    """As few regular meetings as name everybody: alerts look at all marks of whom they concern.

    Of years gone by none: nobody is told today of what was to be done then.
    """
    begins = day_starts_at(date(local_date(work.now).year, 1, 1))
    told: set[tuple[UUID, UUID | None]] = set()
    for meeting in sorted(meetings, key=lambda one: one.starts_at, reverse=True):
        named = {(meeting.organization_id, each) for each in on_sheet[meeting.id]}
        if meeting.kind is MeetingKind.REGULAR and meeting.starts_at >= begins and named - told:
            told |= named
            yield meeting
