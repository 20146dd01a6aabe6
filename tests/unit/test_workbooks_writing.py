"""What goes out comes in again: written lists, and rejects once they are corrected."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from app.workbooks import members, organizations
from app.workbooks.columns import FORMATS, Layout
from app.workbooks.reading import Sheets, read
from app.workbooks.rejects import Reject, write_rejects
from app.workbooks.tables import Table
from app.workbooks.writing import write_members, write_organizations
from tests.factories.workbooks import (
    FULL_HEADER,
    SHORT_HEADER,
    TODAY,
    Formula,
    full_rows,
    make_full_list,
    make_member,
    make_short_export,
    make_tree,
    make_workbook,
    read_members,
)


def grid(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(BytesIO(content)).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def rejects_of(table: Table[Any]) -> bytes:
    refused = [row for row in table.rows if row.errors]
    return write_rejects(
        table.layout, [Reject(table.cells(row.row_number), row.errors) for row in refused]
    )


class TestWriteMembers:
    def test_what_is_written_is_read_again(self, tmp_path: Path) -> None:
        path = tmp_path / "list.xlsx"
        write_members(path, [make_member()])

        assert (
            read_members(path.read_bytes()).rows == read_members(make_full_list(make_member())).rows
        )

    def test_the_header_is_the_official_one(self) -> None:
        target = BytesIO()
        write_members(target, [])

        assert grid(target.getvalue())[5] == [title or "" for title in FULL_HEADER]

    def test_ids_are_text_and_dates_are_dates(self) -> None:
        target = BytesIO()
        write_members(target, [make_member()])
        columns = FORMATS[Layout.FULL_LIST].columns

        row = dict(zip(columns, grid(target.getvalue())[7], strict=True))

        assert row["STT"] == "1"
        assert row["Số định danh cá nhân"] == "971080000001"
        assert row["Sinh ngày"] == date(1980, 5, 1)

    def test_text_that_looks_like_a_formula_stays_text(self) -> None:
        target = BytesIO()
        write_members(target, [make_member(**{"Họ và tên": "=1+1", "Tên khác": "@SUM(A1)"})])

        [row] = read_members(target.getvalue()).rows

        assert row.line is not None
        assert row.line.full_name == "=1+1"


class TestWriteOrganizations:
    def test_what_is_written_is_read_again(self) -> None:
        root = {"code": "27", "name": "Đảng bộ", "kind": "superior", "unit_type": "state_office"}
        cell = {"code": "27.001", "name": "Chi bộ 1", "kind": "cell", "parent_code": "27"}
        target = BytesIO()
        write_organizations(target, [root, cell])

        rows = organizations.parse(read(target.getvalue())).rows

        assert [row.line for row in rows] == [
            organizations.OrganizationLine("27", "Đảng bộ", "superior", "state_office", None),
            organizations.OrganizationLine("27.001", "Chi bộ 1", "cell", None, "27"),
        ]


class TestRejects:
    def test_the_official_columns_tell_why(self) -> None:
        wrong = make_member(**{"Giới tính": "?", "Sinh ngày": 1980, "Quê quán": "Xã Đông Hà"})

        rows = grid(rejects_of(read_members(make_full_list(make_member(), wrong))))

        # Both members have the same id here, so both come back.
        row = dict(zip(FORMATS[Layout.FULL_LIST].columns, rows[8], strict=True))
        assert rows[5] == [title or "" for title in FULL_HEADER]
        assert row["Kết quả kiểm tra"] == "Không hợp lệ"
        assert row["Chi tiết lỗi"] == (
            "Giới tính: Giá trị không có trong danh mục.\n"
            "Sinh ngày: Ngày chưa đủ ngày, tháng, năm.\n"
            "Số định danh cá nhân: Trùng với dòng 8."
        )
        assert row["Quê quán: Tỉnh, thành phố"] == "Xã Đông Hà"

    def test_all_cells_are_text_with_days_as_people_write_them(self) -> None:
        odd = make_member(**{"Giới tính": "?", "CMND cũ": 123456789, "ID": Formula("=1+1", 2)})

        row = grid(rejects_of(read_members(make_full_list(odd))))[7]

        assert all(isinstance(cell, str) for cell in row)
        by_column = dict(zip(FORMATS[Layout.FULL_LIST].columns, row, strict=True))
        assert by_column["Sinh ngày"] == "01/05/1980"
        assert by_column["CMND cũ"] == "123456789"
        assert by_column["ID"] == "2"

    @pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@x", "\tx", '=HYPERLINK("x")'])
    def test_no_cell_becomes_a_formula(self, text: str) -> None:
        table = read_members(make_full_list(make_member(**{"Giới tính": text, "Nơi cấp": text})))

        content = rejects_of(table)

        assert grid(content)[7][4] == text
        assert rejects_of(read_members(content)) is not None
        assert grid(rejects_of(read_members(content)))[7][10] == text

    def test_a_reject_comes_back_as_it_went(self) -> None:
        wrong = make_member(**{"Giới tính": "?", "Số thẻ Đảng": 12345678})
        first = read_members(make_full_list(wrong))

        again = read_members(rejects_of(first))

        assert again.cells(8)[:29] == first.cells(8)[:29]

    def test_a_corrected_reject_is_imported_as_it_is(self) -> None:
        rows = grid(rejects_of(read_members(make_full_list(make_member(**{"Giới tính": "?"})))))
        rows[7][4] = "Nữ"

        [row] = read_members(make_workbook(rows)).rows

        assert row.line == read_members(make_full_list(make_member())).rows[0].line

    def test_columns_that_moved_come_back_in_the_official_order(self) -> None:
        rows = [row[::-1] for row in full_rows(make_member(**{"Giới tính": "?"}))]
        table = read_members(make_workbook(rows))

        assert table.cells(8)[2] == "Nguyễn Thị Đào"
        assert len(table.cells(8)) == 31

    @pytest.mark.parametrize(
        ("content", "parse", "header"),
        [
            (
                make_short_export(["Nguyễn Thị Đào", *["?"] * 7]),
                lambda sheets: members.parse(sheets, today=TODAY),
                SHORT_HEADER,
            ),
            (
                make_tree(["?", "Chi bộ", "?", None, None]),
                organizations.parse,
                ["code", "name", "kind", "unit_type", "parent_code"],
            ),
        ],
    )
    def test_other_layouts_get_the_two_columns_appended(
        self, content: bytes, parse: Callable[[Sheets], Table[Any]], header: list[str]
    ) -> None:
        table = parse(read(content))

        rejects = rejects_of(table)

        assert grid(rejects)[0] == [*header, "Kết quả kiểm tra", "Chi tiết lỗi"]
        assert grid(rejects)[1][len(header)] == "Không hợp lệ"
        assert parse(read(rejects)).rows == table.rows
