"""One history for both databases: up, equal to the models, down to nothing, and up again."""

from datetime import date, timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import Session, SQLModel

from app.core import database, migrations
from app.models import Attendance, Meeting, MeetingStatus, Organization, Setting
from app.services import rules
from tests.factories.meetings import make_absence_report, make_minutes
from tests.sheets import make_sheet
from tests.tables import fingerprint_of_tables
from tests.world import World, rows


def tables() -> set[str]:
    return set(inspect(database.engine()).get_table_names()) - {"alembic_version"}


@pytest.mark.usefixtures("empty_database")
class TestTheHistory:
    def test_makes_every_table_of_the_models(self) -> None:
        assert tables() == set(SQLModel.metadata.tables)

    def test_leaves_no_difference_to_the_models(self) -> None:
        migrations.check(database.engine())

    def test_goes_down_to_nothing_and_up_again(self) -> None:
        engine = database.engine()

        migrations.downgrade(engine)
        assert tables() == set()
        migrations.upgrade(engine)

        assert tables() == set(SQLModel.metadata.tables)
        migrations.check(engine)

    def test_goes_up_again_without_doing_anything(self) -> None:
        engine = database.engine()
        made = tables()

        migrations.upgrade(engine)

        assert tables() == made


def test_it_is_one_line() -> None:
    script = ScriptDirectory.from_config(migrations.config())

    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


@pytest.mark.usefixtures("owned")
def test_upgrading_a_database_in_use_keeps_its_rows(world: World, session: Session) -> None:
    before = fingerprint_of_tables(session)

    migrations.upgrade(database.engine())

    assert fingerprint_of_tables(session) == before
    assert len(rows(session, Organization)) == 8


@pytest.mark.usefixtures("owned")
def test_a_meeting_held_before_goes_back_and_comes_forward(world: World, session: Session) -> None:
    """SQLite changes some columns by building the table anew, which its references forbid."""
    meeting = make_sheet(session, world, status=MeetingStatus.SUBMITTED)
    make_minutes(session, meeting)
    make_absence_report(session, meeting, world.members[world.north_one.id][0])
    before = {(line.id, line.status) for line in rows(session, Attendance)}
    session.close()

    migrations.downgrade(database.engine(), "711dd823de88")
    migrations.upgrade(database.engine())

    assert {(line.id, line.status) for line in rows(session, Attendance)} == before
    (after,) = rows(session, Meeting)
    assert after.minutes_written_at is not None
    if database.engine().dialect.name == "sqlite":
        with database.engine().connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


@pytest.mark.usefixtures("owned")
def test_months_counted_before_documents_keep_what_they_asked_for(
    world: World, session: Session
) -> None:
    migrations.downgrade(database.engine(), "9a328d5e0f59")
    migrations.upgrade(database.engine())

    said = sorted(rows(session, Setting), key=lambda row: (row.organization_id, row.valid_from))
    assert [(row.name, row.value) for row in said] == 2 * [
        ("on_time_needs", []),
        ("on_time_needs", None),
    ]
    assert {row.created_at.utcoffset() for row in said} == {timedelta(0)}
    in_force = rules.load(session).at
    for unit in (world.north_one, world.other_one):
        assert in_force(unit.path, date(2026, 1, 1)).on_time_needs == ()
        assert in_force(unit.path, date(2100, 1, 1)) == rules.DEFAULT


def test_every_foreign_key_is_kept(world: World) -> None:
    """SQLite enforces them only when told so."""
    engine = database.engine()
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    declared = {
        (table.name, key.parent.name)
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
    }
    found = {
        (table, column)
        for table in tables()
        for key in inspect(engine).get_foreign_keys(table)
        for column in key["constrained_columns"]
    }
    assert found == declared
