"""What has to be true of a restored database before anybody is let in again.

A backup revives what was ended after it was made: sessions, codes, keys of calendars, accounts.
Whoever gained by that could be the reason for the restore.
"""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, func, table, update
from sqlmodel import col, select

from app.core import database, dumps, migrations
from app.core.selects import pick
from app.files.store import store
from app.models import (
    Account,
    AccountSession,
    ActivationCode,
    KeptAnswer,
    Organization,
    StaffCode,
)
from app.services import backups, deletions
from app.services.backups import BackupBroken, Manifest
from app.services.deletions import Line
from app.work import Work

_ALL: dict[str, Any] = {"scoped": "nobody is let in by what a backup revived"}


class Settled(NamedTuple):
    """How many sessions ended, and what was ended again."""

    sessions: int
    again: dict[str, int]


def check(manifest: Manifest) -> None:
    """`BackupBroken` where it does not belong: other keys, another kind of database, a full one."""
    if manifest.kind != database.engine().dialect.name:
        raise BackupBroken(f"the backup is of {manifest.kind}")
    if manifest.keys != backups.mark_of_keys():
        raise BackupBroken("the file of keys is not the one of this backup")
    if not dumps.is_empty(database.engine()):
        raise BackupBroken("the database is not empty: a restore replaces nothing")


def bring_back(folder: Path, manifest: Manifest, key: bytes | None) -> None:
    """Fill the empty database, and the store with the files that its rows name."""
    for digest in manifest.files:
        with backups.opened_file(folder, digest, key) as content:
            kept = store().keep(content, sys.maxsize)
        if kept.digest != digest:
            store().delete(kept.digest)
            raise BackupBroken(f"the file {digest} was altered")
    with backups.opened(folder, key) as copy:
        dumps.restore(database.engine(), copy)
    _check_rows(manifest)
    migrations.upgrade(database.engine())


def settle(work: Work, manifest: Manifest, journal: Iterator[Line]) -> Settled:
    """End again what the backup revived. To be done before the service runs."""
    made_at = datetime.fromisoformat(manifest.made_at)
    ended = _end_sessions(work)
    for model in (ActivationCode, StaffCode):
        codes = update(model).where(col(model.used_at).is_(None), col(model.voided_at).is_(None))
        _do(work, codes.values(voided_at=work.now))
    _do(work, delete(KeptAnswer))
    _do(work, update(Account).values(calendar_digest=None))
    again = deletions.end_again(work, journal, made_at)
    roots = select(Organization).where(col(Organization.parent_id).is_(None))
    for root in work.session.execute(roots.execution_options(**_ALL)).scalars():
        work.record("database.restored", root, made_at=manifest.made_at, again=again)
    return Settled(ended, again)


def _end_sessions(work: Work) -> int:
    standing = update(AccountSession).where(col(AccountSession.revoked_at).is_(None))
    values = {"revoked_at": work.now, "revoked_because": "restored"}
    return _do(work, standing.values(version=AccountSession.version + 1, **values))


def _do(work: Work, statement: Any) -> int:
    told = statement.execution_options(synchronize_session=False, **_ALL)
    result: Any = work.session.execute(told)
    return int(result.rowcount)


def _check_rows(manifest: Manifest) -> None:
    """By the names of then: the schema may be an older one."""
    with database.engine().connect() as connection:
        for name, rows in manifest.tables.items():
            counted = pick(func.count()).select_from(table(name))
            if connection.execute(counted).scalar_one() != rows:
                raise BackupBroken(f"not all rows of {name} came back")
