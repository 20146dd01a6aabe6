"""Meetings held before the service began: a row for each member on the sheet of each meeting."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple

from app.core.clock import LOCAL
from app.workbooks import cells, columns
from app.workbooks.cells import Fault
from app.workbooks.columns import FORMATS, Layout
from app.workbooks.reading import Cell, Sheets
from app.workbooks.tables import CellError, Row, Source, Table, find, repeated

Kind = Literal["regular", "thematic"]
Status = Literal["present", "absent_excused", "absent_unexcused", "exempt"]


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One member at one meeting; the rows of a meeting say the same of it."""

    organization: str
    kind: Kind
    starts_at: datetime
    ends_at: datetime | None
    place: str | None
    number: str
    full_name: str
    status: Status
    reason: str | None


class _Said(NamedTuple):
    """What the cells of one row say, faults among them."""

    organization: str | Fault | None
    kind: Kind | Fault | None
    starts_at: datetime | Fault | None
    ends_at: datetime | time | Fault | None
    place: str | Fault | None
    number: str | Fault | None
    full_name: str | Fault | None
    status: Status | Fault | None
    reason: str | Fault | None


_KINDS: dict[str, Kind] = {"Thường kỳ": "regular", "Chuyên đề": "thematic"}
_STATUSES: dict[str, Status] = {
    "Có mặt": "present",
    "Vắng có lý do": "absent_excused",
    "Vắng không lý do": "absent_unexcused",
    "Miễn": "exempt",
}
_FIELDS: dict[str, tuple[str, Callable[[Cell], object]]] = {
    "organization": (columns.CELL, cells.code_or_name),
    "kind": (columns.MEETING_KIND, cells.one_of(_KINDS)),
    "starts_at": (columns.STARTS_AT, cells.moment),
    "ends_at": (columns.ENDS_AT, cells.moment_or_hour),
    "place": (columns.PLACE, cells.text),
    "number": (columns.MEMBER_NUMBER, cells.card_number),
    "full_name": (columns.FULL_NAME, cells.text),
    "status": (columns.MARK, cells.one_of(_STATUSES)),
    "reason": (columns.REASON, cells.text),
}
#: What all rows of a meeting have to agree on.
_SHARED = ("kind", "ends_at", "place")
_LONGEST = timedelta(hours=24)


def parse(sheets: Sheets) -> Table[MeetingLine]:
    """Read every row; a meeting comes in whole, so a row with errors takes its others along."""
    source = find(sheets, (Layout.MEETINGS,))
    said = _said(source)
    meetings = _by_meeting(said)
    contradictions = _contradictions(said, meetings)
    doubles = _doubles(source, said, meetings)
    errors = [
        _errors((*_faults(row), *contradictions[place]), doubles.get(number))
        for place, (number, row) in enumerate(zip(source.rows, said, strict=True))
    ]
    for places in meetings.values():
        _take_along([errors[place] for place in places])
    rows = [
        Row(number, None if wrong else _line(row), tuple(wrong))
        for number, row, wrong in zip(source.rows, said, errors, strict=True)
    ]
    return Table(source, rows)


def _errors(faults: Iterable[tuple[str, Fault]], double: CellError | None) -> list[CellError]:
    errors = [CellError(_FIELDS[field][0], fault.code, fault.detail) for field, fault in faults]
    return errors if double is None else [*errors, double]


def _said(source: Source) -> list[_Said]:
    told = []
    for title, say in _FIELDS.values():
        is_there = title in source.places
        column: Iterable[Cell] = source.column(title) if is_there else [""] * len(source.rows)
        told.append(map(cache(say), column))
    return [_Said._make(values) for values in zip(*told, strict=True)]


def _by_meeting(said: Sequence[_Said]) -> dict[tuple[str, datetime], list[int]]:
    """Where the rows of each meeting stand, as far as they tell which it is."""
    meetings: dict[tuple[str, datetime], list[int]] = defaultdict(list)
    for place, row in enumerate(said):
        if isinstance(row.organization, str) and isinstance(row.starts_at, datetime):
            meetings[row.organization, row.starts_at].append(place)
    return meetings


def _contradictions(
    said: Sequence[_Said], meetings: dict[tuple[str, datetime], list[int]]
) -> list[list[tuple[str, Fault]]]:
    """Two meetings of one cell at the same minute among them."""
    found: list[list[tuple[str, Fault]]] = [[] for _ in said]
    for places in meetings.values():
        for field in _SHARED:
            told = {getattr(said[place], field) for place in places}
            if len([value for value in told if not isinstance(value, Fault | None)]) > 1:
                for place in places:
                    found[place].append((field, Fault.CONTRADICTION))
    return found


def _doubles(
    source: Source, said: Sequence[_Said], meetings: dict[tuple[str, datetime], list[int]]
) -> dict[int, CellError]:
    """A member twice on one sheet."""
    numbers = list(source.rows)
    found: dict[int, CellError] = {}
    for places in meetings.values():
        values = [said[place].number for place in places]
        known = [value if isinstance(value, str) else None for value in values]
        if len({*known}) < len(known):
            among = [numbers[place] for place in places]
            found |= repeated(columns.MEMBER_NUMBER, known, among)
    return found


def _faults(row: _Said) -> Iterator[tuple[str, Fault]]:
    required = FORMATS[Layout.MEETINGS].required
    for field, value in zip(_Said._fields, row, strict=True):
        if isinstance(value, Fault):
            yield field, value
        elif value is None and _FIELDS[field][0] in required:
            yield field, Fault.REQUIRED
    ends_at = _ends_at(row)
    if ends_at is not None and isinstance(row.starts_at, datetime):
        lasted = ends_at - row.starts_at
        if not timedelta(0) < lasted <= _LONGEST:
            yield "ends_at", Fault.ENDS_BEFORE_START


def _take_along(rows: Sequence[list[CellError]]) -> None:
    if any(rows):
        fault = Fault.MEETING_INCOMPLETE
        for errors in rows:
            if not errors:
                errors.append(CellError(columns.STARTS_AT, fault.code, fault.detail))


def _ends_at(row: _Said) -> datetime | None:
    if isinstance(row.ends_at, time) and isinstance(row.starts_at, datetime):
        return datetime.combine(row.starts_at.date(), row.ends_at)
    return row.ends_at if isinstance(row.ends_at, datetime) else None


def _line(row: _Said) -> MeetingLine:
    said: Any = row  # a row without errors: every required cell says a value
    ends_at = _ends_at(row)
    told = said._asdict() | {
        "starts_at": _in_utc(said.starts_at),
        "ends_at": None if ends_at is None else _in_utc(ends_at),
    }
    return MeetingLine(**told)


def _in_utc(said: datetime) -> datetime:
    return said.replace(tzinfo=LOCAL).astimezone(UTC)
