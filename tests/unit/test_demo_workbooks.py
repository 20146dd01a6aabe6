"""The demonstration committee has exactly the size, the shape and the dates it promises."""

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from app.demo.people import REFERENCE_DAY, WELL_KNOWN, Person, leaders, populate
from app.demo.tree import Unit, build_tree, cells_of
from app.demo.workbooks import write_workbooks
from app.workbooks.columns import FORMATS, OFFICIAL_ON, PERSONAL_ID, Layout

ADULT, OLDEST = 18, 85


@cache
def units() -> tuple[Unit, ...]:
    return build_tree()


@cache
def people() -> tuple[Person, ...]:
    return populate(cells_of(units()))


def age(person: Person, day: date) -> int:
    born_on = person.born_on
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def above(code: str) -> str:
    """The code with its last group that is not zeros emptied: where the code says it belongs."""
    groups = code.split(".")
    last = max(index for index, group in enumerate(groups) if int(group))
    return ".".join([*groups[:last], "000", *groups[last + 1 :]])


class TestTree:
    def test_there_are_616_cells_under_some_90_organisations(self) -> None:
        kinds = Counter(unit.kind for unit in units())

        assert kinds["superior"] == 1
        assert kinds["cell"] == 616
        assert 85 <= kinds["grassroots"] + kinds["section"] <= 95
        assert set(kinds) == {"superior", "grassroots", "section", "cell"}

    def test_every_unit_follows_its_parent_and_only_the_root_has_none(self) -> None:
        seen: set[str | None] = {None}
        for unit in units():
            assert unit.parent_code in seen
            seen.add(unit.code)
        assert [unit.kind for unit in units() if unit.parent_code is None] == ["superior"]

    def test_codes_are_fourteen_digits_that_say_where_the_unit_is(self) -> None:
        codes = [unit.code for unit in units()]

        assert len(set(codes)) == len(codes)
        for unit in units():
            assert [len(group) for group in unit.code.split(".")] == [2, 3, 3, 3, 3]
            assert unit.code.replace(".", "").isdecimal()
            assert unit.parent_code in {None, above(unit.code)}

    def test_only_cells_have_nothing_below_them(self) -> None:
        parents = {unit.parent_code for unit in units()}

        assert all((unit.code in parents) == (unit.kind != "cell") for unit in units())

    def test_some_cells_are_directly_under_the_root(self) -> None:
        root = units()[0].code

        assert sum(cell.parent_code == root for cell in cells_of(units())) == 12

    def test_names_are_unique_under_a_parent_but_not_across_parents(self) -> None:
        under_a_parent = Counter((unit.parent_code, unit.name) for unit in units())
        across_parents = Counter(cell.name for cell in cells_of(units()))

        assert set(under_a_parent.values()) == {1}
        assert across_parents["Chi bộ Phòng Tài chính"] > 1

    def test_many_types_of_unit_have_cells(self) -> None:
        types = {cell.unit_type for cell in cells_of(units())}

        assert types >= {"residential", "state_office", "public_service", "police", "army"}
        assert types >= {"state_enterprise", "private_enterprise", "political_office"}


class TestPeople:
    def test_there_are_11525_members_in_616_cells_of_5_to_62(self) -> None:
        sizes = Counter(person.cell_code for person in people())

        assert len(people()) == 11_525
        assert set(sizes) == {cell.code for cell in cells_of(units())}
        assert (min(sizes.values()), max(sizes.values())) == (5, 62)

    def test_every_cell_has_at_least_three_official_members(self) -> None:
        official = Counter(person.cell_code for person in people() if person.is_official)

        assert len(official) == 616
        assert min(official.values()) >= 3

    def test_personal_ids_are_unique_and_twelve_ascii_digits(self) -> None:
        ids = [person.personal_id for person in people()]

        assert len(set(ids)) == len(ids)
        for person in people():
            assert person.personal_id.isascii()
            assert person.personal_id.isdecimal()
            assert len(person.personal_id) == 12
            assert person.card_number == person.personal_id

    def test_a_personal_id_tells_an_invented_province_the_sex_and_the_year(self) -> None:
        for person in people():
            century_and_sex = (person.born_on.year // 100 - 19) * 2 + (person.sex == "female")
            tail = f"{century_and_sex}{person.born_on:%y}"
            assert person.personal_id[:2] == "97"
            assert person.personal_id[3:6] == tail

    def test_a_name_and_a_birth_date_are_never_met_twice(self) -> None:
        pairs = {(person.full_name, person.born_on) for person in people()}

        assert len(pairs) == len(people())

    def test_nobody_is_called_as_a_well_known_leader(self) -> None:
        assert not WELL_KNOWN & {person.full_name for person in people()}

    def test_members_are_between_20_and_85_and_joined_as_adults(self) -> None:
        for person in people():
            assert 20 <= age(person, REFERENCE_DAY) <= OLDEST
            assert age(person, person.admitted_on) > ADULT
            assert person.admitted_on < REFERENCE_DAY

    def test_who_is_official_became_so_a_year_after_admission(self) -> None:
        for person in people():
            if person.official_on is not None:
                assert 365 <= (person.official_on - person.admitted_on).days <= 366
                assert person.official_on <= REFERENCE_DAY

    def test_some_three_percent_are_probationary_since_less_than_a_year(self) -> None:
        probationary = [person for person in people() if not person.is_official]

        assert len(probationary) / len(people()) == pytest.approx(0.03, abs=0.003)
        assert all((REFERENCE_DAY - person.admitted_on).days < 365 for person in probationary)

    def test_the_same_people_come_at_every_call(self) -> None:
        assert build_tree() == units()
        assert populate(cells_of(build_tree())) == people()


class TestLeaders:
    def test_the_secretary_and_the_deputy_are_the_longest_in_the_party(self) -> None:
        chosen = leaders(people())

        assert len(chosen) == 616
        for code, (secretary, deputy) in chosen.items():
            admitted = sorted(
                person.admitted_on
                for person in people()
                if person.cell_code == code and person.is_official
            )
            assert [secretary.admitted_on, deputy.admitted_on] == admitted[:2]
            assert secretary != deputy
            assert {secretary.cell_code, deputy.cell_code} == {code}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_workbooks(tmp_path_factory.mktemp("demo") / "new")


class TestWorkbooks:
    def test_the_organisations_are_the_tree_row_by_row(self, written: tuple[Path, Path]) -> None:
        header, *rows = CalamineWorkbook.from_path(written[0]).get_sheet_by_index(0).to_python()

        assert written[0].name == "to-chuc-dang.xlsx"
        assert header == ["code", "name", "kind", "unit_type", "parent_code"]
        assert [row[0] for row in rows] == [unit.code for unit in units()]
        assert [row[1] for row in rows] == [unit.name for unit in units()]
        assert [row[4] or None for row in rows] == [unit.parent_code for unit in units()]

    def test_the_members_stand_from_row_eight_with_text_ids_and_real_dates(
        self, written: tuple[Path, Path]
    ) -> None:
        sheet = CalamineWorkbook.from_path(written[1]).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)[7:]
        titles = FORMATS[Layout.FULL_LIST].columns
        ids = titles.index(PERSONAL_ID)
        officials = titles.index(OFFICIAL_ON)

        assert written[1].name == "File nhập liệu 4.0.xlsx"
        assert [row[ids] for row in rows] == [person.personal_id for person in people()]
        assert [row[officials] or None for row in rows] == [
            person.official_on for person in people()
        ]
