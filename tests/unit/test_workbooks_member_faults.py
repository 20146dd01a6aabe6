"""What a row of the member list gets wrong, each of the errors that lists really have."""

from datetime import date
from typing import Any

import pytest

from tests.factories.workbooks import (
    FULL_HEADER,
    TODAY,
    Formula,
    make_full_list,
    make_other,
    read_faults,
    read_line,
    read_member,
    read_members,
)


class TestFaults:
    @pytest.mark.parametrize(
        "column", [title.removesuffix("*") for title in FULL_HEADER if title and title[-1] == "*"]
    )
    @pytest.mark.parametrize("empty", [None, "  "])
    def test_a_starred_cell_may_not_be_empty(self, column: str, empty: str | None) -> None:
        assert read_faults(**{column: empty}) == [(column, "required")]

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (71080000001, "leading_zeros_lost"),
            (1, "leading_zeros_lost"),
            (971080000001.5, "leading_zeros_lost"),
            (1971080000001, "leading_zeros_lost"),
            ("71080000001", "invalid_personal_id"),
            ("0971080000001", "invalid_personal_id"),
            ("97108000000O", "invalid_personal_id"),
            ("٩٧١٠٨٠٠٠٠٠٠١", "invalid_personal_id"),
            ("\uff19\uff17\uff11080000001", "invalid_personal_id"),  # full-width digits
            ("971 080 000 001", "invalid_personal_id"),
            (date(2020, 1, 1), "not_text"),
            (True, "not_text"),
            (Formula("=A1", "971080000001"), "formula"),
        ],
    )
    def test_a_personal_id_is_twelve_digits_of_text(self, cell: Any, code: str) -> None:
        assert read_faults(**{"Số định danh cá nhân": cell}) == [("Số định danh cá nhân", code)]

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("971080000002", "card_number_mismatch"),  # one digit wrong
            (971080000002, "card_number_mismatch"),
            (12345678, "leading_zeros_lost"),
            ("12345", "invalid_card_number"),
            ("123456789", "invalid_card_number"),
            ("١٢٣٤٥٦٧٨", "invalid_card_number"),
            ("AB123456", "invalid_card_number"),
        ],
    )
    def test_a_card_number_is_the_personal_id_or_an_old_one(self, cell: Any, code: str) -> None:
        assert read_faults(**{"Số thẻ Đảng": cell}) == [("Số thẻ Đảng", code)]

    @pytest.mark.parametrize("cell", ["971080000002", "12345678"])
    def test_a_new_card_number_is_the_personal_id(self, cell: str) -> None:
        assert read_faults(**{"Số thẻ theo QĐ 85": cell}) == [
            ("Số thẻ theo QĐ 85", "card_number_mismatch")
        ]

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (1980, "incomplete_date"),
            ("1980", "incomplete_date"),
            ("05/1980", "incomplete_date"),
            ("00/00/1980", "incomplete_date"),
            ("0/5/1980", "incomplete_date"),
            ("00/1980", "incomplete_date"),
            ("31/02/1980", "invalid_date"),
            ("05/31/1980", "invalid_date"),
            ("1980-05-01", "invalid_date"),
            ("01/05/80", "invalid_date"),
            ("\u0661/\u0665/1980", "invalid_date"),  # Arabic digits
            ("khoảng 1980", "invalid_date"),
            (29342, "invalid_date"),  # a day count without a date format says nothing
            (True, "invalid_date"),
            ("01/05/1899", "date_out_of_range"),
            ("01/05/2101", "date_out_of_range"),
            (date(2101, 5, 1), "date_out_of_range"),
            (Formula("=TODAY()", 29342), "formula"),
        ],
    )
    def test_a_birth_date_is_a_whole_day(self, cell: Any, code: str) -> None:
        assert read_faults(**{"Sinh ngày": cell}) == [("Sinh ngày", code)]

    def test_nothing_has_happened_tomorrow(self) -> None:
        tomorrow = date(2026, 5, 16)

        assert read_faults(**{"Ngày chính thức": tomorrow}) == [
            ("Ngày chính thức", "date_in_future")
        ]
        assert read_line(**{"Ngày chính thức": TODAY}).official_on == TODAY

    def test_nobody_is_admitted_before_the_18th_birthday(self) -> None:
        assert read_line(**{"Ngày vào Đảng": date(1998, 5, 1)}).admitted_on == date(1998, 5, 1)
        assert read_faults(**{"Ngày vào Đảng": date(1998, 4, 30)}) == [
            ("Ngày vào Đảng", "admitted_too_young")
        ]

    def test_nobody_is_official_before_being_admitted(self) -> None:
        assert read_faults(**{"Ngày chính thức": date(2005, 9, 1)}) == [
            ("Ngày chính thức", "official_before_admitted")
        ]

    @pytest.mark.parametrize(
        ("column", "cell", "code"),
        [
            ("Giới tính", "Khác", "unknown_value"),
            ("Giới tính", "F", "unknown_value"),
            ("Trạng thái hoạt động", "Đang học", "unknown_value"),
            ("Họ và tên", "Đào\u200b", "forbidden_character"),
            ("Họ và tên", "\u202eoàĐ", "forbidden_character"),
            ("Họ và tên", "Đ" * 201, "too_long"),
            ("Họ và tên", 5, "not_text"),
            ("Họ và tên", Formula('="Đào"', "Đào"), "formula"),
            ("Họ và tên", "#N/A", "error_value"),
            ("Tổ chức Đảng sinh hoạt", 27001002, "leading_zeros_lost"),
            ("Dân tộc", Formula("=B1", "Kinh"), "formula"),
            ("Đề nghị xóa", "x", "deletion_requested"),
            ("Đề nghị xóa", 1, "deletion_requested"),
        ],
    )
    def test_a_cell_is_refused(self, column: str, cell: Any, code: str) -> None:
        assert read_faults(**{column: cell}) == [(column, code)]

    def test_an_error_in_an_optional_cell_is_not_taken_for_an_empty_one(self) -> None:
        assert read_faults(**{"Ngày chính thức": Formula("=NA()", "#N/A")}) == [
            ("Ngày chính thức", "formula")
        ]

    def test_who_is_no_longer_active_left_on_a_day(self) -> None:
        assert read_faults(**{"Trạng thái hoạt động": "Miễn"}) == [
            ("Ngày rời/mất/miễn", "required")
        ]

    def test_all_faults_of_a_row_are_told_at_once(self) -> None:
        faults = read_faults(
            **{"Họ và tên": None, "Số thẻ Đảng": "971080000002", "Sinh ngày": 1980}
        )

        assert faults == [
            ("Họ và tên", "required"),
            ("Sinh ngày", "incomplete_date"),
            ("Số thẻ Đảng", "card_number_mismatch"),
        ]

    def test_a_bad_row_blocks_no_other(self) -> None:
        rows = read_members(make_full_list(make_other(1, **{"Giới tính": "?"}), make_other(2))).rows

        assert [row.line is None for row in rows] == [True, False]

    def test_no_error_repeats_a_value(self) -> None:
        row = read_member(**{"Số định danh cá nhân": "97108000000X", "Số thẻ Đảng": "87654321Z"})

        words = " ".join(error.detail for error in row.errors)
        assert len(row.errors) == 2
        assert "97108" not in words
        assert "87654321" not in words


class TestDuplicates:
    def test_each_row_of_the_same_person_names_the_others(self) -> None:
        moved = make_other(1, **{"Tổ chức Đảng sinh hoạt": "27.001.002.000.004"})
        rows = read_members(make_full_list(make_other(1), make_other(2), moved)).rows

        assert [row.line is None for row in rows] == [True, False, True]
        [error] = rows[0].errors
        assert (error.column, error.code) == ("Số định danh cá nhân", "duplicate_in_file")
        assert error.detail == "Trùng với dòng 10."

    def test_two_people_with_one_old_card_are_both_refused(self) -> None:
        card = {"Số thẻ Đảng": "12345678"}
        rows = read_members(make_full_list(make_other(1, **card), make_other(2, **card))).rows

        assert [(row.errors[0].column, row.errors[0].detail) for row in rows] == [
            ("Số thẻ Đảng", "Trùng với dòng 9."),
            ("Số thẻ Đảng", "Trùng với dòng 8."),
        ]

    def test_a_row_that_is_wrong_elsewhere_still_counts(self) -> None:
        rows = read_members(make_full_list(make_other(1), make_other(1, **{"Giới tính": "?"}))).rows

        assert [[error.code for error in row.errors] for row in rows] == [
            ["duplicate_in_file"],
            ["unknown_value", "duplicate_in_file"],
        ]

    def test_a_large_group_is_told_shortly(self) -> None:
        rows = read_members(make_full_list(*[make_other(1)] * 9)).rows

        assert rows[2].errors[0].detail == "Trùng với dòng 8, 9, 11, 12, 13 và 3 dòng khác."
