"""A backup brings everything back, but for what was ended since, and lets nobody in."""

import json
import shutil
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session, col
from typer.testing import CliRunner, Result

from app.cli import cli
from app.commands.backups import REFUSALS
from app.core import database, keys
from app.core.settings import settings
from app.files.store import FolderStore
from app.jobs.journalling import Journalling
from app.jobs.sealing import seal
from app.models import (
    Account,
    AccountSession,
    ActivationCode,
    Document,
    KeptAnswer,
    Meeting,
    Office,
)
from app.services import backups, restores
from tests.conftest import SignIn
from tests.databases import Databases, as_owner
from tests.factories.files import make_pdf
from tests.recounts import differences
from tests.second_factors import digits
from tests.tables import fingerprint_of_tables
from tests.world import World, rows

pytestmark = pytest.mark.usefixtures("world")
PDF = make_pdf()
KEY = b64encode(b"a key of thirty-two bytes ......")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


@pytest.fixture(autouse=True)
def _own_files(
    tmp_path: Path, databases: Databases, world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Files and a journal of this test alone; and whoever may copy every row of a server."""
    if databases.server is not None and shutil.which("pg_dump") is None:
        pytest.skip("without PostgreSQL's client programs")
    monkeypatch.setattr(settings(), "deletions_file", tmp_path / "deletions.jsonl")
    _files_at(tmp_path / "files", monkeypatch)
    with as_owner(database.engine()) as owner:
        monkeypatch.setattr(database, "engine", lambda: owner)
        yield


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "backup.key"
    file.write_bytes(KEY)
    return file


@pytest.fixture
def elsewhere(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Go to a machine on which nothing was ever started, but for the file of keys."""
    with databases.untouched() as engine, as_owner(engine) as owner:

        def go() -> None:
            monkeypatch.setattr(database, "engine", lambda: owner)
            _files_at(tmp_path / "elsewhere", monkeypatch)

        yield go


def _files_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = FolderStore(folder)
    for place in ("app.services.uploads", "app.services.backups", "app.services.restores"):
        monkeypatch.setattr(f"{place}.store", lambda: files)


def made(folder: Path, *told: str) -> Path:
    answer = run("backup", str(folder), *told)
    assert answer.exit_code == 0, answer.output
    return Path(answer.output.split(": ")[0].removeprefix("wrote "))


def restored(folder: Path, *told: str) -> Result:
    answer = run("restore", str(folder), *told)
    assert answer.exit_code == 0, (answer.output, answer.exception)
    return answer


def tables() -> Any:
    with Session(database.autocommitting(database.engine())) as session:
        return fingerprint_of_tables(session)


def now_rows(model: Any, *where: Any) -> list[Any]:
    with Session(database.autocommitting(database.engine())) as session:
        return rows(session, model, *where)


def upload(client: TestClient, world: World) -> Any:
    answer = client.post(
        "/documents",
        data={"organization_id": str(world.north_one.id), "title": "Kế hoạch năm"},
        files={"file": ("ke-hoach.pdf", PDF)},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def withdraw(client: TestClient, document: Any) -> None:
    headers = {"if-match": f'"{document["version"]}"'}
    answer = client.delete(f"/documents/{document['id']}", headers=headers)
    assert answer.status_code == 204, answer.text


class TestRestore:
    def test_every_row_and_every_file_comes_back(
        self, sign_in: SignIn, world: World, tmp_path: Path, elsewhere: Any
    ) -> None:
        document = upload(sign_in("secretary"), world)
        before = tables()
        folder = made(tmp_path / "backups")
        elsewhere()

        restores.bring_back(folder, backups.read(folder, None), None)

        assert tables() == before
        content = sign_in("secretary").get(f"/documents/{document['id']}/file")
        assert content.content == PDF

    def test_nobody_is_let_in_by_it(
        self, sign_in: SignIn, world: World, tmp_path: Path, elsewhere: Any
    ) -> None:
        secretary = sign_in("secretary")
        member = str(world.members[world.north_one.id][0])
        codes = secretary.post(
            "/activation-codes", json={"member_ids": [member]}, headers={"idempotency-key": "once"}
        )
        assert codes.status_code in (200, 201), codes.text
        folder = made(tmp_path / "backups")
        elsewhere()

        restored(folder)

        assert secretary.get("/me").status_code == 401
        assert now_rows(AccountSession, col(AccountSession.revoked_at).is_(None)) == []
        assert {row.revoked_because for row in now_rows(AccountSession)} >= {"restored"}
        assert all(code.voided_at for code in now_rows(ActivationCode))
        assert now_rows(KeptAnswer) == []
        assert {account.calendar_digest for account in now_rows(Account)} == {None}
        assert differences() == []

    @pytest.mark.long
    def test_what_was_ended_since_is_ended_again(
        self,
        sign_in: SignIn,
        world: World,
        session: Session,
        tmp_path: Path,
        elsewhere: Any,
        clock: time_machine.Traveller,
    ) -> None:
        document = upload(sign_in("secretary"), world)
        folder = made(tmp_path / "backups")
        clock.shift(timedelta(days=2))
        _end_things(sign_in, world, session, document)
        seal()
        Journalling().turn()
        ended = {account.id: account.disabled_at for account in rows(session, Account)}
        elsewhere()

        told = restored(folder).output

        assert "once more: document.withdrawn" in told
        assert "once more: totp.confirmed" in told  # the factor of before may be what was stolen
        assert now_rows(Document)[0].withdrawn_at is not None
        assert {a.id: a.disabled_at for a in now_rows(Account)} == ended
        office = now_rows(Office, Office.member_id == world.people["secretary"].member_id)[0]
        assert office.valid_to == datetime.fromisoformat("2026-05-20").date()

    @pytest.mark.long
    def test_a_restored_backup_is_journalled_on_from_its_own_chain(
        self, sign_in: SignIn, world: World, tmp_path: Path, elsewhere: Any
    ) -> None:
        folder = made(tmp_path / "backups")
        document = upload(sign_in("secretary"), world)
        withdraw(sign_in("secretary"), document)
        seal()
        Journalling().turn()
        elsewhere()
        restored(folder)

        seal()
        worker = Journalling()
        worker.turn()
        worker.turn()

        told = [json.loads(line) for line in settings().deletions_file.read_text().splitlines()]
        assert [line["action"] for line in told] == ["begun", "document.withdrawn", "restored"]

    @pytest.mark.long
    def test_a_journal_without_deletions_is_not_a_lost_one(
        self, tmp_path: Path, elsewhere: Any
    ) -> None:
        folder = made(tmp_path / "backups")
        Journalling().turn()
        elsewhere()

        assert "no journal" not in restored(folder).output


def _end_things(sign_in: SignIn, world: World, session: Session, document: Any) -> None:
    """A document withdrawn by its route, an office that ends, an account that is disabled."""
    withdraw(sign_in("secretary"), document)
    office = rows(session, Office, Office.member_id == world.people["secretary"].member_id)[0]
    body = {"valid_to": "2026-05-20"}
    answer = sign_in("officer").patch(f"/offices/{office.id}", json=body)
    assert answer.status_code == 200, answer.text
    account = world.people["member"].account_id
    secret = sign_in("deputy").post("/me/totp").json()["secret"]
    answer = sign_in("deputy").post("/me/totp/confirm", json={"code": digits(secret)})
    assert answer.status_code == 200, answer.text
    answer = sign_in("administrator").post(
        f"/accounts/{account}/disable", json={"reason": "Mất điện thoại"}
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.long
class TestRefusals:
    @pytest.mark.parametrize(
        ("part", "is_sealed"),
        [
            ("database", False),
            ("files", False),
            ("database", True),
            ("files", True),
            ("manifest.json", True),  # a plain one proves only what lies beside it
        ],
    )
    def test_what_was_altered_is_not_restored(
        self,
        sign_in: SignIn,
        world: World,
        tmp_path: Path,
        elsewhere: Any,
        key: Path,
        part: str,
        is_sealed: bool,
    ) -> None:
        upload(sign_in("secretary"), world)
        told = ("--key", str(key)) if is_sealed else ()
        folder = made(tmp_path / "backups", *told)
        _alter(folder / part if part != "files" else _only_file(folder.parent))
        elsewhere()

        answer = run("restore", str(folder), *told)

        assert isinstance(answer.exception, REFUSALS)
        assert not _is_there()

    def test_a_file_that_is_missing_is_named_before_anything_is_written(
        self, sign_in: SignIn, world: World, tmp_path: Path, elsewhere: Any
    ) -> None:
        upload(sign_in("secretary"), world)
        folder = made(tmp_path / "backups")
        shutil.rmtree(folder.parent / "files")
        elsewhere()

        answer = run("restore", str(folder))

        assert "1 files are missing" in str(answer.exception)
        assert not _is_there()

    def test_nothing_that_is_there_is_replaced(self, tmp_path: Path) -> None:
        folder = made(tmp_path / "backups")

        assert "not empty" in str(run("restore", str(folder)).exception)

    def test_another_file_of_keys_is_noticed(
        self, tmp_path: Path, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = made(tmp_path / "backups")
        elsewhere()
        other = tmp_path / "keys.json"
        keys.create_keys(other)
        monkeypatch.setattr(keys, "keys", lambda: keys.read_keys(other))

        assert "file of keys" in str(run("restore", str(folder)).exception)

    def test_a_sealed_one_opens_with_its_key_alone(
        self, tmp_path: Path, elsewhere: Any, key: Path
    ) -> None:
        folder = made(tmp_path / "backups", "--key", str(key))
        plain = made(tmp_path / "backups")
        other = tmp_path / "other.key"
        other.write_bytes(b64encode(b"another key of as many bytes ..."))
        elsewhere()

        assert "name its key" in str(run("restore", str(folder)).exception)
        assert "another one" in str(run("restore", str(folder), "--key", str(other)).exception)
        assert "no key" in str(run("restore", str(plain), "--key", str(key)).exception)
        restored(folder, "--key", str(key))


def _only_file(folder: Path) -> Path:
    (file,) = (each for each in (folder / "files").rglob("*") if each.is_file())
    return file


def _alter(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _is_there() -> bool:
    with database.engine().connect() as connection:
        return bool(connection.dialect.has_table(connection, "members"))


class TestWhatIsInIt:
    def test_sealed_there_is_nothing_to_read(
        self, sign_in: SignIn, world: World, tmp_path: Path, key: Path
    ) -> None:
        upload(sign_in("secretary"), world)
        made(tmp_path / "sealed", "--key", str(key))

        content = b"".join(
            each.read_bytes() for each in (tmp_path / "sealed").rglob("*") if each.is_file()
        )

        for plain in ("Chi bộ Bắc 1", "Kế hoạch năm", "SQLite format", "PGDMP", "%PDF"):
            assert plain.encode() not in content

    @pytest.mark.long
    def test_the_keys_are_not(self, tmp_path: Path) -> None:
        answer = run("backup", str(tmp_path / "backups"))

        secret = json.loads(settings().keys_file.read_text())
        content = b"".join(
            each.read_bytes() for each in (tmp_path / "backups").rglob("*") if each.is_file()
        )
        assert str(settings().keys_file) in answer.output
        assert secret["index"].encode() not in content
        assert secret["tokens"].encode() not in content

    @pytest.mark.long
    def test_a_file_is_copied_once_for_all_backups(
        self, sign_in: SignIn, world: World, tmp_path: Path, clock: time_machine.Traveller
    ) -> None:
        upload(sign_in("secretary"), world)
        made(tmp_path / "backups")
        file = _only_file(tmp_path / "backups")
        written = file.stat().st_mtime_ns
        clock.shift(timedelta(hours=1))

        made(tmp_path / "backups")

        assert file.stat().st_mtime_ns == written
        assert len(list((tmp_path / "backups").glob("2*/manifest.json"))) == 2

    @pytest.mark.long
    def test_a_file_that_nobody_has_is_told_of(
        self, sign_in: SignIn, world: World, tmp_path: Path
    ) -> None:
        upload(sign_in("secretary"), world)
        shutil.rmtree(tmp_path / "files")

        answer = run("backup", str(tmp_path / "backups"))

        assert answer.exit_code == 1
        assert "1 files that rows name are nowhere" in answer.output

    def test_a_backup_that_fails_leaves_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backups, "_write", _fail)

        assert run("backup", str(tmp_path / "backups")).exit_code == 1

        assert [each.name for each in (tmp_path / "backups").iterdir()] == ["files"]


def _fail(*_given: Any) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.long
def test_it_is_of_one_moment_however_many_write_meanwhile(
    sign_in: SignIn, world: World, tmp_path: Path, elsewhere: Any
) -> None:
    with written(sign_in("secretary"), world) as ids:
        for number in range(3):
            before = set(ids)
            folder = made(tmp_path / f"backups{number}")
    elsewhere()

    restored(folder)

    found = {str(meeting.id) for meeting in now_rows(Meeting)}
    assert before
    assert before <= found <= set(ids)
    assert differences() == []


@contextmanager
def written(client: TestClient, world: World) -> Iterator[list[str]]:
    """The ids of meetings that three go on drafting, each in a month of its own."""
    enough, ids = threading.Event(), list[str]()

    def write(month: int) -> None:
        while not enough.is_set():
            body = {
                "organization_id": str(world.north_one.id),
                "title": "Sinh hoạt",
                "starts_at": f"2026-{month:02}-05T19:00:00+07:00",
            }
            ids.append(client.post("/meetings", json=body).json()["id"])

    writers = [threading.Thread(target=write, args=(month,)) for month in (6, 7, 8)]
    for writer in writers:
        writer.start()
    while len(ids) < 20:
        enough.wait(0.01)
    yield ids
    enough.set()
    for writer in writers:
        writer.join()
