"""Every committed entry gets one place in one chain, whoever wrote it, and no writer waits."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli import cli
from app.core import clock as clocks
from app.core import database
from app.core.ids import first_id
from app.core.settings import settings
from app.jobs import sealing
from app.jobs.sealing import Sealing
from app.models import AuditEntry, AuditSeal, Job, JobKind, JobStatus
from app.services import audit_checks, audit_seals
from app.services.audit_checks import What
from tests.conftest import SignIn
from tests.factories.audit import by_hand, first_break, make_chain, make_entry, seal_all
from tests.factories.jobs import do_what_waits, make_job
from tests.world import World, rows


def sealed(session: Session) -> list[AuditSeal]:
    return rows(session, AuditSeal)


class TestSeal:
    def test_what_a_request_did_is_sealed_once_it_is_committed(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        body = {"organization_id": str(world.north_one.id), "title": "Sinh hoạt tháng 6"}
        made = sign_in("secretary").post(
            "/meetings", json=body | {"starts_at": "2026-06-05T12:00:00Z"}
        )
        with database.writing() as writer:
            audit_seals.seal(writer, clocks.now())
        with database.writing() as writer:
            assert audit_seals.seal(writer, clocks.now()) == 0

        entries = {str(entry.subject_id): entry for entry in rows(session, AuditEntry)}
        assert {seal.entry_id for seal in sealed(session)} == {
            e.id for e in rows(session, AuditEntry)
        }
        assert [seal.number for seal in sealed(session)] == [*range(1, len(sealed(session)) + 1)]
        assert made.json()["id"] in entries
        assert first_break(session) is None

    def test_portions_follow_each_other(self, session: Session, world: World) -> None:
        make_chain(session, world.north_one, 7)
        for n in range(5):
            make_entry(session, world.north_one.id, action=f"test.{n}")

        portions = []
        for _ in range(4):
            with database.writing() as writer:
                portions.append(audit_seals.seal(writer, clocks.now(), limit=2))

        assert portions == [2, 2, 1, 0]
        assert first_break(session) is None

    def test_what_was_committed_late_comes_after_what_was_earlier(
        self, session: Session, world: World
    ) -> None:
        seal_all()
        now = clocks.now()
        late = AuditEntry(id=first_id(now), action="late", subject_id=world.north.id)
        older = AuditEntry(
            id=first_id(now - timedelta(minutes=30)), action="older", subject_id=world.north.id
        )
        lost = AuditEntry(
            id=first_id(now - timedelta(days=2)), action="lost", subject_id=world.north.id
        )
        make_entry(session, world.north.id, id=first_id(now + timedelta(seconds=5)))
        with database.writing() as writer:
            audit_seals.seal(writer, now)
        session.add_all([late, older, lost])
        session.flush()

        found = []
        for slack in (audit_seals.USUALLY, audit_seals.SELDOM, None):
            with database.writing() as writer:
                audit_seals.seal(writer, now, slack=slack)
            found.append(sealed(session)[-1].entry_id)

        assert found == [late.id, older.id, lost.id]
        assert first_break(session) is None

    def test_a_clock_that_went_ahead_hides_nothing(self, session: Session, world: World) -> None:
        now = clocks.now()
        make_entry(session, world.north.id, id=first_id(now + timedelta(days=300)))
        seal_all()
        fresh = make_entry(session, world.north.id, id=first_id(now))

        with database.writing() as writer:
            audit_seals.seal(writer, now)

        assert sealed(session)[-1].entry_id == fresh.id

    def test_of_several_sealers_none_breaks_the_chain(self, session: Session, world: World) -> None:
        for n in range(40):
            make_entry(session, world.north.id, action=f"test.{n}")

        def work() -> None:
            for _ in range(10):
                with database.writing() as writer:
                    audit_seals.seal(writer, clocks.now(), limit=3)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seal_all()

        assert len(sealed(session)) == len(rows(session, AuditEntry))
        assert first_break(session) is None


@pytest.mark.usefixtures("clock")
class TestAWorker:
    def test_seals_what_waits_and_anchors_it_outside_the_database(
        self, session: Session, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "anchors" / "audit.jsonl"
        monkeypatch.setattr(settings(), "audit_anchor", file)
        make_entry(session, world.north.id, id=first_id(clocks.now()))

        Sealing().turn()
        file.write_bytes(file.read_bytes()[:-1])  # a crash left the line unfinished
        Sealing().turn()

        tail = sealed(session)[-1]
        told = [json.loads(line) for line in file.read_text().splitlines()]
        assert [(each["number"], each["digest"]) for each in told] == [
            (tail.number, tail.digest.hex())
        ] * 2
        assert file.stat().st_mode & 0o077 == 0
        assert list(audit_checks.against_anchors(session, file)) == []

    def test_goes_on_when_the_anchor_cannot_be_written(
        self, session: Session, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings(), "audit_anchor", tmp_path)
        make_entry(session, world.north.id, id=first_id(clocks.now()))

        Sealing().turn()

        assert sealing.seal(thoroughly=True) == 0
        assert len(sealed(session)) == len(rows(session, AuditEntry))

    def test_an_anchor_that_could_not_be_written_is_written_at_the_next_turn(
        self,
        session: Session,
        world: World,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        file = tmp_path / "audit.jsonl"
        file.mkdir()
        monkeypatch.setattr(settings(), "audit_anchor", file)
        monkeypatch.setattr(sealing, "ANCHOR_EVERY", 0)
        monkeypatch.setattr(sealing, "SEAL_EVERY", 0)
        make_entry(session, world.north.id, id=first_id(clocks.now()))
        worker = Sealing()
        worker.turn()

        file.rmdir()
        worker.turn()
        worker.turn()

        [told] = file.read_text().splitlines()
        assert json.loads(told)["number"] == sealed(session)[-1].number

    def test_what_waits_is_counted(
        self, session: Session, world: World, client: TestClient
    ) -> None:
        local = TestClient(client.app, client=("127.0.0.1", 50_000))
        seal_all(clocks.now())
        make_entry(session, world.north.id, id=first_id(clocks.now()))

        assert "sotay_audit_unsealed 1.0" in local.get("/metrics").text


class TestCheck:
    def test_every_night_a_broken_link_fails_the_run(
        self, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        make_chain(session, world.north_one)
        by_hand(session, "UPDATE audit_entries SET action = 'x' WHERE action = 'meeting.opened'")
        make_job(session, None, kind=JobKind.AUDIT_CHECK)

        do_what_waits()

        (job,) = rows(session, Job, Job.kind == JobKind.AUDIT_CHECK)
        assert (job.status, job.failed) == (JobStatus.DONE, 1)
        assert job.errors[0]["code"] == "audit_broken"
        assert What.ENTRY_ALTERED in job.errors[0]["detail"]

    def test_portions_are_checked_like_the_whole(
        self, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_checks, "PORTION", 3)
        monkeypatch.setattr(audit_checks, "STRETCH", 4)
        make_chain(session, world.north_one, 20)

        found = list(audit_checks.walk(session))

        assert {broken for _, _, broken in found} == {None}
        assert found[-1][:2] == (len(sealed(session)), len(sealed(session)))

    def test_a_line_of_the_anchors_that_says_nothing_is_named(
        self, session: Session, world: World, tmp_path: Path
    ) -> None:
        file = tmp_path / "anchor.jsonl"
        file.write_text('{"number": 1}\n{"number": "x", "digest": "00"}\nrubbish\n')

        found = list(audit_checks.against_anchors(session, file))

        assert [broken.what for broken in found] == [What.UNREADABLE] * 3


class TestVerify:
    def test_tells_what_is_sealed_and_what_waits(self, session: Session, world: World) -> None:
        make_chain(session, world.north_one)
        make_entry(session, world.north.id)
        make_entry(session, world.north.id, id=first_id(clocks.now() - timedelta(minutes=5)))

        answer = CliRunner().invoke(cli, ["audit", "verify"])

        assert answer.exit_code == 0, answer.output
        assert "the audit trail is whole" in answer.output
        assert "2 not yet sealed" in answer.output
        assert "warning: 1 of them" in answer.output
