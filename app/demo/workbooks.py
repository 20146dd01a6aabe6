"""The demonstration committee as the two workbooks an office would bring."""

from pathlib import Path

from app.demo.people import STATE, Person, populate
from app.demo.tree import Unit, build_tree, cells_of
from app.workbooks import columns
from app.workbooks.writing import Value, write_members, write_organizations

ORGANIZATIONS_FILE = "to-chuc-dang.xlsx"
MEMBERS_FILE = "File nhập liệu 4.0.xlsx"
SEXES = {"male": "Nam", "female": "Nữ"}


def write_workbooks(folder: Path) -> tuple[Path, Path]:
    """Write the organisations and the members; the folder is made when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    organizations, members = folder / ORGANIZATIONS_FILE, folder / MEMBERS_FILE
    units = build_tree()
    write_organizations(organizations, map(organization_row, units))
    write_members(members, map(member_row, populate(cells_of(units))))
    return organizations, members


def organization_row(unit: Unit) -> dict[str, Value]:
    return {
        columns.CODE: unit.code,
        columns.NAME: unit.name,
        columns.KIND: unit.kind,
        columns.UNIT_TYPE: unit.unit_type,
        columns.PARENT_CODE: unit.parent_code,
    }


def member_row(person: Person) -> dict[str, Value]:
    return {
        columns.FULL_NAME: person.full_name,
        columns.SEX: SEXES[person.sex],
        columns.BORN_ON: person.born_on,
        columns.ETHNICITY: person.ethnicity,
        columns.RELIGION: person.religion,
        columns.PERSONAL_ID: person.personal_id,
        columns.CARD_NUMBER: person.card_number,
        columns.NEW_CARD_NUMBER: person.card_number,
        columns.ORGANIZATION: person.cell_code,
        columns.ADMITTED_ON: person.admitted_on,
        columns.OFFICIAL_ON: person.official_on,
        columns.STATE: STATE,
    }
