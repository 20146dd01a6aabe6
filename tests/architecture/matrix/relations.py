"""The small province with what the matrix needs besides, and one row of each kind at each place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.core.confidential import seal
from app.core.ids import new_id
from app.models import (
    EndReason,
    Import,
    ImportKind,
    ImportStatus,
    Member,
    MemberMerge,
    Organization,
    Role,
    Transfer,
)
from tests.architecture.matrix.derivation import HOME, Facts
from tests.architecture.things import Things
from tests.conftest import SignIn
from tests.factories.people import (
    make_account,
    make_member,
    make_membership,
    make_office,
    make_session,
)
from tests.world import BEGAN, NOON, Human, World, rows

#: Where a row stands, as seen from the first cell of the north.
RELATIONS: dict[str, str | None] = {
    "own": None,
    "same cell": "north_one",
    "sibling cell": "north_two",
    "unit above": "north",
    "other branch": "south_one",
    "other tree": "other_one",
    "dissolved unit": "old_cell",
    "missing": None,
}
#: What is no row: values that are the same wherever they are sent.
_VALUES = {
    "password",
    "soon",
    "later_day",
    "new_code",
    "new_name",
    "new_id",
    "new_uuid",
    "noon",
    "number",
    "paper_kind",
    "code",
    "quiet_period",
    "south_one",
}
_CLOSED_ON = date(2026, 5, 1)


@dataclass
class Place:
    """A unit, one of its members, and the account that asked for what accounts ask for."""

    facts: Facts
    unit: Organization | None = None
    member: Member | None = None
    human: Human | None = None


@dataclass
class Province:
    """The world, somebody who left it, and a cell that was closed."""

    session: Session
    world: World
    sign_in: SignIn
    units: dict[str, Organization]
    people: dict[str, Human]
    #: Of each unit somebody who has no account, so that nobody acts as them.
    bystanders: dict[str, Member]
    homes: dict[str, Place] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(700))

    @classmethod
    def around(cls, session: Session, world: World, sign_in: SignIn) -> "Province":
        names = ("north", "north_one", "north_two", "south_one", "other_one")
        units = {name: getattr(world, name) for name in names}
        units["old_cell"] = _closed_cell(session, world, sign_in)
        stands = {
            name: make_member(session, unit, number=800_000 + number)
            for number, (name, unit) in enumerate(units.items())
            if name != "old_cell"
        }
        left = {"valid_to": _CLOSED_ON, "end_reason": EndReason.LEFT}
        stands["old_cell"] = make_member(session, None, number=800_020)
        make_membership(session, units["old_cell"], stands["old_cell"], **left)
        people = dict(world.people) | {"ex_member": _who_left(session, world, left)}
        for number, member in enumerate(rows(session, Member)):
            member.phone = f"+8491{number:07d}"
            session.add(member)
        session.flush()
        return cls(session, world, sign_in, units, people, stands)

    def place(self, relation: str, actor: str) -> Place:
        if relation == "missing":
            return Place(Facts(None))
        if relation != "own":
            name = str(RELATIONS[relation])
            return Place(Facts(name), self.units[name], self.bystanders[name])
        if actor not in self.homes:
            self.homes[actor] = self._home(actor)
        return self.homes[actor]

    def _home(self, actor: str) -> Place:
        human = self.people.get(actor)
        own = rows(self.session, Member, Member.id == human.member_id) if human else []
        name = HOME[actor]
        member = own[0] if own else self.bystanders[name]
        return Place(Facts(name, owner=actor), self.units[name], member, human)

    def own_values(self, actor: str) -> set[str]:
        """What of the confidential values may be shown to an actor: the own ones."""
        member = self.place("own", actor).member
        values = (member.card_number, member.personal_id, member.phone) if member else ()
        return {value for value in values if value and self.people.get(actor)}


def _closed_cell(session: Session, world: World, sign_in: SignIn) -> Organization:
    cell = Things(session, world, sign_in).closed_cell()
    (unit,) = rows(session, Organization, Organization.id == UUID(cell))
    return unit


def _who_left(session: Session, world: World, left: dict[str, Any]) -> Human:
    """An account and a session that would stand, but for the membership."""
    member = make_member(session, None, number=800_021)
    make_membership(session, world.north_one, member, **left)
    account = make_account(session, member, password_hash="-", at=BEGAN)
    return Human(account.id, make_session(session, account, at=BEGAN).id, member.id)


class Placed(Things):
    """The things behind the doors, made at one place instead of the first cell of the north."""

    def __init__(self, province: Province, place: Place) -> None:
        super().__init__(province.session, _seen_from(province, place), province.sign_in)
        self.numbers = province.numbers
        self.place = place
        self.made: dict[str, str] = {}

    def named(self, name: str) -> str:
        """The same row for everybody at this place, until `forget` is called."""
        if name == "code" and self.last_room is None:
            return "123456"
        if name in _VALUES:
            return super().named(name)
        if name not in self.made:
            self.made[name] = str(new_id()) if self.place.unit is None else self._make(name)
        return self.made[name]

    def forget(self) -> None:
        self.made.clear()

    def facts_of(self, name: str) -> Facts:
        """Of what stands behind a door, as far as they are other ones than those of the place."""
        facts = self.place.facts
        special = {
            "draft": facts._replace(is_draft=True),
            "transfer": facts._replace(party="south_one"),
            "asked_transfer": Facts("south_one", party=facts.unit),
        }
        return special.get(name, facts) if facts.unit else facts

    def _make(self, name: str) -> str:
        make = _MADE_ELSEWHERE.get(name)
        made = make(self) if make else super().named(name)
        return made if isinstance(made, str) else str(made.id)

    def the_unit(self) -> str:
        return str(self.world.north_one.id)

    def neighbour(self) -> Member:
        return make_member(self.session, self.world.north_one, number=self.number())

    def newcomer(self, cell: Organization | None = None) -> Member:
        return (
            self.member() if cell is None else make_member(self.session, cell, number=self.number())
        )

    def number(self) -> int:
        """Of somebody new to the whole province."""
        return 900_000 + len(rows(self.session, Member))

    def transfer(self) -> Any:
        """A member is on one way at a time."""
        for transfer in rows(self.session, Transfer, Transfer.member_id == self.member().id):
            self.session.delete(transfer)
        self.session.flush()
        return super().transfer()

    def office(self) -> Any:
        """Of somebody else: it would give the actor powers."""
        role = Role.COMMITTEE_MEMBER
        return make_office(self.session, self.world.north_one, self.neighbour(), role=role)

    def an_import(self, status: ImportStatus) -> Import:
        owner = self.world.people["officer"].account_id
        row = Import(
            created_at=NOON,
            account_id=owner,
            kind=ImportKind.ORGANIZATIONS,
            layout="organizations",
            status=status,
            digest="0" * 64,
            counts={"new": 0, "changed": 0, "same": 0, "rejected": 0},
        )
        self.session.add(row)
        self.session.flush()
        return row

    def merge(self) -> MemberMerge:
        merge_id = new_id()
        row = MemberMerge(
            id=merge_id,
            organization_id=self.world.north_one.id,
            member_id=self.member().id,
            merged_id=self.neighbour().id,
            reason="Nhập hai lần",
            parted_at=NOON,
            before_sealed=seal("{}", "member_merges.before", merge_id),
        )
        self.session.add(row)
        self.session.flush()
        return row


_MADE_ELSEWHERE: dict[str, Callable[[Placed], Any]] = {
    "north": Placed.the_unit,
    "north_one": Placed.the_unit,
    "new_cell": Placed.the_unit,
    "section": Placed.the_unit,
    "cell_below": Placed.the_unit,
    "cell_of_section": Placed.the_unit,
    "closed_cell": Placed.the_unit,
    "locked_period": lambda things: "2026-04",
    "settled_period": lambda things: "2026-04",
    "submitted_period": lambda things: "2026-04",
    "neighbour": Placed.neighbour,
    "newcomer": Placed.newcomer,
    "transfer": Placed.transfer,
    "import": lambda things: things.an_import(ImportStatus.PREVIEWED),
    "committed_import": lambda things: things.an_import(ImportStatus.COMMITTED),
    "member_merge": Placed.merge,
    "office": Placed.office,
}


def _seen_from(province: Province, place: Place) -> World:
    """The same world with the place where the first cell of the north would be."""
    if place.unit is None or place.member is None:
        return province.world
    people = province.people
    owner = place.human or people["officer"]
    someone = Human(owner.account_id, owner.session_id, place.member.id)
    return replace(
        province.world,
        north=place.unit,
        north_one=place.unit,
        people=people | {"member": someone, "officer": owner},
        members={place.unit.id: [place.member.id]},
    )
