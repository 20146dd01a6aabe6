"""The commands an operator types: each says what it did, and fails aloud."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlalchemy import update
from sqlmodel import Session, col
from typer.testing import CliRunner, Result

from app.cli import cli
from app.core import database, keys, settings
from app.core.clock import now as clock_now
from app.files.store import store
from app.models import Account, AuditEntry, Figure, Office, Role
from app.workbooks import columns
from app.workbooks.writing import write_organizations
from tests.conftest import SignIn
from tests.factories.meetings import make_document, make_meeting
from tests.factories.people import TOTP_SECRET
from tests.factories.workbooks import make_full_list, make_member
from tests.periods import APRIL, lock
from tests.second_factors import digits
from tests.world import World, rows


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a machine on which nothing was ever started."""
    monkeypatch.setenv("SOTAY_KEYS_FILE", str(tmp_path / "var" / "keys.json"))
    monkeypatch.setenv("SOTAY_DATABASE_URL", f"sqlite:///{tmp_path}/var/new.db")
    caches = (settings.settings, keys.ring, database.engine)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    database.engine().dispose()
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


class TestMigrate:
    def test_it_makes_the_keys_once_for_an_untouched_database(self, fresh: Path) -> None:
        file = fresh / "var" / "keys.json"

        first = run("migrate")
        made = file.read_text()
        second = run("migrate")

        assert (first.exit_code, second.exit_code) == (0, 0), first.output
        assert "back it up" in first.output
        assert file.read_text() == made
        assert file.stat().st_mode & 0o077 == 0

    def test_lost_keys_are_never_replaced(self, fresh: Path) -> None:
        file = fresh / "var" / "keys.json"
        run("migrate")
        file.unlink()
        keys.ring.cache_clear()

        answer = run("migrate")

        assert isinstance(answer.exception, keys.KeysMissing)
        assert not file.exists()


class TestImport:
    def test_a_tree_and_its_members_come_in_by_two_commands(
        self, empty_database: None, clock: time_machine.Traveller, tmp_path: Path
    ) -> None:
        tree, people, rejects = (tmp_path / f"{name}.xlsx" for name in ("a", "b", "c"))
        write_organizations(
            tree,
            [
                {"code": "97.001", "name": "Đảng bộ A", "kind": "superior"},
                {
                    "code": "97.002",
                    "name": "Chi bộ B",
                    "kind": "cell",
                    "unit_type": "army",
                    "parent_code": "97.001",
                },
            ],
        )
        other = dict.fromkeys((columns.PERSONAL_ID, columns.CARD_NUMBER), "971080000002")
        known = make_member(**{columns.ORGANIZATION: "97.002"})
        people.write_bytes(make_full_list(known, make_member(**other)))

        first = run("import", str(tree), "--kind", "organizations", "--commit")
        second = run("import", str(people), "--commit", "--rejects", str(rejects))
        third = run("import", str(people))

        assert "'new': 2" in first.output, first.output
        assert "'new': 1" in second.output, second.output
        assert "'rejected': 1" in second.output
        refused = CalamineWorkbook.from_path(str(rejects)).get_sheet_by_index(0).to_python()
        assert refused[-1][-2] == "Không hợp lệ"
        assert "'same': 1" in third.output, third.output
        assert "committed" not in third.output
        shown = run("dashboard")
        assert "accounts_activated     0/1 = 0,00 %" in shown.output, shown.output


class TestDemonstrationCode:
    def test_it_prints_what_an_authenticator_shows(self, clock: time_machine.Traveller) -> None:
        assert run("demo", "code", TOTP_SECRET).output == f"{digits()}\n"

    @pytest.mark.parametrize("word", ["", "123", "not a secret!"])
    def test_what_is_no_secret_is_refused(self, word: str) -> None:
        assert run("demo", "code", word).exit_code != 0


class TestDashboard:
    @pytest.mark.parametrize("name", ["", "97.001", "97.001.001"])
    def test_it_prints_the_figures_in_vietnamese(
        self, world: World, clock: time_machine.Traveller, name: str
    ) -> None:
        answer = run("dashboard", *([name] if name else []), "--period", "2026-05")

        assert answer.exit_code == 0, answer.output
        assert "cells_met              0/" in answer.output
        assert "quiz_participation     0/0 = —" in answer.output
        assert "," in answer.output

    def test_an_unknown_unit_is_refused(self, world: World, clock: time_machine.Traveller) -> None:
        assert run("dashboard", "no such unit").exit_code != 0


class TestRecount:
    def test_it_is_silent_about_true_figures_and_fails_for_false_ones(
        self, world: World, clock: time_machine.Traveller, session: Session
    ) -> None:
        assert run("recount").exit_code == 0
        corrupt = update(Figure).where(col(Figure.organization_id) == world.root.id)
        session.execute(corrupt.values(cells=77).execution_options(scoped="a test"))

        failed = run("recount")
        repaired = run("recount", "--repair")

        assert failed.exit_code == 1
        assert "stored 77, true 3" in failed.output
        assert "repaired" in repaired.output
        assert run("recount").exit_code == 0

    def test_a_broken_seal_is_named_and_not_repaired(
        self, world: World, clock: time_machine.Traveller, session: Session, sign_in: SignIn
    ) -> None:
        lock(sign_in("officer"), world.root).raise_for_status()
        place = col(Figure.organization_id) == world.north_one.id, col(Figure.period) == APRIL
        corrupt = update(Figure).where(*place).values(cells_met=1)
        session.execute(corrupt.execution_options(scoped="a test"))

        tried = run("recount", "--repair")

        assert tried.exit_code == 1
        (row,) = rows(session, Figure, *place)
        assert f"{APRIL} {row.path} seal" in tried.output
        assert row.cells_met == 1
        (above,) = rows(session, Figure, Figure.organization_id == world.root.id, place[1])
        assert above.cells_met == 0


class TestAdministrator:
    def test_the_first_one_is_made_at_the_command_line(
        self, world: World, clock: time_machine.Traveller, session: Session
    ) -> None:
        answer = run("admin", "create", "chi.huy", "97.001")

        assert answer.exit_code == 0, answer.output
        account = rows(session, Account, Account.staff_name == "chi.huy")[0]
        offices = rows(session, Office, Office.account_id == account.id)
        assert [(row.role, row.organization_id) for row in offices] == [
            (Role.ADMINISTRATOR, world.root.id)
        ]
        traces = rows(session, AuditEntry, AuditEntry.subject_id == account.id)
        assert [row.action for row in traces] == ["account.created", "staff_code.created"]

    def test_its_code_opens_the_account_once_within_a_day(
        self, world: World, clock: time_machine.Traveller, client: TestClient
    ) -> None:
        words = run("admin", "create", "chi.huy", "97.001").output.split()
        code = words[words.index("activation-code") + 1]
        body = {
            "card_number": "chi.huy",
            "activation_code": code,
            "password": "câu mật khẩu mới rất dài",
        }

        clock.shift(timedelta(hours=23))

        assert client.post("/auth/activate", json=body).status_code == 200
        assert client.post("/auth/activate", json=body).status_code == 410

    @pytest.mark.parametrize(
        ("name", "code"), [("quantri", "97.001"), ("khac", "12.345"), ("Văn Phòng", "97.001")]
    )
    def test_a_taken_name_an_unknown_unit_and_what_is_no_name_are_refused(
        self,
        world: World,
        clock: time_machine.Traveller,
        session: Session,
        name: str,
        code: str,
    ) -> None:
        before = len(rows(session, Account))

        assert run("admin", "create", name, code).exit_code != 0

        assert len(rows(session, Account)) == before


class TestDemo:
    def test_it_keeps_away_from_a_real_committee(
        self, world: World, clock: time_machine.Traveller, session: Session
    ) -> None:
        hashes = {row.id: row.password_hash for row in rows(session, Account)}

        answer = run("demo")

        assert answer.exit_code == 1
        assert "real committee" in answer.output
        assert {row.id: row.password_hash for row in rows(session, Account)} == hashes

    def test_it_writes_its_workbooks(self, tmp_path: Path) -> None:
        answer = run("demo", "workbook", str(tmp_path))

        assert answer.exit_code == 0
        assert len(list(tmp_path.glob("*.xlsx"))) == 2


class TestSweepFiles:
    def test_only_what_nothing_names_is_removed_and_only_after_a_week(
        self, world: World, clock: time_machine.Traveller, session: Session
    ) -> None:
        kept = {name: store().keep(BytesIO(name.encode()), 100) for name in ("named", "left")}
        meeting = make_meeting(session, world.north_one)
        make_document(session, meeting, digest=kept["named"].digest)

        assert "0 files would" in run("sweep-files").output
        clock.move_to(clock_now() + timedelta(days=4000))  # files carry the time of the disk
        assert "files would be removed" in run("sweep-files").output
        assert store().size(kept["left"].digest)
        run("sweep-files", "--remove")

        assert store().size(kept["left"].digest) is None
        assert store().size(kept["named"].digest) == len("named")


class TestOpenApi:
    def test_it_prints_the_document(self) -> None:
        document = json.loads(run("openapi").output)

        assert "/api/v1/meetings/{meeting_id}/schedule" in document["paths"]
