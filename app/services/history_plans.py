"""What a history of meetings would bring: a meeting with its whole sheet, or nothing of it.

A meeting of before the service tells that its cell was there on that day, and its members in it.
So a beginning that is only the day on which somebody entered the cell or the member is no refusal.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from app.core import periods
from app.core.clock import local_date
from app.models import AttendanceStatus, ExemptionKind, MeetingKind, RowState
from app.services import beginnings, denominators, known_histories, known_members
from app.services.beginnings import Beginnings
from app.services.import_plans import Lines, Plan, Reason
from app.services.known_histories import Past, People, Stay, Unit
from app.services.member_plans import Place, place_finder
from app.services.rosters import Place as RosterPlace
from app.work import Work
from app.workbooks import columns
from app.workbooks.meetings import MeetingLine

Key = tuple[UUID, datetime]


@dataclass(slots=True, kw_only=True)
class HistoryPlan(Plan[MeetingLine]):
    """`stay` is the membership that the line rests on; `roster` its place on the sheet."""

    place: Place
    day: date
    stay: Stay | None = None
    roster: RosterPlace | None = None

    @property
    def key(self) -> Key | None:
        return (self.place_id, self.line.starts_at) if self.place_id else None

    @property
    def period(self) -> str:
        return periods.period_of(self.day)

    @property
    def is_regular(self) -> bool:
        return MeetingKind(self.line.kind) is MeetingKind.REGULAR

    def say(self, column: str, reason: Reason) -> None:
        self.refuse(reason.at(column))


@dataclass(frozen=True)
class _Surroundings:
    work: Work
    units: dict[UUID, Unit]
    people: People
    past: Past
    beginnings: Beginnings


def plan(work: Work, lines: Lines[MeetingLine]) -> list[HistoryPlan]:
    """A plan for every readable row, in their order."""
    units = known_histories.units(work)
    find = place_finder(known_members.Unit(*unit[:4]) for unit in units)
    plans = [_placed(number, line, find) for number, line in lines.rows]
    cells = {each.place_id for each in plans if each.place_id}
    people = known_histories.people(work, (each.line.number for each in plans))
    around = _Surroundings(
        work,
        {unit.id: unit for unit in units},
        people,
        known_histories.past(work, cells, {each.day for each in plans}),
        beginnings.load(work, cells),
    )
    for each in plans:
        _judge(each, around)
    meetings: dict[Key, list[HistoryPlan]] = defaultdict(list)
    for each in plans:
        if each.key:
            meetings[each.key].append(each)
    _refuse_seconds(meetings)
    for sheet in meetings.values():
        _decide(sheet, around)
    return plans


def _placed(row_number: int, line: MeetingLine, find: Callable[[str], Place]) -> HistoryPlan:
    place = find(line.organization)
    return HistoryPlan(
        row_number=row_number,
        line=line,
        state=RowState.NEW,
        place_id=None if isinstance(place, Reason) else place,
        place=place,
        day=local_date(line.starts_at),
    )


def _judge(each: HistoryPlan, around: _Surroundings) -> None:
    if isinstance(each.place, Reason):
        each.say(columns.CELL, each.place)
        return
    for column, reason in _against_past(each, each.place, around):
        each.say(column, reason)
    _find_member(each, each.place, around)


def _against_past(
    each: HistoryPlan, cell_id: UUID, around: _Surroundings
) -> Iterator[tuple[str, Reason]]:
    past = around.past
    if each.line.starts_at > around.work.now:
        yield columns.STARTS_AT, Reason.NOT_YET_HELD
    if not _is_there(around.units[cell_id], each.day, around):
        yield columns.STARTS_AT, Reason.CELL_NOT_VALID
    if (cell_id, each.period) in past.locked:
        yield columns.STARTS_AT, Reason.PERIOD_LOCKED
    if each.is_regular and (cell_id, each.period) in past.not_held:
        yield columns.STARTS_AT, Reason.SAID_NOT_HELD


def _is_there(cell: Unit, day: date, around: _Surroundings) -> bool:
    ended = cell.valid_to is not None and cell.valid_to <= day
    closed = any(
        first <= day and (end is None or day < end)
        for first, end in around.past.closures.get(cell.id, ())
    )
    return not ended and not closed and around.beginnings.unit_may_be_there(cell.id, day)


def _find_member(each: HistoryPlan, cell_id: UUID, around: _Surroundings) -> None:
    known = around.people.by_number.get(each.line.number)
    stays = around.people.stays.get(known.id, []) if known else []
    if known is None or not any(stay.organization_id == cell_id for stay in stays):
        each.say(columns.MEMBER_NUMBER, Reason.UNKNOWN_MEMBER)
        return
    if not known_histories.is_same_name(known, each.line.full_name):
        each.say(columns.MEMBER_NUMBER, Reason.IDENTITY_CONFLICT)
        return
    admitted_on = known.facts.admitted_on
    each.stay = beginnings.stay_on(stays, cell_id, each.day)
    if each.stay is None or (admitted_on is not None and each.day < admitted_on):
        each.say(columns.MEMBER_NUMBER, Reason.NOT_ON_ROSTER)
        return
    each.subject_id = known.id
    _seat(each, around.people.person(known, each.stay, each.day))


def _seat(each: HistoryPlan, person: denominators.Person) -> None:
    """The sheet of that day decides who was exempt from coming, not what is known today."""
    exempt = {ExemptionKind.EXEMPT}
    status = AttendanceStatus(each.line.status)
    if status is AttendanceStatus.EXEMPT:
        person = replace(person, exemptions=person.exemptions | exempt)
    elif status is not AttendanceStatus.PRESENT:
        person = replace(person, exemptions=person.exemptions - exempt)
    if denominators.exclusion_reason(person):
        each.say(columns.MEMBER_NUMBER, Reason.NOT_ON_ROSTER)
        return
    each.roster = RosterPlace(denominators.reason_on_it(person), denominators.may_vote(person))


def _refuse_seconds(meetings: dict[Key, list[HistoryPlan]]) -> None:
    """A regular meeting is one a month; two of them are one whose hour was written wrongly."""
    by_month: dict[tuple[UUID, str], list[list[HistoryPlan]]] = defaultdict(list)
    for (cell_id, _), sheet in meetings.items():
        if sheet[0].is_regular:
            by_month[cell_id, sheet[0].period].append(sheet)
    for sheets in by_month.values():
        for each in (each for sheet in sheets for each in sheet) if len(sheets) > 1 else ():
            each.say(columns.STARTS_AT, Reason.SECOND_IN_MONTH)


def _decide(sheet: Sequence[HistoryPlan], around: _Surroundings) -> None:
    """All rows of a meeting are new, or the same, or refused."""
    _refuse_disagreeing(sheet)
    first = sheet[0]
    stored = around.past.meetings.get(first.place_id, []) if first.place_id else []
    at_once = [one for one in stored if one.starts_at == first.line.starts_at]
    marks = {each.subject_id: each.line.status for each in sheet}
    is_same = [
        one
        for one in at_once
        if one.is_imported
        and one.kind == first.line.kind
        and around.past.marks.get(one.id) == marks
    ]
    in_month = [
        one
        for one in stored
        if first.is_regular
        and one.kind is MeetingKind.REGULAR
        and periods.period_at(one.starts_at) == first.period
    ]
    for each in sheet:
        if is_same and not each.errors:
            each.state = RowState.SAME
        elif (at_once or in_month) and not is_same:
            each.say(columns.STARTS_AT, Reason.MEETING_EXISTS)
    if any(each.errors for each in sheet):
        for each in sheet:
            if not each.errors:
                each.say(columns.STARTS_AT, Reason.MEETING_INCOMPLETE)


def _refuse_disagreeing(sheet: Sequence[HistoryPlan]) -> None:
    """Rows that name the cell in several ways are one meeting, and say it twice of nobody."""
    kinds = {each.line.kind for each in sheet}
    named = Counter(each.subject_id for each in sheet)
    for each in sheet:
        if len(kinds) > 1:
            each.say(columns.MEETING_KIND, Reason.MEETING_EXISTS)
        if each.subject_id and named[each.subject_id] > 1:
            each.say(columns.MEMBER_NUMBER, Reason.IDENTITY_CONFLICT)
