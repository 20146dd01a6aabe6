"""Keys are changed under way: nothing is lost, nobody is held up, all is sealed anew."""

import itertools
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import Session, col
from typer.testing import CliRunner, Result

from app.cli import cli
from app.core import clock, database, keys
from app.core.confidential import unseal
from app.core.settings import settings
from app.models import Account, Member
from app.services import key_rotations
from tests.conftest import SignIn
from tests.uploads import bring_in, listed
from tests.world import World, rows


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


@pytest.fixture(autouse=True)
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A copy of the keys that the world was sealed with, which a test may change."""
    copy = tmp_path / "keys.json"
    shutil.copy(settings().keys_file, copy)
    monkeypatch.setattr(settings(), "keys_file", copy)
    keys.ring.cache_clear()
    yield copy
    monkeypatch.undo()
    keys.ring.cache_clear()


def rotate(file: Path) -> str:
    name = key_rotations.begin(file)
    for _ in key_rotations.renew_all(pause=0):
        pass
    return name


def counts() -> dict[str, int]:
    with database.reading() as session:
        return key_rotations.counts(session)


def people(session: Session) -> list[Any]:
    return [(each.personal_id, each.card_number, each.version) for each in rows(session, Member)]


def is_database_held() -> bool:
    """Whether another process that asked for the same now would have to wait."""
    engine = database.engine()
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database), timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
        return False
    with database.reading() as session:
        found = session.connection().exec_driver_sql(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database()"
        )
        return bool(found.scalar_one())


def make_old(file: Path) -> None:
    """As if the keys had been changed an hour ago."""
    then = clock.now().timestamp() - key_rotations.PATIENCE.total_seconds()
    os.utime(file, (then, then))


class TestRotate:
    def test_every_value_is_sealed_anew_and_reads_the_same(
        self, world: World, session: Session, file: Path
    ) -> None:
        before, total = people(session), counts()["1"]
        [first, *_] = rows(session, Member)
        older = first.personal_id_sealed or b""

        assert rotate(file) == "2"

        assert counts() == {"1": 0, "2": total, "": 0}
        assert total > 2 * len(before)  # their accounts' second factors too
        assert people(session) == before
        # What a backup of before holds opens too.
        assert unseal(older, "members.personal_id", first.id) == before[0][0]
        assert all(
            each.totp_secret
            for each in rows(session, Account, col(Account.totp_confirmed_at).is_not(None))
        )

    def test_broken_off_it_goes_on_under_the_same_key(
        self, world: World, session: Session, file: Path
    ) -> None:
        total = counts()["1"]
        name = key_rotations.begin(file)
        walks = key_rotations.renew_all(pause=0)
        while not next(walks).renewed:
            pass
        assert 0 < counts()["1"] < total

        assert rotate(file) == name

        assert counts() == {"1": 0, name: total, "": 0}

    def test_one_that_is_begun_before_another_has_ended_is_followed(
        self, world: World, file: Path
    ) -> None:
        total = counts()["1"]
        key_rotations.begin(file)

        for _ in key_rotations.renew_all(pause=0):
            if not counts()["1"] and "3" not in keys.keys().fields:
                key_rotations.begin(file)

        assert counts() == {"1": 0, "2": 0, "3": total, "": 0}

    def test_nobody_else_changes_the_file_meanwhile(
        self, world: World, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add, held = keys.add_field_key, list[bool]()

        def look(path: Path) -> str:
            held.append(is_database_held())
            return add(path)

        monkeypatch.setattr(keys, "add_field_key", look)
        key_rotations.add(file)
        rotate(file)
        rotate(file)

        assert held == [True, True]

    def test_a_key_that_was_added_beforehand_is_the_one(self, world: World, file: Path) -> None:
        assert run("keys", "add").exit_code == 0
        assert keys.keys().active_field == "1"

        answer = run("keys", "rotate")

        assert answer.exit_code == 0, answer.output
        assert "key 2 is active" in answer.output
        assert set(keys.keys().fields) == {"1", "2"}

    def test_what_lies_sealed_within_a_journal_is_taken_back_without_the_older_key(
        self, sign_in: SignIn, session: Session, world: World, file: Path
    ) -> None:
        officer = sign_in("officer")
        [member] = rows(session, Member, Member.id == world.members[world.north_one.id][-1])
        known = member.card_number
        moved = bring_in(officer, listed(member, **{"Số thẻ đảng viên": "979999000001"}))
        rotate(file)
        make_old(file)
        assert run("keys", "rotate", "--retire").output == "removed keys: 1\n"

        answer = officer.post(f"/imports/{moved['id']}/take-back")

        assert answer.status_code == 200, answer.text
        [member] = rows(session, Member, Member.id == member.id)
        assert member.card_number == known

    def test_a_value_that_does_not_open_is_left_and_said(
        self, world: World, session: Session, file: Path
    ) -> None:
        swap(session, world)

        answer = run("keys", "rotate")

        assert answer.exit_code == 1
        assert "2 values do not open" in answer.output
        assert counts()["1"] == 2


class TestRetire:
    def test_a_key_that_seals_something_stays(self, world: World, file: Path) -> None:
        key_rotations.begin(file)
        make_old(file)

        assert run("keys", "rotate", "--retire").output == "removed keys: none\n"
        assert set(keys.keys().fields) == {"1", "2"}

    def test_not_within_an_hour_of_the_change(self, world: World, file: Path) -> None:
        rotate(file)

        assert isinstance(run("keys", "rotate", "--retire").exception, key_rotations.TooSoon)
        assert set(keys.keys().fields) == {"1", "2"}

    def test_an_id_is_never_given_twice(self, world: World, file: Path) -> None:
        rotate(file)
        make_old(file)
        run("keys", "rotate", "--retire")

        assert rotate(file) == "3"


class TestShow:
    def test_ids_and_numbers_and_no_key(self, world: World, file: Path) -> None:
        key_rotations.add(file)
        answer = run("keys", "show")

        assert answer.exit_code == 0
        assert answer.output.splitlines()[0].endswith("values, active")
        assert answer.output.splitlines()[1] == "key 2: 0 values"
        secret = file.read_text().split('"')
        assert not any(len(word) > 20 and word in answer.output for word in secret)

    def test_values_of_a_lost_key_are_an_alarm(self, world: World, file: Path) -> None:
        older = file.read_text()
        rotate(file)
        file.write_text(older)

        answer = run("keys", "show")

        assert answer.exit_code == 1
        assert "name a key that the file does not hold" in answer.output


class TestReading:
    def test_a_swapped_value_fails_closed_and_says_nothing(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        one, other = swap(session, world)

        answer = sign_in("secretary").get(f"/members/{one.id}")

        assert (answer.status_code, answer.json()["code"]) == (503, "unreadable")
        assert int(answer.headers["retry-after"]) > 0
        assert str(other.personal_id)[-4:] not in answer.json()["detail"]

    def test_a_process_that_has_not_looked_yet_opens_what_a_new_key_sealed(
        self, world: World, session: Session, file: Path
    ) -> None:
        before, older = people(session), file.read_bytes()
        rotate(file)
        newer = file.read_bytes()
        file.write_bytes(older)
        keys.ring.cache_clear()
        assert "2" not in keys.keys().fields

        file.write_bytes(newer)

        assert people(session) == before


def swap(session: Session, world: World) -> tuple[Member, Member]:
    """Exchange the sealed ids of two members, as somebody with the database might."""
    first, second, *_ = world.members[world.north_one.id]
    one, other = (rows(session, Member, Member.id == each)[0] for each in (first, second))
    for row, taken in ((one, other), (other, one)):
        _put(session, row.id, taken.personal_id_sealed)
    return one, other


def _put(session: Session, member_id: UUID, sealed: bytes | None) -> None:
    stolen = update(Member).where(col(Member.id) == member_id).values(personal_id_sealed=sealed)
    session.execute(stolen.execution_options(scoped="a test", synchronize_session=False))


@pytest.mark.long
def test_nobody_notices_while_keys_are_changed(
    sign_in: SignIn, session: Session, world: World, file: Path
) -> None:
    """Two read and one writes while the keys change three times: no answer fails, none is old."""
    over, wrong = threading.Event(), list[str]()
    path = f"/members/{world.members[world.north_one.id][-1]}"

    def read(person: str) -> None:
        client = sign_in(person)
        while not over.is_set():
            answer = client.get("/members", params={"limit": 50})
            wrong.extend([answer.text] if answer.status_code != 200 else [])

    def write(person: str) -> None:
        client = sign_in(person)
        for number in itertools.takewhile(lambda _: not over.is_set(), itertools.count(1000)):
            match = {"if-match": client.get(path).headers["etag"]}
            answer = client.patch(path, json={"phone": f"+8491234{number}"}, headers=match)
            told = answer.json().get("phone") or ""
            wrong.extend([answer.text] if not told.endswith(str(number)) else [])

    with ThreadPoolExecutor() as pool:
        people = [pool.submit(read, "secretary"), pool.submit(read, "officer")]
        people.append(pool.submit(write, "secretary"))
        try:
            for _ in range(3):
                rotate(file)
        finally:
            over.set()
        for person in people:
            person.result()

    assert wrong == []
    assert counts()["4"] == sum(counts().values())
