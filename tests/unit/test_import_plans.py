"""How a list's words find a unit, and what of a list is stored over what was known."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.core.ids import new_id
from app.core.selects import AT_ONCE, portions
from app.models import OrganizationKind
from app.services.import_plans import Lines, Reason, code_key, code_spellings
from app.services.known_members import Facts, Unit
from app.services.member_plans import merge, place_finder
from app.workbooks.columns import FORMATS, PERSONAL_ID, Layout
from tests.factories.workbooks import read_line

PERSON, CARD = b"person", b"card"


def make_unit(code: str, name: str, kind: OrganizationKind = OrganizationKind.CELL) -> Unit:
    return Unit(new_id(), code, name, kind)


def known(**overrides: Any) -> Facts:
    facts = Facts(
        full_name="Nguyễn Thị Đào",
        sex="female",
        born_on=date(1980, 5, 1),
        admitted_on=date(2005, 9, 2),
        official_on=date(2006, 9, 2),
        is_probationary=False,
        personal_id_index=PERSON,
        card_number_index=CARD,
    )
    return facts._replace(**overrides)


class TestCodes:
    @pytest.mark.parametrize(
        ("code", "key"),
        [
            ("27.001.002.000.003", "27001002000003"),
            ("27001002000003", "27001002000003"),
            ("1.1", "1.1"),
            ("11", "11"),
            ("CB-01", "CB-01"),
            ("٢٧.001.002.000.003", "٢٧.001.002.000.003"),
        ],
    )
    def test_dots_matter_in_all_but_full_codes(self, code: str, key: str) -> None:
        assert code_key(code) == key

    def test_a_full_code_is_looked_for_in_both_spellings(self) -> None:
        both = {"27001002000003", "27.001.002.000.003"}

        assert code_spellings("27001002000003") == both
        assert code_spellings("27.001.002.000.003") == both
        assert code_spellings("97.001") == {"97.001"}


class TestPlaces:
    def test_a_code_goes_before_a_name(self) -> None:
        by_code, by_name = make_unit("97", "Chi bộ 1"), make_unit("98", "97")
        find = place_finder([by_code, by_name])

        assert find("97") == by_code.id
        assert find("chi bo 1") == by_code.id

    def test_a_name_must_stand_for_one_unit(self) -> None:
        twins = [make_unit("1", "Chi bộ Thôn"), make_unit("2", "Chi bộ thôn")]

        assert place_finder(twins)("CHI BỘ THÔN") is Reason.AMBIGUOUS_ORGANIZATION
        assert place_finder(twins[:1])("CHI BỘ THÔN") == twins[0].id
        assert place_finder([])("CHI BỘ THÔN") is Reason.UNKNOWN_ORGANIZATION

    def test_members_belong_to_cells_only(self) -> None:
        committee = make_unit("1", "Đảng bộ xã", OrganizationKind.GRASSROOTS)

        assert place_finder([committee])("1") is Reason.NOT_A_CELL


class TestMerge:
    def test_a_list_that_tells_the_same_changes_nothing(self) -> None:
        assert merge(read_line(), known(), PERSON, CARD) == known()

    def test_what_the_list_tells_goes_before_what_was_known(self) -> None:
        before = known(full_name="Nguyễn Thị Dào", official_on=None, is_probationary=True)

        assert merge(read_line(), before, PERSON, CARD) == known()

    def test_an_empty_official_date_takes_none_away(self) -> None:
        line = read_line(**{"Ngày chính thức": None})

        assert line.is_probationary
        assert merge(line, known(), PERSON, CARD) == known()

    def test_an_empty_official_date_means_probation_where_none_was_known(self) -> None:
        line = read_line(**{"Ngày chính thức": None})
        before = known(official_on=None, is_probationary=None)

        after = merge(line, before, PERSON, CARD)

        assert (after.official_on, after.is_probationary) == (None, True)

    def test_a_list_without_sex_and_standing_keeps_both(self) -> None:
        line = replace(read_line(), sex=None, official_on=None, is_probationary=None)
        probationary = known(official_on=None, is_probationary=True)

        assert merge(line, known(), PERSON, CARD) == known()
        assert merge(line, probationary, PERSON, CARD) == probationary

    def test_for_somebody_new_nothing_is_made_up(self) -> None:
        line = replace(read_line(), sex=None, official_on=None, is_probationary=None)

        after = merge(line, None, PERSON, CARD)

        assert (after.sex, after.official_on, after.is_probationary) == (None, None, None)


class TestLines:
    def test_a_column_of_the_unreadable_rows_is_read_by_its_title(self) -> None:
        width = len(FORMATS[Layout.FULL_LIST].columns)
        place = FORMATS[Layout.FULL_LIST].columns.index(PERSONAL_ID)
        cells: list[str | None] = [None] * width
        cells[place] = " 971080000001 "

        lines: Lines[Any] = Lines(Layout.FULL_LIST, [], [cells, [None] * width])

        assert lines.unreadable_column(PERSONAL_ID) == {"971080000001"}

    def test_many_values_are_asked_for_in_portions(self) -> None:
        sizes = [len(portion) for portion in portions(range(2 * AT_ONCE + 1))]

        assert sizes == [AT_ONCE, AT_ONCE, 1]
        assert list(portions([])) == []
