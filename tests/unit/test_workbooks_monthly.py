"""The monthly workbook: what Excel would compute is what the service counted."""

import re
import shutil
import subprocess
import zipfile
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import formulas
import numpy as np
import pytest
from python_calamine import load_workbook

from app.core.percent import percent
from app.workbooks import listings
from app.workbooks.csv_files import write_csv
from app.workbooks.listings import Column, Listing, ListTooLong, write_listings
from app.workbooks.monthly_columns import COLUMNS
from app.workbooks.monthly_reports import Line, Monthly, write_monthly
from app.workbooks.printing import Letterhead

Place = tuple[int, int]
FIRST = 9  # the row of the first unit, from 0
HOSTILE = '=HYPERLINK("http://x.vn")'


def counts(*numbers: int) -> dict[str, int]:
    names = [column.counted for column in COLUMNS if column.counted]
    return dict(zip(names, numbers, strict=True))


#: One with a share that is exactly half of a hundredth, one without anything.
LINES = (
    Line(HOSTILE, "001", counts(800, 1, 11_525, 11_380, 340, 323, 12, 5, 17, 16, 0)),
    Line("+84 Chi bộ", "002", counts(2, 1, 20, 20, 19, 10, 4, 2, 1, 1, 3)),
    Line("@Chi bộ", "003", counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    Line("-1 Chi bộ", "004", counts(3, 3, 30, 29, 28, 28, 0, 0, 3, 3, 0)),
)
OWN = {name: sum(line.counts[name] for line in LINES) for name in LINES[0].counts}


def make(**said: Any) -> bytes:
    usual: dict[str, Any] = {
        "head": Letterhead("Đảng bộ tỉnh A", "Đảng ủy xã B", "B", date(2026, 6, 5), "Biểu số 01"),
        "unit": "Đảng bộ xã B",
        "span": "tháng 5 năm 2026",
        "lines": LINES,
        "own": OWN,
        "year_before": {name: number // 2 for name, number in OWN.items()},
    }
    return write_monthly(Monthly(**(usual | said)))


@pytest.fixture(scope="module")
def cached() -> list[list[Any]]:
    """The values that stand in the file, for readers that do not calculate."""
    sheet = load_workbook(BytesIO(make())).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


class Calculator:
    """Computes every formula anew, by a library that knows nothing of the service."""

    def __init__(self, workbook: bytes, values: list[list[Any]]) -> None:
        with zipfile.ZipFile(BytesIO(workbook)) as package:
            sheet = package.read("xl/worksheets/sheet1.xml").decode()
        found = re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]*><f>([^<]*)</f>', sheet)
        self.formulas = {at(name): unescape(formula) for name, formula in found}
        self.values = values
        self.known: dict[Place, Any] = {}

    def __getitem__(self, place: Place) -> Any:
        if place not in self.formulas:
            return self.values[place[0]][place[1]]
        if place not in self.known:
            self.known[place] = self._compute(self.formulas[place])
        return self.known[place]

    def _compute(self, formula: str) -> Any:
        compute = formulas.Parser().ast(f"={formula}")[1].compile()
        (value,) = np.ravel(compute(*map(self._range, compute.inputs)))
        return value

    def _range(self, name: str) -> Any:
        first, _, last = name.partition(":")
        (top, left), (bottom, right) = at(first), at(last or first)
        cells = [
            [self[row, place] for place in range(left, right + 1)] for row in range(top, bottom + 1)
        ]
        return np.array(cells, dtype=object)


def at(name: str) -> Place:
    """The row and the column of "C10", from 0."""
    letters = name.rstrip("0123456789")
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return int(name[len(letters) :]) - 1, place - 1


@pytest.fixture(scope="module")
def computed(cached: list[list[Any]]) -> Calculator:
    return Calculator(make(), cached)


@pytest.mark.long
class TestFormulas:
    def test_each_gives_the_value_that_stands_beside_it(
        self, cached: list[list[Any]], computed: Calculator
    ) -> None:
        assert len(computed.formulas) > 60
        for row, place in computed.formulas:
            assert computed[row, place] == cached[row][place], (row, place)

    def test_a_share_is_half_up_on_the_exact_fraction(self, computed: Calculator) -> None:
        for place, line in enumerate(LINES):
            share = percent(line.counts["cells_met"], line.counts["cells"])
            shown = computed[FIRST + place, 4]
            assert shown == ("—" if share is None else pytest.approx(share / 100, abs=1e-12))
        assert computed[FIRST, 4] == 0.0013

    def test_totals_are_added_up_and_agree_with_the_service(
        self, cached: list[list[Any]], computed: Calculator
    ) -> None:
        total = FIRST + len(LINES)
        for place, column in enumerate(COLUMNS):
            if column.counted:
                assert computed[total, place] == OWN[column.counted]
                assert computed[total + 2, place] == 0
        assert cached[total + 1][2] == OWN["cells"]

    def test_the_check_column_is_zero_where_every_line_is_told(self, computed: Calculator) -> None:
        assert [computed[FIRST + place, 18] for place in range(len(LINES))] == [0, 0, 0, 0]

    def test_what_does_not_agree_shows(self) -> None:
        wrong = OWN | {"cells": OWN["cells"] + 1}
        told = Line("Chi bộ", "1", counts(1, 1, 1, 1, 9, 5, 1, 1, 1, 1, 1))
        sheet = load_workbook(BytesIO(make(own=wrong, lines=(*LINES, told))))
        rows = sheet.get_sheet_by_index(0).to_python(skip_empty_area=False)

        assert rows[FIRST + len(LINES)][18] == -1  # one of nine is not accounted for
        assert rows[FIRST + len(LINES) + 3][2] == 0
        assert rows[FIRST + len(LINES) + 3][3] == 1

    def test_bands_count_the_units_with_cells(self, cached: list[list[Any]]) -> None:
        row = FIRST + len(LINES) + 5

        assert [*cached[row][2:5]] == [1, 3, 0.3333]  # 80 per cent
        assert [*cached[row + 1][2:5]] == [2, 3, 0.6667]  # 50


class TestLayout:
    def test_the_head_and_the_columns_are_the_official_ones(self, cached: list[list[Any]]) -> None:
        assert cached[0][0] == "ĐẢNG BỘ TỈNH A"
        assert cached[0][9] == "ĐẢNG CỘNG SẢN VIỆT NAM"
        assert cached[1][0] == "ĐẢNG ỦY XÃ B"
        assert cached[1][9] == "B, ngày 05 tháng 6 năm 2026"
        assert cached[3][0] == "BÁO CÁO KẾT QUẢ SINH HOẠT CHI BỘ THÁNG 5 NĂM 2026"
        assert cached[4][0] == "(Tính đến 05/06/2026)"
        assert cached[8][:6] == ["1", "2", "3", "4", "5=4/3", "6=3-4"]
        assert cached[8][12] == "13=12/11"

    def test_text_stays_text(self, cached: list[list[Any]]) -> None:
        assert [cached[FIRST + place][1] for place in range(4)] == [line.name for line in LINES]
        assert [cached[FIRST + place][19] for place in range(4)] == ["001", "002", "003", "004"]

    def test_no_name_becomes_a_formula(self) -> None:
        """Not in the head either, where XlsxWriter guesses what merged words are."""
        names = ("=1+1", "{=2}", "http://x.vn")
        told = {
            "head": Letterhead(names[0], names[1], names[2], date(2026, 6, 5), names[0]),
            "unit": names[0],
            "lines": [Line(name, name, LINES[0].counts) for name in names],
        }
        workbook = make(**told)

        written = Calculator(workbook, []).formulas
        assert {place for place in written if place[0] < FIRST or place[1] in (0, 1, 19)} == set()
        sheet = load_workbook(BytesIO(workbook)).get_sheet_by_index(0)
        table = sheet.to_python(skip_empty_area=False)
        assert [table[0][0], table[1][0], table[2][9]] == ["=1+1", "{=2}", "=1+1"]
        with zipfile.ZipFile(BytesIO(workbook)) as package:
            assert b"<hyperlink" not in package.read("xl/worksheets/sheet1.xml")

    def test_a_row_is_as_high_as_its_words(self) -> None:
        told = (Line("Chi bộ " * 12, "1", LINES[0].counts), *LINES)
        with zipfile.ZipFile(BytesIO(make(lines=told))) as package:
            sheet = package.read("xl/worksheets/sheet1.xml").decode()
        heights = dict(re.findall(r'<row r="([0-9]+)"[^>]* ht="([0-9]+)"', sheet))

        assert (heights["8"], heights["9"], heights["10"]) == ("45", "30", "45")
        assert "11" not in heights

    def test_it_prints_on_a4_across_with_its_header_on_every_page(self) -> None:
        with zipfile.ZipFile(BytesIO(make())) as package:
            sheet = package.read("xl/worksheets/sheet1.xml").decode()
            book = package.read("xl/workbook.xml").decode()

        assert 'paperSize="9"' in sheet
        assert 'orientation="landscape"' in sheet
        assert 'fitToHeight="0"' in sheet
        assert 'topLeftCell="C10"' in sheet
        assert "<autoFilter" in sheet
        assert "'Biểu 01'!$7:$9" in book

    def test_the_same_figures_make_the_same_bytes(self) -> None:
        assert make() == make()

    @pytest.mark.long
    @pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
    def test_libreoffice_opens_it(self, tmp_path: Path) -> None:
        (tmp_path / "bieu.xlsx").write_bytes(make())
        subprocess.run(  # noqa: S603 - our own file
            [  # noqa: S607
                "soffice",
                f"-env:UserInstallation={(tmp_path / 'office').as_uri()}",
                "--headless",
                "--convert-to",
                "csv:Text - txt - csv (StarCalc):44,34,76",  # , between, " around, UTF-8
                "bieu.xlsx",
            ],
            cwd=tmp_path,
            check=True,
            timeout=120,
        )

        assert "11380" in (tmp_path / "bieu.csv").read_text().replace(".", "").replace(",", "")


class TestCsv:
    def test_nothing_in_it_begins_a_formula(self) -> None:
        written = write_csv(
            [["=1+1", "+84", "-1", "@x", " =2", "\t=3", "Chi bộ"], [-1, 98.8, None]]
        )

        assert written.startswith(b"\xef\xbb\xbf")
        first, second = written.decode("utf-8-sig").splitlines()
        assert first == "'=1+1;'+84;'-1;'@x;' =2;'\t=3;Chi bộ"
        assert second == "-1;98,80;"


class TestListings:
    def test_what_no_sheet_holds_is_refused_and_not_cut(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listings, "LAST_ROW", 3)
        names = [Column("Chi bộ")]

        write_listings(tmp_path / "a.xlsx", "A", [Listing("A", names, [["=1"], ["2"]])])
        with pytest.raises(ListTooLong):
            write_listings(tmp_path / "b.xlsx", "B", [Listing("B", names, [["1"], ["2"], ["3"]])])

        sheet = load_workbook(tmp_path / "a.xlsx").get_sheet_by_index(0)
        assert sheet.to_python() == [["Chi bộ"], ["=1"], ["2"]]
