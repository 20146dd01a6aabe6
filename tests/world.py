"""The small province every test can picture, built by the services themselves.

root ─┬─ north ─┬─ north_one   (ten members; most people of the tests)
      │         └─ north_two   (four members)
      └─ south ─── south_one   (four members)
other ──── other_one           (a tree of its own, three members)
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, select

from app.core import database
from app.core.passwords import hash_password
from app.core.text import fold
from app.models import Organization, OrganizationKind, Role, UnitType
from app.policies.actors import SYSTEM
from app.services import figure_days, figures, organizations
from app.work import Work
from tests.factories.people import make_account, make_member, make_office, make_session

#: Midday in Ha Noi, on a Friday.
NOON = datetime(2026, 5, 15, 5, tzinfo=UTC)
#: The service of the small world began to count in January.
BEGAN = datetime(2026, 1, 5, 5, tzinfo=UTC)
PASSWORD = "mật khẩu dài của thử nghiệm"
_K = OrganizationKind
R = TypeVar("R", bound=SQLModel)


@dataclass
class Human:
    """Somebody of the small world: a member with an account and a session, or staff."""

    account_id: UUID
    session_id: UUID
    member_id: UUID | None = None
    card_number: str | None = None


@dataclass
class World:
    root: Organization
    north: Organization
    south: Organization
    north_one: Organization
    north_two: Organization
    south_one: Organization
    other: Organization
    other_one: Organization
    people: dict[str, Human] = field(default_factory=dict)
    #: Members of each cell by the cell's id, the people among them.
    members: dict[UUID, list[UUID]] = field(default_factory=dict)


def build_world() -> World:
    with database.writing() as session:
        work = Work(session, SYSTEM, BEGAN)
        world = _tree(work)
        _people(session, world)
        session.flush()
        cells = [world.north_one, world.north_two, world.south_one, world.other_one]
        figures.recount(work, [cell.id for cell in cells], ["2026-01"])
        figure_days.bring_to(session, NOON)
    if database.engine().dialect.name == "postgresql":
        with database.writing() as session:
            figures.fold(session)
    return world


def rows(session: Session, model: type[R], *where: Any) -> list[R]:
    """Rows as they are in the database now, whoever looks, in the order in which they were made."""
    statement = select(model).where(*where).order_by(*inspect(model).primary_key)
    return list(
        session.exec(statement.execution_options(scoped="a test", populate_existing=True)).all()
    )


def _tree(work: Work) -> World:
    def unit(code: str, name: str, kind: OrganizationKind) -> Organization:
        return Organization(
            code=code,
            name=name,
            search_text=fold(f"{name} {code}"),
            kind=kind,
            unit_type=UnitType.STATE_OFFICE,
            valid_from=date(2026, 1, 1),
            segment="",
            path="",
        )

    world = World(
        root=unit("97.001", "Đảng bộ tỉnh Thử Nghiệm", _K.SUPERIOR),
        north=unit("97.001.001", "Đảng bộ xã Bắc", _K.GRASSROOTS),
        south=unit("97.001.002", "Đảng bộ xã Nam", _K.GRASSROOTS),
        north_one=unit("97.001.001.000.001", "Chi bộ Bắc 1", _K.CELL),
        north_two=unit("97.001.001.000.002", "Chi bộ Bắc 2", _K.CELL),
        south_one=unit("97.001.002.000.001", "Chi bộ Nam 1", _K.CELL),
        other=unit("98.001", "Đảng bộ tỉnh Khác", _K.SUPERIOR),
        other_one=unit("98.001.000.000.001", "Chi bộ Khác 1", _K.CELL),
    )
    organizations.plant(
        work,
        [
            (world.root, None),
            (world.north, world.root),
            (world.south, world.root),
            (world.north_one, world.north),
            (world.north_two, world.north),
            (world.south_one, world.south),
            (world.other, None),
            (world.other_one, world.other),
        ],
    )
    return world


#: Who, a member of which cell, in which office of which unit.
_CAST: tuple[tuple[str, str, Role | None, str | None], ...] = (
    ("secretary", "north_one", Role.SECRETARY, "north_one"),
    ("deputy", "north_one", Role.DEPUTY_SECRETARY, "north_one"),
    ("committee_member", "north_one", Role.COMMITTEE_MEMBER, "north_one"),
    ("member", "north_one", None, None),
    ("officer", "north_one", Role.OFFICER, "root"),
    ("branch_officer", "north_two", Role.OFFICER, "north"),
    ("sibling_officer", "south_one", Role.OFFICER, "south"),
    ("overseer", "north_two", Role.SECRETARY, "north"),
    ("inspector", "north_two", Role.INSPECTOR, "root"),
    ("outsider", "south_one", Role.SECRETARY, "south_one"),
    ("stranger", "other_one", Role.SECRETARY, "other_one"),
)
#: Members without an account, to fill the cells.
_OTHERS = {"north_one": 5, "north_two": 1, "south_one": 2, "other_one": 2}


def _people(session: Session, world: World) -> None:
    password_hash = hash_password(PASSWORD)
    number = 0
    for name, cell_name, role, place in _CAST:
        number += 1
        cell: Organization = getattr(world, cell_name)
        member = make_member(session, cell, number=number)
        account = make_account(session, member, password_hash=password_hash, at=BEGAN)
        login = make_session(session, account, at=BEGAN)
        world.people[name] = Human(account.id, login.id, member.id, member.card_number)
        world.members.setdefault(cell.id, []).append(member.id)
        if role is not None and place is not None:
            make_office(session, getattr(world, place), member, role=role)
    for cell_name, count in _OTHERS.items():
        cell = getattr(world, cell_name)
        for _ in range(count):
            number += 1
            member = make_member(session, cell, number=number)
            world.members.setdefault(cell.id, []).append(member.id)
    named = {"staff_name": "quantri", "unit_id": world.root.id}
    staff = make_account(session, None, password_hash=password_hash, at=BEGAN, **named)
    login = make_session(session, staff, at=BEGAN)
    make_office(session, world.root, staff, role=Role.ADMINISTRATOR)
    world.people["administrator"] = Human(staff.id, login.id)
