"""Opens an uploaded workbook once it is known that opening it costs no more than it should."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from io import BytesIO

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, load_workbook

from app.core.errors import Invalid, TooLarge

MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 2_000
MAX_SHEETS = 20
MAX_ROWS = 50_000
MAX_TEXT = 512 * 1024 * 1024

FORMULA_MARK = "\ue000"  # stands before a value that a formula computed

Cell = str | float | bool | date | time | timedelta

_RATIO_COUNTS_FROM = 1024 * 1024
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/_rels/workbook\.xml\.rels"
    r"|xl/(?:workbook|styles|sharedStrings)\.xml|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)

# The parser keeps a rectangle as wide and long as the outermost cells: two cells at two corners
# of a sheet would ask for half a terabyte. So each cell must name one place, up to AZ50999.
_ASTRAY = (
    rb'(?=[\s/>])(?! r="A?[A-Z](?:[1-9][0-9]{0,3}|[1-4][0-9]{4}|50[0-9]{3})"'
    rb'(?: (?:s|t|cm|vm|ph)="[^"<>]*")*\s*/?>)'
)
_CELL_ASTRAY = re.compile(rb"<c" + _ASTRAY)
_ANY_CELL_ASTRAY = re.compile(rb"<(?:[^\s<>/]+:)?c" + _ASTRAY)
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_BLANK_CELL = re.compile(rb'<[^\s<>/]+ r="[A-Z]+[0-9]+"(?: s="[0-9]+")?\s*(?:/>|></)')
_PLACE = re.compile(rb'<[^\s<>/]+ r="[A-Z]{1,3}([0-9]{1,7})"')

# The parser reserves memory for as many texts as the table says it has, and a process that is
# refused a hundred gigabytes is gone. It counts them itself where nothing is said.
_STRING_TABLE = re.compile(rb"""<(?:[\w.-]+:)?sst\b(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_COUNT = re.compile(rb"""\b(?:uniqueC|c)ount\s*=\s*(?:"[^"]*"|'[^']*')""")

_FORMULA = re.compile(
    rb'<((?:[\w.-]+:)?)c( r="[A-Z0-9]+")[^<>]*>\s*<\1f\b[^<>]*(?:/>|>[^<]*</\1f>)'
    rb"(?:\s*<\1v>([^<]*)</\1v>)?"
)
_FORMULA_SIGNS = (re.compile(rb"<f[\s>/]"), re.compile(rb":f[\s>/]"))  # quicker than one
_COMPUTED = rb'<\1c\2 t="str"><\1v>' + FORMULA_MARK.encode() + rb"\3</\1v>"
_ERROR_TYPE = re.compile(rb'(<(?:[\w.-]+:)?c [^<>]*\bt=)"e"')
_STRING_END = re.compile(rb"</(?:[\w.-]+:)?si\s*>|<(?:[\w.-]+:)?si\s*/>")
_STRING_USE = re.compile(rb't="s"[^<>]*><(?:[\w.-]+:)?v>([0-9]{1,7})</')


class NotAWorkbook(Invalid):
    """No xlsx file, or one that no spreadsheet program wrote."""

    code = "not_a_workbook"
    vi = "Tệp không phải là sổ tính Excel (.xlsx) đọc được."
    en = "The file is not a readable Excel workbook (.xlsx)."


class TooManyRows(TooLarge):
    """More rows than one import takes."""

    vi = "Tệp có quá 50.000 dòng dữ liệu."
    en = "The file has more than 50,000 rows of data."


@dataclass(frozen=True, slots=True)
class Sheets:
    """The worksheets in their order, each parsed when its turn comes."""

    book: CalamineWorkbook

    def __iter__(self) -> Iterator[CalamineSheet]:
        for sheet in self.book.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet:
                yield _parse(self.book, sheet.name)


def read(content: bytes) -> Sheets:
    parts = {name: _disarm(part) for name, part in _unpack(content).items()}
    _refuse_echoes(parts)
    checked = BytesIO()  # the parser is given what was checked, and nothing else
    with zipfile.ZipFile(checked, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    checked.seek(0)
    try:
        book = load_workbook(checked)
    except Exception as error:
        raise NotAWorkbook from error
    if len(book.sheet_names) > MAX_SHEETS:
        raise TooLarge
    return Sheets(book)


def _unpack(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            entries = package.infolist()
            _check_directory(entries)
            parts = {e.filename: package.read(e) for e in entries if _PARTS.fullmatch(e.filename)}
    except (Invalid, TooLarge):
        raise
    except Exception as error:  # whatever the zip library trips over, the file is at fault
        raise NotAWorkbook from error
    if "xl/workbook.xml" not in parts:
        raise NotAWorkbook
    return parts


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = unpacked > _RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or is_bomb:
        raise TooLarge
    names = {entry.filename.lower() for entry in entries}
    if len(names) < len(entries) or not all(map(_is_plain, entries)):
        raise NotAWorkbook


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    is_encrypted = entry.flag_bits & 1
    is_inside = not name.startswith("/") and ".." not in name.split("/")
    is_known = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return is_inside and is_known and not is_encrypted and not set(name) & set("\\:\0")


def _disarm(part: bytes) -> bytes:
    """Refuse what would hurt the parser; keep the marks of formulas and errors that it drops."""
    if b"<!DOCTYPE" in part or b"\0" in part:
        raise NotAWorkbook
    _check_places(part)
    part = _STRING_TABLE.sub(lambda table: _COUNT.sub(b"", table[0]), part)
    if any(sign.search(part) for sign in _FORMULA_SIGNS):
        part = _FORMULA.sub(_COMPUTED, part)
    if b't="e"' in part:
        part = _ERROR_TYPE.sub(rb'\1"str"', part)
    return part


def _check_places(part: bytes) -> None:
    pattern = _ANY_CELL_ASTRAY if _PREFIXED_CELL.search(part) else _CELL_ASTRAY
    for astray in pattern.finditer(part):
        if _BLANK_CELL.match(part, astray.start()):
            continue  # blank, only formatted: the parser skips it
        place = _PLACE.match(part, astray.start())
        if not place:
            raise NotAWorkbook
        raise TooManyRows if int(place[1]) > MAX_ROWS else TooLarge


def _refuse_echoes(parts: dict[str, bytes]) -> None:
    """One long shared text that a million cells repeat is small in the file, huge when read."""
    strings = next((part for name, part in parts.items() if "haredstrings" in name.lower()), b"")
    lengths = [len(string) for string in _STRING_END.split(strings)]
    sheets = [part for name, part in parts.items() if name.lower().startswith("xl/worksheets/")]
    cells = sum(sheet.count(b"c r=") for sheet in sheets)
    longest = max(lengths)
    if cells * longest <= MAX_TEXT:
        return
    uses = [int(use) for sheet in sheets for use in _STRING_USE.findall(sheet)]
    known = [lengths[use] for use in uses if use < len(lengths)]
    if sum(known) + (cells - len(known)) * longest > MAX_TEXT:
        raise TooLarge


def _parse(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except Exception as error:
        raise NotAWorkbook from error
