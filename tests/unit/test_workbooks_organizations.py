"""The tree as a list: codes stay text, and nothing hangs below itself."""

from typing import Any, get_args

import pytest

from app.models.organizations import OrganizationKind
from app.models.organizations import UnitType as OrganizationUnitType
from app.workbooks.organizations import Kind, OrganizationLine, UnitType, parse
from app.workbooks.reading import read
from app.workbooks.tables import Row, UnknownHeader
from tests.factories.workbooks import TREE_HEADER, make_short_export, make_tree, make_workbook

ROOT: list[Any] = ["27", "Đảng bộ UBND tỉnh Minh Sơn", "superior", "state_office", None]
CELL: list[Any] = ["27.001.000.000.001", "Chi bộ thôn Đông Hà 3", "cell", "residential", "27"]


def rows_of(*rows: list[Any]) -> list[Row[OrganizationLine]]:
    return parse(read(make_tree(*rows))).rows


def faults_of(row: Row[OrganizationLine]) -> list[tuple[str, str]]:
    return [(error.column, error.code) for error in row.errors]


class TestParse:
    def test_a_row_says_what_its_cells_say(self) -> None:
        rows = rows_of(ROOT, CELL)

        assert [row.row_number for row in rows] == [2, 3]
        assert rows[0].line == OrganizationLine(*ROOT)
        assert rows[1].line == OrganizationLine(*CELL)

    def test_a_parent_may_stand_below_or_outside_the_file(self) -> None:
        assert all(row.line for row in rows_of(CELL, ROOT))
        assert all(row.line for row in rows_of(CELL))

    def test_a_unit_type_may_be_left_open(self) -> None:
        [row] = rows_of(["27", "Đảng bộ", "SUPERIOR", None, None])

        assert row.line == OrganizationLine("27", "Đảng bộ", "superior", None, None)

    @pytest.mark.parametrize(
        ("column", "cell", "code"),
        [
            ("code", None, "required"),
            ("name", " ", "required"),
            ("kind", None, "required"),
            ("kind", "chi bộ", "unknown_value"),
            ("unit_type", "school", "unknown_value"),
            ("code", 27001, "leading_zeros_lost"),
            ("code", "27/001", "invalid_code"),
            ("code", "2" * 33, "invalid_code"),
            ("code", "٢٧", "invalid_code"),
            ("code", ".27", "invalid_code"),
            ("parent_code", 1, "leading_zeros_lost"),
            ("parent_code", "27 001", "invalid_code"),
            ("name", "Đ" * 201, "too_long"),
        ],
    )
    def test_a_cell_is_refused(self, column: str, cell: Any, code: str) -> None:
        place = TREE_HEADER.index(column)
        [row] = rows_of([*CELL[:place], cell, *CELL[place + 1 :]])

        assert row.line is None
        assert faults_of(row) == [(column, code)]

    def test_the_same_code_twice_refuses_both(self) -> None:
        first, _, second = rows_of(CELL, ROOT, CELL)

        assert faults_of(first) == faults_of(second) == [("code", "duplicate_in_file")]
        assert first.errors[0].detail == "Trùng với dòng 4."

    def test_a_unit_is_not_its_own_parent(self) -> None:
        [row] = rows_of(["27", "Đảng bộ", "superior", None, "27"])

        assert faults_of(row) == [("parent_code", "circle")]

    def test_only_the_circle_is_refused_not_what_hangs_on_it(self) -> None:
        def unit(code: str, parent_code: str) -> list[Any]:
            return [code, f"Đảng bộ {code}", "grassroots", None, parent_code]

        rows = rows_of(unit("D", "A"), unit("A", "B"), unit("B", "C"), unit("C", "A"), CELL)

        assert [bool(row.errors) for row in rows] == [False, True, True, True, False]

    def test_another_workbook_is_unknown(self) -> None:
        with pytest.raises(UnknownHeader):
            parse(read(make_short_export()))
        with pytest.raises(UnknownHeader):
            parse(read(make_workbook([TREE_HEADER[:4], CELL[:4]])))

    def test_the_words_are_those_of_the_model(self) -> None:
        assert set(get_args(Kind)) == {kind.value for kind in OrganizationKind}
        assert set(get_args(UnitType)) == {unit_type.value for unit_type in OrganizationUnitType}
