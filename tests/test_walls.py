"""What PostgreSQL keeps to itself, whatever the service asks; and the trail, on both databases."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from app.core import database, walls
from app.core.clock import now
from app.core.ids import new_id
from app.models import (
    Attendance,
    Exemption,
    ExemptionKind,
    MeetingStatus,
    Member,
    Membership,
    MembershipKind,
    Minutes,
    Notification,
)
from app.policies.actors import SYSTEM, Actor, Held
from app.policies.roles import Position
from app.services import period_seals
from app.work import Work
from tests.conftest import SignIn
from tests.databases import as_owner
from tests.factories.meetings import make_held_meeting, make_meeting
from tests.factories.notices import make_notification
from tests.factories.people import make_exemption, make_membership
from tests.periods import APRIL, lock
from tests.recounts import differences
from tests.world import World, rows

#: What has no wall although it names a unit or a member, and why.
UNWALLED = {
    "accounts": "asked to find out who asks",
    "sessions": "asked to find out who asks",
    "offices": "asked to find out who asks",
    "memberships": "asked to find out who asks, and by the walls",
    "organizations": "asked to find out who asks, and by the walls",
    "organization_parents": "names no person",
    "transfers": "belongs to two trees; the member's name lies behind the wall",
    "activities": "a member's id and a month",
    "audit_entries": "ids and names of fields; `audit` keeps it to a unit",
    "closures": "names no person",
    "figures": "names no person",
    "finding_counts": "names no person",
    "meeting_plans": "names no person",
    "meetings": "asked by every figure; persons stand in what belongs to it",
    "not_held": "names no person",
    "obligations": "names no person",
    "period_exceptions": "names no person",
    "period_locks": "names no person",
    "period_reviews": "names no person",
    "period_seals": "names no person",
    "reorganizations": "names no person",
    "report_schedules": "names an account",
    "settings": "names no person",
    "templates": "names no person",
    "weekly_summaries": "names no person",
}
REFUSED = "42501"


@pytest.fixture
def postgresql(world: World) -> Engine:
    engine = database.engine()
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite is one file that one process reads: it has no such wall")
    return engine


@pytest.fixture
def other(postgresql: Engine, world: World) -> Iterator[Session]:
    """A connection that has declared the other tree, and asks what it likes."""
    with Session(database.autocommitting(postgresql)) as made:
        walls.declare(made, world.other.path)
        yield made


def members_of(world: World, *cells: str) -> set[Any]:
    return {one for cell in cells for one in world.members[getattr(world, cell).id]}


def refusal(session: Session, statement: str, **values: Any) -> str | None:
    """The state that PostgreSQL refuses with; None where it does not."""
    try:
        session.connection().execute(text(statement), values)
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))
    return None


def walled(session: Session) -> set[str]:
    held = "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
    return set(session.connection().exec_driver_sql(held).scalars())


class TestWhoForgets:
    def test_whoever_declares_nothing_is_told_so_and_writes_nothing(
        self, postgresql: Engine, session: Session
    ) -> None:
        before = len(rows(session, Member))
        with Session(database.autocommitting(postgresql)) as forgetful:
            assert refusal(forgetful, "SELECT count(*) FROM members") == REFUSED
            assert refusal(forgetful, "UPDATE members SET full_name = 'x'") == REFUSED
            assert refusal(forgetful, "DELETE FROM members") == REFUSED

        assert len(rows(session, Member)) == before

    def test_whoever_holds_nothing_sees_nothing(self, postgresql: Engine) -> None:
        with Session(database.autocommitting(postgresql)) as asked:
            Work(asked, Actor(account_id=new_id()), now())

            assert asked.connection().exec_driver_sql("SELECT id FROM members").all() == []

    def test_no_connection_comes_out_of_the_pool_with_what_was_declared(
        self, postgresql: Engine
    ) -> None:
        pool = database.make_engine(postgresql.url.render_as_string(hide_password=False))
        asked_by = "SELECT pg_backend_pid()"
        with database.reading(pool) as asked:
            Work(asked, SYSTEM, now())
            server = asked.connection().exec_driver_sql(asked_by).scalar_one()

        with database.reading(pool) as later:
            assert refusal(later, "SELECT id FROM members") == REFUSED
            assert later.connection().exec_driver_sql(asked_by).scalar_one() == server
        pool.dispose()

    def test_a_session_that_takes_up_another_connection_says_it_again(
        self, postgresql: Engine, world: World
    ) -> None:
        with database.reading() as asked:
            Work(asked, SYSTEM, now())
            asked.close()

            assert len(asked.connection().exec_driver_sql("SELECT id FROM members").all()) > 0

    def test_what_was_declared_for_a_moment_ends_with_it(self, other: Session) -> None:
        everywhere = walls.beyond("a test")(seen_by)

        assert len(everywhere(other)) > len(seen_by(other)) == 3

    def test_it_ends_with_a_refusal_too(self, other: Session) -> None:
        @walls.beyond("a test")
        def fail(_session: Session) -> None:
            raise LookupError

        with pytest.raises(LookupError):
            fail(other)

        assert len(seen_by(other)) == 3


class TestTrees:
    def test_every_table_that_names_a_person_has_a_wall_or_a_reason(
        self, postgresql: Engine, session: Session
    ) -> None:
        named = {
            table.name
            for table in SQLModel.metadata.sorted_tables
            if {"organization_id", "member_id"} & set(table.columns.keys())
            or table.name in ("organizations", "sessions")
        }

        assert named - walled(session) - {"accounts"} == UNWALLED.keys() - {"accounts"}

    def test_a_tree_is_all_that_is_seen(self, other: Session, world: World) -> None:
        assert set(seen_by(other)) == members_of(world, "other_one")

    @pytest.mark.parametrize(
        "times", [300, pytest.param(10_000, marks=pytest.mark.long)], ids=["few", "many"]
    )
    def test_no_random_read_returns_a_row_of_another_tree(
        self, other: Session, session: Session, world: World, times: int
    ) -> None:
        elsewhere = lived_in(session, world, "north_one") | lived_in(session, world, "south_one")
        own = lived_in(session, world, "other_one")
        chance = random.Random(times)
        tables = ("members", "attendances", "notifications", "minutes")
        conditions = ("id = ANY(:some)", "id <> ALL(:some)", "version > :nothing")
        every = sorted(own | elsewhere)
        found: set[Any] = set()
        for _ in range(times):
            table, condition = chance.choice(tables), chance.choice(conditions)
            asked = text(f"SELECT id FROM {table} WHERE {condition}")  # noqa: S608 - our own names
            values = {"some": chance.sample(every, 5), "nothing": 0}
            given = {name: values[name] for name in asked.compile().params}
            found |= set(other.connection().execute(asked, given).scalars())

        assert found & elsewhere == set()
        assert found == own

    def test_nothing_is_written_in_another_tree(
        self, other: Session, session: Session, world: World
    ) -> None:
        stranger = world.members[world.north_one.id][0]
        exemption = Exemption(
            organization_id=world.north_one.id,
            member_id=stranger,
            kind=ExemptionKind.EXEMPT,
            valid_from=now().date(),
        )
        other.add(exemption)
        with pytest.raises(DBAPIError):
            other.flush()
        other.rollback()
        for statement in ("UPDATE members SET full_name = 'x'", "DELETE FROM alerts"):
            assert refusal(other, f"{statement} WHERE id = :id", id=stranger) is None

        (member,) = rows(session, Member, col(Member.id) == stranger)
        assert member.full_name != "x"
        assert rows(session, Exemption) == []

    def test_a_member_of_two_trees_is_seen_with_all_in_both(
        self, other: Session, session: Session, world: World
    ) -> None:
        guest = world.members[world.north_one.id][0]
        make_held_meeting(session, world.north_one, world.members[world.north_one.id])
        stay = Membership(
            organization_id=world.other_one.id,
            member_id=guest,
            kind=MembershipKind.TEMPORARY,
            valid_from=now().date(),
        )
        session.add(stay)
        session.commit()

        lines = other.connection().exec_driver_sql("SELECT member_id FROM attendances").scalars()
        assert set(lines) == {guest}
        assert guest in seen_by(other)

    def test_of_the_only_tree_no_row_is_asked(self, postgresql: Engine, world: World) -> None:
        both = f"{world.root.path} {world.other.path}"
        with Session(database.autocommitting(postgresql)) as asked:
            walls.declare(asked, both)
            said = asked.connection().exec_driver_sql("SELECT wall_is_open()").scalar_one()
            walls.declare(asked, world.root.path)

            assert said is True
            assert asked.connection().exec_driver_sql("SELECT wall_is_open()").scalar() is False

    def test_whoever_serves_both_declares_both(self, world: World) -> None:
        held = tuple(
            Held(Position.INSPECTOR, unit.path)
            for unit in (world.north_one, world.north, world.other)
        )

        assert Actor(held=held).trees == f"{world.root.path} {world.other.path}"
        assert (SYSTEM.trees, Actor().trees) == (walls.EVERY, walls.NONE)


class TestBetweenTrees:
    """What belongs to two trees is as it is where there is no wall: these run on SQLite as well."""

    def test_a_member_moves_to_another_tree_and_the_figures_of_both_are_true(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        mover = world.members[world.north_one.id][6]
        secretary, stranger = sign_in("secretary"), sign_in("stranger")
        body = {"member_id": str(mover), "to_organization_id": str(world.other_one.id)}
        made = secretary.post("/transfers", json=body | {"effective_on": "2026-05-01"})
        path = f"/transfers/{made.json()['id']}"

        assert secretary.post(f"{path}/send").status_code == 200
        assert stranger.get(path).json()["full_name"] == made.json()["full_name"]
        assert stranger.post(f"{path}/accept", json={}).json()["status"] == "accepted"

        assert stranger.get(f"/members/{mover}").status_code == 200
        assert [each["kind"] for each in secretary.get("/notifications").json()["items"]] == [
            "transfer_decided"
        ]
        assert differences() == []

    def test_a_locked_month_is_sealed_anew_by_whoever_acts_in_another_tree(
        self, sign_in: SignIn, world: World
    ) -> None:
        lock(sign_in("officer"), world.north).raise_for_status()

        with database.writing() as acting:
            walls.declare(acting, world.other.path)
            period_seals.seal(acting, APRIL, [world.north_one.id], now())
            period_seals.bind(acting, APRIL, [world.north_one.path])

        assert differences() == []

    def test_a_guest_suspended_at_home_is_not_on_the_roster_of_another_tree(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        wanted = world.members[world.north_one.id][6:8]
        guest, summoned = rows(session, Member, col(Member.id).in_(wanted))
        for one in (guest, summoned):
            make_membership(session, world.other_one, one, kind=MembershipKind.TEMPORARY)
        make_exemption(session, world.north_one, guest, kind=ExemptionKind.SUSPENDED)
        meeting = make_meeting(session, world.other_one, status=MeetingStatus.SCHEDULED)
        session.commit()

        sign_in("stranger").post(f"/meetings/{meeting.id}/open").raise_for_status()

        on_sheet = {row.member_id for row in rows(session, Attendance)}
        assert summoned.id in on_sheet
        assert guest.id not in on_sheet


class TestTheRole:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_entries SET action = 'x'",
            "DELETE FROM audit_entries",
            "TRUNCATE audit_entries CASCADE",
            "UPDATE audit_seals SET number = 0",
            "DELETE FROM audit_seals",
            "UPDATE access_entries SET reason = ''",
            "TRUNCATE members CASCADE",
            "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
            "ALTER TABLE members DISABLE ROW LEVEL SECURITY",
            "DROP POLICY wall ON members",
            "ALTER FUNCTION wall_is_open() RESET ALL",
            "CREATE TABLE mine (id integer)",
            "DROP TABLE figures",
            "UPDATE alembic_version SET version_num = 'x'",
            "SET session_replication_role = replica",
        ],
    )
    def test_it_alters_no_table_and_no_trail(self, session: Session, statement: str) -> None:
        if database.engine().dialect.name != "postgresql":
            pytest.skip("SQLite knows no roles")

        assert refusal(session, statement) == REFUSED

    def test_it_owns_nothing_and_passes_no_wall(self, postgresql: Engine) -> None:
        assert not walls.are_passed_by(postgresql)
        with as_owner(postgresql) as owner:
            assert walls.are_passed_by(owner)


class TestTheTrail:
    @pytest.mark.usefixtures("owned")
    @pytest.mark.parametrize("statement", ["UPDATE {} SET version = 2", "DELETE FROM {}"])
    def test_not_even_the_owner_changes_it(self, sign_in: SignIn, statement: str) -> None:
        sign_in("secretary").post("/auth/logout").raise_for_status()

        with pytest.raises(DBAPIError), database.engine().begin() as connection:
            connection.exec_driver_sql(statement.format("audit_entries"))


def seen_by(session: Session) -> list[Any]:
    statement = select(Member.id).execution_options(scoped="a test")
    return list(session.execute(statement).scalars())


def lived_in(session: Session, world: World, cell: str) -> set[Any]:
    """The ids of everything of a cell that lies behind the wall."""
    unit = getattr(world, cell)
    people = world.members[unit.id]
    meeting = make_held_meeting(session, unit, people)
    for member_id in people:
        make_notification(session, meeting, member_id)
    session.commit()
    kinds = (Attendance, Notification, Minutes)
    made = {
        row.id for kind in kinds for row in rows(session, kind, kind.organization_id == unit.id)
    }
    return made | set(people)
