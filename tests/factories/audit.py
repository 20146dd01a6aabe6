"""Traces as the services leave them, a chain over them, and a hand in the database."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col

from app.core import database
from app.models import AuditEntry, AuditSeal, Organization
from app.services import audit_anchors, audit_checks, audit_seals
from app.services.audit_checks import Break
from tests.world import NOON, rows


def make_entry(session: Session, subject_id: UUID, **overrides: Any) -> AuditEntry:
    defaults: dict[str, Any] = {"created_at": NOON, "action": "meeting.opened", "details": {}}
    entry = AuditEntry(subject_id=subject_id, **(defaults | overrides))
    session.add(entry)
    session.flush()
    return entry


def make_chain(session: Session, cell: Organization, length: int = 5) -> list[AuditEntry]:
    """So many entries, all of them sealed with what was there before."""
    entries = [
        make_entry(session, cell.id, organization_id=cell.id, details={"place": f"Nhà văn hóa {n}"})
        for n in range(length)
    ]
    seal_all()
    return entries


def seal_all(now: datetime = NOON) -> int:
    """Every entry, however late it was committed."""
    sealed = 0
    while True:
        with database.writing() as session:
            more = audit_seals.seal(session, now, slack=None)
        sealed += more
        if not more:
            return sealed


def numbers_of(session: Session, entries: list[AuditEntry]) -> list[int]:
    ids = [entry.id for entry in entries]
    return [seal.number for seal in rows(session, AuditSeal, col(AuditSeal.entry_id).in_(ids))]


def by_hand(session: Session, *statements: str, **values: Any) -> None:
    """What somebody does who rules the database, whatever guards stand in it."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        unguarded = ["SET ROLE NONE", "SET session_replication_role = replica"]
        guarded = ["SET session_replication_role = origin", "RESET ROLE"]
    else:
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        drops = [f"DROP TRIGGER {name}" for name in connection.execute(triggers).scalars()]
        unguarded = [*drops, "PRAGMA foreign_keys = OFF"]
        guarded = ["PRAGMA foreign_keys = ON"]
    for statement in (*unguarded, *statements, *guarded):
        said = text(statement)
        connection.execute(said, {name: values[name] for name in said.compile().params})


def first_break(session: Session) -> Break | None:
    return audit_checks.check(session, 1, audit_checks.length(session))


def anchor(session: Session, file: Path) -> None:
    tail = audit_seals.last(session)
    assert tail is not None
    audit_anchors.append(file, tail)
