"""The member list: which header is known, and what each row says."""

import unicodedata
from datetime import date, datetime, time
from typing import Any, get_args

import pytest

from app.models.members import MemberState
from app.models.members import Sex as MemberSex
from app.workbooks.columns import Layout
from app.workbooks.members import MemberLine, Sex, State
from app.workbooks.reading import TooManyRows
from app.workbooks.tables import UnknownHeader
from tests.factories.workbooks import (
    FULL_HEADER,
    FULL_PARTS,
    SHORT_HEADER,
    full_rows,
    make_full_list,
    make_member,
    make_other,
    make_short_export,
    make_workbook,
    read_faults,
    read_line,
    read_members,
)

SHORT_ROW = [
    *("Nguyễn Thị Đào", "971080000001", "971080000001", date(1980, 5, 1), date(2005, 9, 2)),
    *("Chi bộ thôn Đông Hà 3", None, "Chính thức"),
]


class TestHeader:
    def test_the_full_list_is_known_and_its_rows_begin_at_8(self) -> None:
        table = read_members(make_full_list(make_member()))

        assert table.layout == Layout.FULL_LIST
        assert [row.row_number for row in table.rows] == [8]

    def test_the_header_has_31_columns(self) -> None:
        assert len(FULL_HEADER) == len(FULL_PARTS) == 31

    def test_the_short_export_is_known_and_its_rows_begin_at_2(self) -> None:
        table = read_members(make_short_export(SHORT_ROW))

        assert table.layout == Layout.SHORT_EXPORT
        assert [row.row_number for row in table.rows] == [2]

    def test_columns_are_found_in_any_order_and_spelling(self) -> None:
        rows = full_rows(make_member())
        backwards = [row[::-1] if len(row) == 31 else row for row in rows]
        backwards[5] = [
            unicodedata.normalize("NFD", title.replace("*", " (*)").upper()) if title else None
            for title in backwards[5]
        ]

        [row] = read_members(make_workbook(backwards)).rows

        assert row.line == read_line()

    def test_the_first_sheet_with_a_known_header_is_read(self) -> None:
        guide = [["Hướng dẫn nhập liệu"]]
        content = make_workbook(guide, full_rows(make_member()), full_rows())

        assert len(read_members(content).rows) == 1

    @pytest.mark.parametrize("moved", [-1, 1])
    def test_a_header_that_moved_is_unknown(self, moved: int) -> None:
        rows = full_rows(make_member())
        rows = rows[1:] if moved < 0 else [[], *rows]

        with pytest.raises(UnknownHeader) as refusal:
            read_members(make_workbook(rows))
        assert (refusal.value.status, refusal.value.code) == (422, "unknown_workbook")

    def test_data_on_the_second_header_row_is_unknown(self) -> None:
        rows = full_rows(make_member(), make_other(2))
        del rows[6]

        with pytest.raises(UnknownHeader):
            read_members(make_workbook(rows))

    @pytest.mark.parametrize(
        "missing", ["Họ và tên*", "Tôn giáo*", "Ngày chính thức", "Số thẻ theo QĐ 85"]
    )
    def test_a_header_without_a_column_that_counts_is_unknown(self, missing: str) -> None:
        rows = full_rows(make_member())
        place = FULL_HEADER.index(missing)
        rows[5] = [*FULL_HEADER[:place], "Ghi chú", *FULL_HEADER[place + 1 :]]

        with pytest.raises(UnknownHeader):
            read_members(make_workbook(rows))

    def test_a_column_that_stands_twice_is_unknown(self) -> None:
        rows = full_rows(make_member())
        rows[5] = [*FULL_HEADER[:3], "Họ và tên", *FULL_HEADER[4:]]

        with pytest.raises(UnknownHeader):
            read_members(make_workbook(rows))

    def test_an_empty_workbook_is_unknown(self) -> None:
        with pytest.raises(UnknownHeader):
            read_members(make_workbook([]))

    def test_more_than_50000_rows_are_refused(self) -> None:
        rows = [*full_rows(), *[[None, None, "Đào"]] * 50_001]

        with pytest.raises(TooManyRows):
            read_members(make_workbook(rows))


class TestLine:
    def test_a_row_says_what_its_cells_say(self) -> None:
        assert read_line() == MemberLine(
            full_name="Nguyễn Thị Đào",
            sex="female",
            born_on=date(1980, 5, 1),
            personal_id="971080000001",
            card_number="971080000001",
            organization="27.001.002.000.003",
            admitted_on=date(2005, 9, 2),
            official_on=date(2006, 9, 2),
            is_probationary=False,
            state="active",
            state_on=None,
        )

    def test_a_name_in_nfd_is_stored_in_nfc(self) -> None:
        name = unicodedata.normalize("NFD", "  Nguyễn  Thị Đào ")

        assert read_line(**{"Họ và tên": name}).full_name == "Nguyễn Thị Đào"

    def test_without_an_official_date_a_member_is_probationary(self) -> None:
        line = read_line(**{"Ngày chính thức": None})

        assert (line.official_on, line.is_probationary) == (None, True)

    def test_an_old_card_number_loses_its_dots_and_spaces(self) -> None:
        assert read_line(**{"Số thẻ Đảng": "12.345 678"}).card_number == "12345678"
        assert read_line(**{"Số thẻ Đảng": "123456"}).card_number == "123456"

    def test_the_new_card_number_wins_over_the_old(self) -> None:
        line = read_line(**{"Số thẻ Đảng": "12345678", "Số thẻ theo QĐ 85": "971080000001"})

        assert line.card_number == "971080000001"

    def test_a_whole_number_of_12_digits_has_kept_its_zeros(self) -> None:
        ids = {"Số định danh cá nhân": 971080000001, "Số thẻ Đảng": 971080000001}

        assert read_line(**ids).personal_id == "971080000001"

    @pytest.mark.parametrize(
        "written",
        ["01/05/1980", "1/5/1980", date(1980, 5, 1), datetime.combine(date(1980, 5, 1), time(8))],
    )
    def test_a_day_is_a_date_or_written_day_first(self, written: Any) -> None:
        assert read_line(**{"Sinh ngày": written}).born_on == date(1980, 5, 1)

    @pytest.mark.parametrize(
        ("written", "state"),
        [
            ("Từ trần", "deceased"),
            ("RỜI KHỎI ĐẢNG", "left"),
            ("miễn", "exempt"),
            (unicodedata.normalize("NFD", "Đình chỉ"), "suspended"),
            ("Gián  đoạn", "interrupted"),
        ],
    )
    def test_a_state_is_known_however_it_is_written(self, written: str, state: str) -> None:
        line = read_line(**{"Trạng thái hoạt động": written, "Ngày rời/mất/miễn": date(2026, 1, 5)})

        assert (line.state, line.state_on) == (state, date(2026, 1, 5))

    def test_a_leap_day_child_is_of_age_on_the_first_of_march(self) -> None:
        born = {"Sinh ngày": date(1984, 2, 29), "Ngày chính thức": None}

        assert read_line(**born, **{"Ngày vào Đảng": date(2002, 3, 1)}).born_on.day == 29
        assert read_faults(**born, **{"Ngày vào Đảng": date(2002, 2, 28)}) == [
            ("Ngày vào Đảng", "admitted_too_young")
        ]

    def test_empty_rows_and_rows_with_only_a_number_are_skipped(self) -> None:
        rows = full_rows(make_member(), {}, {"STT": 3}, {"STT": "4", "ID": "  "}, make_other(2))

        assert [row.row_number for row in read_members(make_workbook(rows)).rows] == [8, 12]

    def test_the_words_are_those_of_the_model(self) -> None:
        states = {*MemberState} - {MemberState.IN_TRANSIT}  # a transfer's state, never a list's

        assert set(get_args(State)) == {state.value for state in states}
        assert set(get_args(Sex)) == {sex.value for sex in MemberSex}


class TestShortExport:
    @pytest.mark.parametrize(
        ("written", "is_probationary"),
        [("Chính thức", False), ("dự bị", True), ("Đang sinh hoạt", None)],
    )
    def test_it_tells_less(self, written: str, is_probationary: bool | None) -> None:
        [row] = read_members(make_short_export([*SHORT_ROW[:-1], written])).rows

        assert row.line is not None
        assert (row.line.sex, row.line.official_on, row.line.state) == (None, None, "active")
        assert row.line.is_probationary is is_probationary
        assert row.line.organization == "Chi bộ thôn Đông Hà 3"

    def test_a_state_needs_no_date_where_there_is_no_column_for_it(self) -> None:
        [row] = read_members(make_short_export([*SHORT_ROW[:-1], "Từ trần"])).rows

        assert row.line is not None
        assert (row.line.state, row.line.state_on) == ("deceased", None)

    def test_its_own_columns_are_required(self) -> None:
        [row] = read_members(make_short_export([SHORT_ROW[0], *[None] * 7])).rows

        assert [error.column for error in row.errors] == [
            *("Ngày sinh", "Số CCCD", "Số thẻ Đảng viên"),
            *("Chi bộ đang sinh hoạt", "Ngày kết nạp", "Trạng thái"),
        ]
        assert {error.code for error in row.errors} == {"required"}

    def test_its_header_may_not_move(self) -> None:
        with pytest.raises(UnknownHeader):
            read_members(make_workbook([[], SHORT_HEADER, SHORT_ROW]))
