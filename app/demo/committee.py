"""The demonstration committee comes in as workbooks, and its leaders are appointed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core.clock import local_date
from app.core.confidential import blind_index
from app.demo.people import leaders, populate
from app.demo.tree import build_tree, cells_of
from app.demo.workbooks import write_workbooks
from app.models import ImportKind, Member, Membership, Organization, OrganizationKind, Role
from app.schemas.offices import OfficeCreate
from app.services import accounts, imports, offices
from app.work import Work

#: The administrator's name; every other sign-in is a card number.
STAFF_NAME = "quantri"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Committee:
    """The committee as it was imported."""

    root: Organization
    cells: list[Organization]
    #: The members of each cell, by the cell's id, in the order of the list.
    members: dict[UUID, list[UUID]]
    #: Secretary and deputy of each cell.
    leaders: dict[UUID, tuple[UUID, UUID]]

    @property
    def everybody(self) -> list[UUID]:
        return [member for members in self.members.values() for member in members]

    @property
    def staff(self) -> tuple[UUID, UUID]:
        """Officer and inspector: two members of the second cell who lead nothing."""
        cell_id = self.cells[1].id
        free = [m for m in self.members[cell_id] if m not in self.leaders[cell_id]]
        return free[0], free[1]


def bring_in(work: Work, tell: Tell) -> Committee:
    """Write the two workbooks and import them, as an office would."""
    with TemporaryDirectory() as folder:
        files = write_workbooks(Path(folder))
        kinds = (ImportKind.ORGANIZATIONS, ImportKind.MEMBERS)
        for path, kind in zip(files, kinds, strict=True):
            parsed = imports.prepare(path.read_bytes(), kind, local_date(work.now))
            preview = imports.create(work, parsed)
            imports.commit(work, preview.id)
            tell(f"imported {path.name}: {preview.counts}")
    units = list(_rows(work, select(Organization).order_by(col(Organization.path))).scalars())
    cells = [unit for unit in units if unit.kind is OrganizationKind.CELL]
    return Committee(units[0], cells, _members(work, cells), _leaders(work, cells))


def appoint(work: Work, committee: Committee, password_hash: str) -> None:
    """Secretaries and deputies of all cells; an officer, an inspector, an administrator."""
    root_id = committee.root.id
    officer, inspector = committee.staff
    administrator = accounts.create_staff(work, STAFF_NAME, root_id, password_hash)
    given = [
        _office(root_id, Role.OFFICER, member_id=officer),
        _office(root_id, Role.INSPECTOR, member_id=inspector),
        _office(root_id, Role.ADMINISTRATOR, account_id=administrator.id),
    ]
    for cell_id, (secretary, deputy) in committee.leaders.items():
        given.append(_office(cell_id, Role.SECRETARY, member_id=secretary))
        given.append(_office(cell_id, Role.DEPUTY_SECRETARY, member_id=deputy))
    offices.create_all(work, given)


def _office(organization_id: UUID, role: Role, **holder: UUID) -> OfficeCreate:
    return OfficeCreate(organization_id=organization_id, role=role, **holder)


def _members(work: Work, cells: Iterable[Organization]) -> dict[UUID, list[UUID]]:
    members: dict[UUID, list[UUID]] = {cell.id: [] for cell in cells}
    joined = select(Membership.organization_id, Membership.member_id)
    for cell_id, member_id in _rows(work, joined.order_by(col(Membership.id))):
        members[cell_id].append(member_id)
    return members


def _leaders(work: Work, cells: Iterable[Organization]) -> dict[UUID, tuple[UUID, UUID]]:
    by_card: dict[bytes, UUID] = dict(
        _rows(work, select(Member.card_number_index, Member.id)).all()
    )
    by_code = {cell.code: cell.id for cell in cells}

    def member_id(card_number: str) -> UUID:
        return by_card[blind_index(card_number, "members.card_number")]

    pairs = leaders(populate(cells_of(build_tree())))
    return {
        by_code[code]: (member_id(secretary.card_number), member_id(deputy.card_number))
        for code, (secretary, deputy) in pairs.items()
    }


def _rows(work: Work, statement: Any) -> Any:
    return work.session.execute(statement.execution_options(scoped="the whole demonstration"))
