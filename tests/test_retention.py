"""Each class of data goes on its day and not a day before; figures and seals stay as they were."""

import threading
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert
from sqlmodel import Session, SQLModel
from typer.testing import CliRunner

from app.cli import cli
from app.core import clock as clocks
from app.core import database
from app.core.ids import new_id
from app.files.store import FileMissing, store
from app.jobs import runner
from app.models import (
    AbsenceReason,
    AuditEntry,
    Figure,
    Import,
    ImportRow,
    Job,
    JobKind,
    Member,
    SignInFailure,
)
from app.policies.actors import SYSTEM
from app.services import retention
from app.services.retention_classes import CLASSES
from app.work import Work
from tests.conftest import SignIn, at
from tests.factories.jobs import make_job
from tests.factories.meetings import make_absence_report, make_meeting
from tests.factories.notices import make_notification
from tests.factories.old_data import MAKERS, THEN, leave
from tests.periods import APRIL, MAY, lock, make_april, recount
from tests.recounts import differences
from tests.uploads import bring_in, newcomer
from tests.world import NOON, World, rows

BY_CLASS = {each.name: each for each in CLASSES}
#: From which moment on each class of what happened then is due.
DUE = {
    "kept_answers": at("2020-04-01T03:00:00Z"),
    "totp_uses": at("2020-04-01T03:00:00Z"),
    "sign_in_failures": at("2020-06-29T03:00:00Z"),
    "session_devices": at("2020-06-29T03:00:00Z"),
    "sessions": at("2020-09-27T03:00:00Z"),
    "activation_codes": at("2020-06-29T03:00:00Z"),
    "staff_codes": at("2020-06-29T03:00:00Z"),
    "recovery_codes": at("2020-06-29T03:00:00Z"),
    "import_rows": at("2020-06-29T03:00:00Z"),
    "member_merges": at("2020-05-01T03:00:00Z"),
    "proposals": at("2021-03-31T00:00:00+07:00"),
    "absence_reports_health": at("2021-03-31T00:00:00+07:00"),
    "absence_reports": at("2022-03-31T00:00:00+07:00"),
    "check_in_devices": at("2020-06-29T03:00:00Z"),
    "notifications": at("2022-03-31T00:00:00+07:00"),
    "corrections": at("2025-03-31T00:00:00+07:00"),
    "access_entries": at("2025-03-31T00:00:00+07:00"),
    "phones": at("2021-03-31T00:00:00+07:00"),
}


@pytest.fixture
def past(session: Session, world: World) -> Mapping[str, SQLModel]:
    """A row of each class, of that moment."""
    return {name: make(session, world) for name, make in MAKERS.items()}


def due(session: Session, name: str, now: datetime) -> int:
    return retention.due(session, BY_CLASS[name], now)


def erase_all(now: datetime) -> dict[str, int]:
    with database.writing() as session:
        work = Work(session, SYSTEM, now)
        return {each.name: retention.erase(work, each) for each in CLASSES}


def run(*words: str) -> list[str]:
    answer = CliRunner().invoke(cli, ["retention", *words])
    assert answer.exit_code == 0, answer.output
    return answer.output.splitlines()


class TestTheTable:
    def test_each_class_is_due_from_its_day_on_and_not_before(
        self, past: Mapping[str, SQLModel], session: Session
    ) -> None:
        assert set(DUE) == set(BY_CLASS) == set(past)
        moment = timedelta(microseconds=1)

        found = {
            name: (due(session, name, on - moment), due(session, name, on))
            for name, on in DUE.items()
        }

        assert found == dict.fromkeys(DUE, (0, 1))

    def test_erasing_leaves_what_is_not_old_and_a_trace_of_how_much_it_was(
        self, past: Mapping[str, SQLModel], session: Session
    ) -> None:
        kept = {each.model: len(rows(session, each.model)) for each in CLASSES if not each.blanks}
        now = at("2025-04-01T03:00:00Z")

        assert erase_all(now) == dict.fromkeys(DUE, 1)

        assert erase_all(now) == dict.fromkeys(DUE, 0)
        assert {model: len(rows(session, model)) + 1 for model in kept} == kept
        for name, row in past.items():
            for column, said in BY_CLASS[name].blanks.items():
                if name != "session_devices":  # gone altogether
                    session.refresh(row)
                    assert getattr(row, column) == said, (name, column)
        traces = rows(session, AuditEntry, AuditEntry.action == "retention.erased")
        assert {each.details["name"]: each.details["count"] for each in traces} == dict.fromkeys(
            DUE, 1
        )
        assert [each.subject_id for each in traces] == [each.id for each in CLASSES]

    def test_a_class_tells_its_term_and_its_reason(self) -> None:
        assert {str(each.kept) for each in CLASSES} == {
            "1 ngày",
            "31 ngày",
            "90 ngày",
            "180 ngày",
            "1 năm",
            "2 năm",
            "5 năm",
        }
        assert all(each.title and each.why for each in CLASSES)


class TestErase:
    def test_a_thousand_rows_a_transaction(
        self, world: World, session: Session, clock: time_machine.Traveller
    ) -> None:
        old = {"identifier_digest": b"x", "source": "192.0.2.0/24", "version": 1}
        made = [old | {"id": new_id(), "created_at": THEN} for _ in range(2_300)]
        with database.writing() as writer:
            writer.execute(insert(SignInFailure), made)
        job = make_job(session, None, kind=JobKind.RETENTION, parameters={})

        assert f"sign_in_failures         {2300:>8} due, after 90 ngày" in run("--dry-run")
        runner.run_next(threading.Event())

        [done] = rows(session, Job, Job.id == job.id)
        assert (done.status, done.done, done.total) == ("done", 2_300, 4)
        traces = rows(session, AuditEntry, AuditEntry.action == "retention.erased")
        assert [each.details["count"] for each in traces] == [1_000, 1_000, 300]
        assert {line.split()[1] for line in run()} == {"0"}

    def test_on_sqlite_no_word_is_left_in_the_file(self, session: Session, world: World) -> None:
        engine, word = database.engine(), "Bác sĩ bắt nằm viện"
        if engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL gives space back by itself, and later")
        [member_id, *_] = world.members[world.north_one.id]
        meeting = make_meeting(session, world.north_one)
        for _ in range(20):
            make_notification(session, meeting, member_id, body=word)
        file = Path(str(engine.url.database))

        def brought_in() -> bytes:
            session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return file.read_bytes()

        assert word.encode() in brought_in()

        erase_all(NOON + timedelta(days=3650))

        assert word.encode() not in brought_in()

    def test_no_figure_and_no_seal_changes_with_what_is_erased(
        self, world: World, session: Session, sign_in: SignIn, clock: time_machine.Traveller
    ) -> None:
        member_id = world.members[world.north_one.id][-1]
        meeting = make_april(session, world, world.north_one)
        kept = store().keep(BytesIO(b"a letter"), 100)
        letter = {"attachment_name": "giấy.png", "attachment_type": "image/png"}
        said = {
            "reason": AbsenceReason.HEALTH,
            "text": "Nằm viện",
            "attachment_digest": kept.digest,
        }
        sick = make_absence_report(session, meeting, member_id, **said | letter)
        [member] = rows(session, Member, Member.id == member_id)
        leave(session, member, date(2026, 5, 10))
        recount(world.north_one.id, MAY)
        lock(sign_in("officer"), world.root).raise_for_status()
        before = figures(session)

        clock.move_to(at("2027-06-12T03:00:00Z"))
        run()
        make_job(session, None, kind=JobKind.RETENTION, parameters={}, due_at=clocks.now())
        runner.run_next(threading.Event())

        session.refresh(sick)
        assert (sick.text, sick.attachment, sick.reason) == (None, None, AbsenceReason.HEALTH)
        with pytest.raises(FileMissing):
            store().read(kept.digest)
        session.refresh(member)
        assert (member.phone, member.phone_index) == (None, None)
        assert member.personal_id is not None
        assert figures(session) == before
        assert differences() == []

    def test_an_import_is_neither_committed_nor_taken_back_without_its_rows(
        self, sign_in: SignIn, session: Session, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        shown = bring_in(officer, newcomer(1))
        [imported] = rows(session, Import)
        imported.committed_at = NOON - timedelta(days=90)
        session.add(imported)
        session.flush()
        run()

        answer = officer.post(f"/imports/{shown['id']}/take-back")

        assert (answer.status_code, answer.json()["code"]) == (409, "rows_forgotten")
        assert rows(session, ImportRow) == []
        assert officer.get(f"/imports/{shown['id']}").json()["counts"]["new"] == 1


def figures(session: Session) -> list[dict[str, Any]]:
    return [each.model_dump() for each in rows(session, Figure, Figure.period == APRIL)]
