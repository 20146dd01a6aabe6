"""What a workbook may be, and that a hostile one is refused before it costs anything."""

import os
import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from app.core.errors import AppError, TooLarge
from app.workbooks.reading import NotAWorkbook, TooManyRows, read
from tests.factories.workbooks import Formula, make_workbook

SHEET = "xl/worksheets/sheet1.xml"
FIRST = b'<row r="1"><c r="A1"><v>1</v></c></row>'
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def change(part: str, to: Callable[[bytes], bytes], content: bytes = b"") -> bytes:
    """The same workbook with one part rewritten, or added."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content or make_workbook([["a"]]))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in {*old.namelist(), part}:
            data = old.read(name) if name in old.namelist() else b""
            new.writestr(name, to(data) if name == part else data)
    return target.getvalue()


def sheet_of(rows: bytes) -> bytes:
    xml = b"<worksheet " + NAMESPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    return change(SHEET, lambda _: xml)


def grid(content: bytes) -> list[list[object]]:
    [sheet] = read(content)
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


class TestNoWorkbook:
    @pytest.mark.parametrize(
        "content",
        [b"", b"hello", b"%PDF-1.7", b"PK\x03\x04" + b"x" * 100, b"\xd0\xcf\x11\xe0" + b"\0" * 600],
    )
    def test_another_file_is_refused(self, content: bytes) -> None:
        with pytest.raises(NotAWorkbook) as refusal:
            read(content)

        assert (refusal.value.status, refusal.value.code) == (422, "not_a_workbook")

    def test_a_truncated_workbook_is_refused(self) -> None:
        with pytest.raises(NotAWorkbook):
            read(make_workbook([["a"]])[:-200])

    def test_a_zip_of_something_else_is_refused(self) -> None:
        target = BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            package.writestr("word/document.xml", "<document/>")

        with pytest.raises(NotAWorkbook):
            read(target.getvalue())

    @pytest.mark.parametrize("name", ["/etc/x.xml", "../x.xml", "xl/../../x.xml", "C:\\x.xml"])
    def test_a_path_that_leaves_the_package_is_refused(self, name: str) -> None:
        with pytest.raises(NotAWorkbook):
            read(change(name, lambda _: b"x"))

    @pytest.mark.parametrize("poison", [b"<!DOCTYPE x []>", b"\0"])
    def test_a_part_no_spreadsheet_program_writes_is_refused(self, poison: bytes) -> None:
        with pytest.raises(NotAWorkbook):
            read(change(SHEET, lambda data: poison + data))

    def test_a_broken_sheet_is_refused_when_its_turn_comes(self) -> None:
        with pytest.raises(NotAWorkbook):
            list(read(sheet_of(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>')))


class TestTooLarge:
    @pytest.mark.parametrize("told", [b'uniqueCount="4294967296"', b"uniqueCount = '4294967296'"])
    def test_a_table_that_says_it_has_billions_of_texts_has_those_that_are_there(
        self, told: bytes
    ) -> None:
        """Memory for as many would be asked for, and the process ended with the refusal."""
        content = change(
            "xl/sharedStrings.xml", lambda data: re.sub(rb'uniqueCount="[0-9]+"', told, data)
        )

        assert grid(content) == [["a"]]

    def test_a_bomb_is_refused_by_the_directory(self) -> None:
        bomb = change(SHEET, lambda data: data + b" " * 2_000_000)

        assert len(bomb) < 20_000
        with pytest.raises(TooLarge) as refusal:
            read(bomb)
        assert (refusal.value.status, refusal.value.code) == (413, "too_large")

    def test_more_than_64_mib_unpacked_is_refused(self) -> None:
        noise = os.urandom(1024) * 1024

        with pytest.raises(TooLarge):
            read(change("xl/media/image1.png", lambda _: noise * 65))

    def test_more_than_2000_entries_are_refused(self) -> None:
        target = BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            for number in range(2_001):
                package.writestr(f"{number}.xml", "")

        with pytest.raises(TooLarge):
            read(target.getvalue())

    def test_a_hundred_thousand_rows_are_refused_unparsed(self) -> None:
        rows = b"".join(
            b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (number, number)
            for number in range(1, 100_001)
        )

        with pytest.raises(TooManyRows) as refusal:
            read(sheet_of(rows))
        assert (refusal.value.status, refusal.value.code) == (413, "too_large")

    def test_a_lone_cell_at_the_last_corner_is_refused_unparsed(self) -> None:
        corner = b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'

        with pytest.raises(TooManyRows):
            read(sheet_of(FIRST + corner))

    @pytest.mark.parametrize(
        "cell",
        [
            b'<c r="XFD9"><v>2</v></c>',
            b"<c><v>2</v></c>",
            b'<c s="0" r="XFD9"><v>2</v></c>',
            b'<c r="B9" r="XFD9"><v>2</v></c>',
            b'<c r="B9" x=">" r="XFD9"><v>2</v></c>',
            b'<c r="xfd9"><v>2</v></c>',
            b'<x:c r="XFD9"><v>2</v></x:c>',
        ],
    )
    def test_a_cell_far_away_or_nowhere_is_refused_unparsed(self, cell: bytes) -> None:
        with pytest.raises((TooLarge, NotAWorkbook)):
            read(sheet_of(FIRST + b'<row r="9">' + cell + b"</row>"))

    def test_one_long_text_echoed_by_many_cells_is_refused(self) -> None:
        long = os.urandom(500_000).hex().encode()
        echoes = b"".join(b'<c r="A%d" t="s"><v>0</v></c>' % row for row in range(1, 1_000))
        strings = b"<sst " + NAMESPACE + b"><si><t>" + long + b"</t></si></sst>"
        content = sheet_of(b'<row r="1">' + echoes + b"</row>")

        with pytest.raises(TooLarge):
            read(change("xl/sharedStrings.xml", lambda _: strings, content))

    def test_one_long_text_in_a_big_sheet_is_no_harm(self) -> None:
        long = os.urandom(500_000).hex().encode()
        others = b"".join(b'<c r="A%d" t="s"><v>1</v></c>' % row for row in range(2, 1_000))
        strings = b"<si><t>" + long + b"</t></si><si><t>b</t></si>"
        content = sheet_of(b'<row r="1"><c r="A1" t="s"><v>0</v></c>' + others + b"</row>")

        cells = grid(
            change(
                "xl/sharedStrings.xml",
                lambda _: b"<sst " + NAMESPACE + b">" + strings + b"</sst>",
                content,
            )
        )

        assert len(cells) == 999
        assert cells[998] == ["b"]

    def test_more_than_20_sheets_are_refused(self) -> None:
        with pytest.raises(TooLarge):
            read(make_workbook(*[[["a"]]] * 21))


class TestHonestOddities:
    def test_blank_formatted_cells_far_away_do_no_harm(self) -> None:
        tail = b'<row r="9"><c r="AMJ9" s="0"/></row><row r="1048576" customHeight="1"/>'

        assert grid(sheet_of(FIRST + tail)) == [[1.0]]

    def test_prefixed_xml_is_read(self) -> None:
        xml = (
            b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<x:sheetData><x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c>'
            b'<x:c r="B1"><x:v>3</x:v></x:c></x:row></x:sheetData></x:worksheet>'
        )

        assert grid(change(SHEET, lambda _: xml)) == [["\ue0002", 3.0]]

    def test_formulas_and_errors_stay_visible(self) -> None:
        row = [Formula("=1+1", 2), Formula("=NA()", "#N/A"), "typed", 5]

        assert grid(make_workbook([row])) == [["\ue0002", "\ue000#N/A", "typed", 5.0]]

    def test_every_refusal_is_expected_by_the_api(self) -> None:
        assert issubclass(NotAWorkbook, AppError)
        assert issubclass(TooManyRows, AppError)
