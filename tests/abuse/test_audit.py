"""AC-38, AC-62: whoever rules the database cannot change what was done without being named."""

from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli import cli
from app.models import AuditEntry
from app.services import audit_checks
from app.services.audit_checks import Break, What
from tests.conftest import SignIn
from tests.factories.audit import (
    anchor,
    by_hand,
    first_break,
    make_chain,
    make_entry,
    numbers_of,
    seal_all,
)
from tests.world import World

_DELETE_SEAL = "DELETE FROM audit_seals WHERE number = :number"
_DELETE_ENTRY = "DELETE FROM audit_entries WHERE action = :action"


@pytest.fixture
def chain(session: Session, world: World) -> list[AuditEntry]:
    """Five sealed entries, each with an action of its own."""
    entries = [make_entry(session, world.north_one.id, action=f"test.{n}") for n in range(5)]
    seal_all()
    assert first_break(session) is None
    return entries


@pytest.mark.parametrize(
    "change",
    [
        "action = 'meeting.closed'",
        "actor_id = NULL, request_id = 'another'",
        "created_at = '2026-05-01 00:00:00+00:00'",
        """details = '{"reason": "another"}'""",
        "version = 2",
    ],
)
def test_an_entry_that_was_edited_is_named(
    session: Session, chain: list[AuditEntry], change: str
) -> None:
    by_hand(session, f"UPDATE audit_entries SET {change} WHERE action = 'test.2'")  # noqa: S608 - ours

    number = numbers_of(session, chain)[2]
    assert first_break(session) == Break(number, chain[2].id, What.ENTRY_ALTERED)


def test_an_entry_that_was_deleted_is_named(session: Session, chain: list[AuditEntry]) -> None:
    number = numbers_of(session, chain)[2]

    by_hand(session, _DELETE_ENTRY, action="test.2")

    assert first_break(session) == Break(number, chain[2].id, What.ENTRY_MISSING)


def test_a_link_that_was_deleted_with_its_entry_is_named(
    session: Session, chain: list[AuditEntry]
) -> None:
    number = numbers_of(session, chain)[2]

    by_hand(session, _DELETE_SEAL, _DELETE_ENTRY, number=number, action="test.2")

    assert first_break(session) == Break(number, None, What.NUMBER_MISSING)


def test_two_that_were_swapped_are_named(session: Session, chain: list[AuditEntry]) -> None:
    by_hand(
        session,
        "UPDATE audit_entries SET action = 'swap' WHERE action = 'test.1'",
        "UPDATE audit_entries SET action = 'test.1' WHERE action = 'test.3'",
        "UPDATE audit_entries SET action = 'test.3' WHERE action = 'swap'",
    )

    number = numbers_of(session, chain)[1]
    assert first_break(session) == Break(number, chain[1].id, What.ENTRY_ALTERED)


def test_a_seal_that_was_touched_is_told_from_its_entry(
    session: Session, chain: list[AuditEntry]
) -> None:
    number = numbers_of(session, chain)[2]
    by_hand(
        session,
        "UPDATE audit_seals SET digest = (SELECT digest FROM audit_seals AS other "
        "WHERE other.number = :before) WHERE number = :number",
        before=number - 1,
        number=number,
    )

    assert first_break(session) == Break(number, chain[2].id, What.SEAL_ALTERED)


def test_one_that_was_squeezed_in_is_named(session: Session, chain: list[AuditEntry]) -> None:
    made = make_entry(session, chain[0].subject_id, action="forged")
    seal_all()
    (number, forged) = (numbers_of(session, chain)[2], numbers_of(session, [made])[0])
    by_hand(
        session,
        "UPDATE audit_seals SET number = number + 100 WHERE number >= :number",
        "UPDATE audit_seals SET number = :number WHERE number = :forged + 100",
        "UPDATE audit_seals SET number = number - 99 WHERE number > 100 AND number < :forged + 100",
        number=number,
        forged=forged,
    )

    assert first_break(session) == Break(number, made.id, What.ENTRY_ALTERED)


class TestAnchors:
    def test_a_tail_that_was_cut_off_shows_outside_the_database(
        self, session: Session, chain: list[AuditEntry], tmp_path: Path
    ) -> None:
        file = tmp_path / "anchor.jsonl"
        anchor(session, file)
        number = numbers_of(session, chain)[4]

        by_hand(session, _DELETE_SEAL, _DELETE_ENTRY, number=number, action="test.4")

        assert first_break(session) is None
        found = list(audit_checks.against_anchors(session, file))
        assert found == [Break(number, None, What.CUT_OFF)]
        answer = CliRunner().invoke(cli, ["audit", "verify", "--anchor", str(file)])
        assert answer.exit_code == 1
        assert f"broken: number {number}: tail cut off" in answer.output

    def test_a_chain_that_was_written_anew_is_not_the_one_that_was_anchored(
        self, session: Session, chain: list[AuditEntry], tmp_path: Path
    ) -> None:
        file = tmp_path / "anchor.jsonl"
        anchor(session, file)
        number = numbers_of(session, chain)[4]

        by_hand(
            session,
            "DELETE FROM audit_seals",
            "UPDATE audit_entries SET action = 'another' WHERE action = 'test.2'",
        )
        seal_all()

        assert first_break(session) is None
        assert list(audit_checks.against_anchors(session, file)) == [
            Break(number, chain[4].id, What.REWRITTEN)
        ]


def test_no_door_writes_into_the_trail(sign_in: SignIn, session: Session, world: World) -> None:
    (entry,) = make_chain(session, world.north_one, 1)

    for person in ("secretary", "officer", "inspector", "administrator"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for path in ("/audit", f"/audit/{entry.id}"):
                assert sign_in(person).request(method, path, json={}).status_code in (404, 405)

    assert first_break(session) is None
