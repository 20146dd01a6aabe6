"""The member list as it comes from the member database: the full list, or its short export."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import repeat
from typing import Any, Final, Literal, NamedTuple

from app.workbooks import cells, columns
from app.workbooks.cells import Fault
from app.workbooks.columns import FORMATS, Layout
from app.workbooks.reading import Cell, Sheets
from app.workbooks.tables import CellError, Row, Source, Table, find, repeated

Sex = Literal["male", "female"]
State = Literal["active", "deceased", "left", "exempt", "suspended", "interrupted"]
ADULT_AGE: Final = 18


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member as the list tells it; what the list does not tell is None."""

    full_name: str
    sex: Sex | None
    born_on: date
    personal_id: str
    card_number: str
    organization: str
    admitted_on: date
    official_on: date | None
    is_probationary: bool | None
    state: State
    state_on: date | None


class _Standing(NamedTuple):
    state: State
    is_probationary: bool | None = None


class _Said(NamedTuple):
    """What the cells of one row say, faults among them."""

    full_name: str | Fault | None
    sex: Sex | Fault | None
    born_on: date | Fault | None
    personal_id: str | Fault | None
    card_number: str | Fault | None
    new_card_number: str | Fault | None
    organization: str | Fault | None
    admitted_on: date | Fault | None
    official_on: date | Fault | None
    standing: _Standing | Fault | None
    state_on: date | Fault | None
    ethnicity: str | Fault | None  # checked, and not kept
    religion: str | Fault | None
    deletion: Fault | None


_SEXES: dict[str, Sex] = {"Nam": "male", "Nữ": "female"}
_STATES: dict[str, _Standing] = {
    "Đang sinh hoạt": _Standing("active"),
    "Từ trần": _Standing("deceased"),
    "Rời khỏi Đảng": _Standing("left"),
    "Miễn": _Standing("exempt"),
    "Đình chỉ": _Standing("suspended"),
    "Gián đoạn": _Standing("interrupted"),
}
_SHORT_STATES = _STATES | {
    "Chính thức": _Standing("active", is_probationary=False),
    "Dự bị": _Standing("active", is_probationary=True),
}

# field: (column, what a cell of it says)
_FIELDS: dict[Layout, dict[str, tuple[str, Callable[[Cell], object]]]] = {
    Layout.FULL_LIST: {
        "full_name": (columns.FULL_NAME, cells.text),
        "sex": (columns.SEX, cells.one_of(_SEXES)),
        "born_on": (columns.BORN_ON, cells.day),
        "personal_id": (columns.PERSONAL_ID, cells.personal_id),
        "card_number": (columns.CARD_NUMBER, cells.card_number),
        "new_card_number": (columns.NEW_CARD_NUMBER, cells.card_number),
        "organization": (columns.ORGANIZATION, cells.code_or_name),
        "admitted_on": (columns.ADMITTED_ON, cells.day),
        "official_on": (columns.OFFICIAL_ON, cells.day),
        "standing": (columns.STATE, cells.one_of(_STATES)),
        "state_on": (columns.STATE_ON, cells.day),
        "ethnicity": (columns.ETHNICITY, cells.text),
        "religion": (columns.RELIGION, cells.text),
        "deletion": (columns.DELETION, cells.deletion),
    },
    Layout.SHORT_EXPORT: {
        "full_name": (columns.FULL_NAME, cells.text),
        "born_on": (columns.SHORT_BORN_ON, cells.day),
        "personal_id": (columns.SHORT_PERSONAL_ID, cells.personal_id),
        "card_number": (columns.SHORT_CARD_NUMBER, cells.card_number),
        "organization": (columns.SHORT_ORGANIZATION, cells.code_or_name),
        "admitted_on": (columns.SHORT_ADMITTED_ON, cells.day),
        "standing": (columns.SHORT_STATE, cells.one_of(_SHORT_STATES)),
    },
}


_REQUIRED = {
    layout: {name for name, (column, _) in fields.items() if column in FORMATS[layout].required}
    for layout, fields in _FIELDS.items()
}


def parse(sheets: Sheets, *, today: date) -> Table[MemberLine]:
    """Read every row of the list; a row with errors has no line and blocks no other."""
    source = find(sheets, tuple(_FIELDS))
    said = _said(source)
    repeats = _repeats(source, said)
    rows = []
    for row_number, row in zip(source.rows, said, strict=True):
        errors = [
            CellError(_FIELDS[source.layout][field][0], fault.code, fault.detail)
            for field, fault in _faults(row, source.layout, today)
        ]
        if row_number in repeats:
            errors.append(repeats[row_number])
        line = None if errors else _line(row, source.layout)
        rows.append(Row(row_number, line, tuple(errors)))
    return Table(source, rows)


def _said(source: Source) -> list[_Said]:
    """Work whole columns out, each of the many equal cells once."""
    fields = _FIELDS[source.layout]
    told = [
        map(cache(fields[name][1]), source.column(fields[name][0]))
        if name in fields
        else repeat(None)
        for name in _Said._fields
    ]
    return [_Said._make(values) for values in zip(*told, strict=False)]


def _repeats(source: Source, said: list[_Said]) -> dict[int, CellError]:
    fields = _FIELDS[source.layout]
    cards = [_known(_card_number(row)) for row in said]
    people = [_known(row.personal_id) for row in said]
    # A new card number repeats the personal id, and one error is enough: the person's wins.
    return repeated(fields["card_number"][0], cards, source.rows) | repeated(
        fields["personal_id"][0], people, source.rows
    )


def _card_number(row: _Said) -> str | Fault | None:
    return row.card_number if row.new_card_number is None else row.new_card_number


def _known(value: str | Fault | None) -> str | None:
    return value if isinstance(value, str) else None


def _faults(row: _Said, layout: Layout, today: date) -> Iterator[tuple[str, Fault]]:
    required = _REQUIRED[layout]
    for field, value in zip(_Said._fields, row, strict=True):
        if isinstance(value, Fault):
            yield field, value
        elif value is None and field in required:
            yield field, Fault.REQUIRED
        elif isinstance(value, date) and value > today:
            yield field, Fault.DATE_IN_FUTURE
    yield from _wrong_numbers(row)
    yield from _wrong_order(row)
    if layout is Layout.FULL_LIST and _is_undated(row):
        yield "state_on", Fault.REQUIRED


def _wrong_numbers(row: _Said) -> Iterator[tuple[str, Fault]]:
    """A card number of 12 digits is the personal id; the column of the new number has no other."""
    person, card, new_card = row.personal_id, row.card_number, row.new_card_number
    if not isinstance(person, str):
        return
    if isinstance(card, str) and card != person and len(card) == len(person):
        yield "card_number", Fault.CARD_NUMBER_MISMATCH
    if isinstance(new_card, str) and new_card != person:
        yield "new_card_number", Fault.CARD_NUMBER_MISMATCH


def _wrong_order(row: _Said) -> Iterator[tuple[str, Fault]]:
    born, admitted, official = row.born_on, row.admitted_on, row.official_on
    if not isinstance(admitted, date):
        return
    if isinstance(born, date) and _age_key(admitted, ADULT_AGE) < _age_key(born, 0):
        yield "admitted_on", Fault.ADMITTED_TOO_YOUNG
    if isinstance(official, date) and official < admitted:
        yield "official_on", Fault.OFFICIAL_BEFORE_ADMITTED


def _age_key(day: date, years: int) -> tuple[int, int, int]:
    """A day so many years earlier; 29 February keeps its place in every year."""
    return day.year - years, day.month, day.day


def _is_undated(row: _Said) -> bool:
    standing = row.standing
    return isinstance(standing, _Standing) and standing.state != "active" and row.state_on is None


def _line(row: _Said, layout: Layout) -> MemberLine:
    said: Any = row  # a row without errors: every required cell says a value
    standing: _Standing = said.standing
    is_full = layout is Layout.FULL_LIST
    return MemberLine(
        full_name=said.full_name,
        sex=said.sex,
        born_on=said.born_on,
        personal_id=said.personal_id,
        card_number=said.card_number if said.new_card_number is None else said.new_card_number,
        organization=said.organization,
        admitted_on=said.admitted_on,
        official_on=said.official_on,
        is_probationary=said.official_on is None if is_full else standing.is_probationary,
        state=standing.state,
        state_on=said.state_on,
    )
