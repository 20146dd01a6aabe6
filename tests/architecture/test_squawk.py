"""What migrations do to a PostgreSQL in use is read by a linter; what it may not mind is named."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

from app.core import migrations
from tests.databases import Databases, as_owner

_DEFINING = ("CREATE", "ALTER", "DROP", "TRUNCATE")

#: Rules that none of them need follow, and why.
EXCUSED: Mapping[str, str] = {
    "require-lock-timeout": "the connection of a migration has one: core/patience.py",
    "require-statement-timeout": "it may take its time, as long as nobody waits for its locks",
    "prefer-text-field": "lengths say what a column takes",
    "prefer-bigint-over-int": "numbers of an evening, of a sheet, of a year",
    "prefer-identity": "serials of tables that only the service writes",
}
_STOPPED = "the service was stopped for this upgrade, and all of it is one transaction"
_ALL_NULL = "a new column without a value in any row: there is nothing to compare"
#: By revision and rule: why it does no harm there. What runs beside the service has no excuse.
WAIVED: Mapping[str, Mapping[str, str]] = {
    "9a328d5e0f59": {
        "require-concurrent-index-creation": _STOPPED,
        "adding-foreign-key-constraint": _ALL_NULL,
    },
    "76067abe0969": {
        "require-concurrent-index-creation": _STOPPED,
        "require-concurrent-index-deletion": _STOPPED,
        "ban-drop-constraint": "paths follow from the links of parents; writers only waited for it",
        "adding-foreign-key-constraint": _ALL_NULL,
    },
    "b931b7dc3058": {
        "require-concurrent-index-creation": _STOPPED,
        "adding-foreign-key-constraint": _ALL_NULL,
    },
}


def test_migrations_hold_up_nobody_longer_than_they_must(databases: Databases) -> None:
    program = Path(sys.executable).with_name("squawk")
    if databases.server is None:
        pytest.skip("SQLite has one writer at any time")
    if not program.exists():
        pytest.skip("squawk is not installed")
    with databases.untouched() as engine, as_owner(engine) as owner:
        said = {
            revision: complaint
            for revision in _revisions()
            if (complaint := _complaint(program, revision, _told_by(owner, revision)))
        }

    assert said == {}


def _revisions() -> list[str]:
    script = ScriptDirectory.from_config(migrations.config())
    return [each.revision for each in script.walk_revisions()][::-1]


def _told_by(engine: Engine, revision: str) -> str:
    """The statements by which a migration changes what there is."""
    told: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().startswith(_DEFINING):
            told.append(statement.strip().rstrip(";"))

    event.listen(engine, "before_cursor_execute", listen)
    migrations.upgrade(engine, revision)
    event.remove(engine, "before_cursor_execute", listen)
    return "".join(f"{statement};\n" for statement in told)


def _complaint(program: Path, revision: str, script: str) -> str:
    waived = [f"--exclude={rule}" for rule in {**EXCUSED, **WAIVED.get(revision, {})}]
    done = subprocess.run(  # noqa: S603 - our own program
        [program, "--reporter=gcc", "--assume-in-transaction", "--pg-version=15.0", *waived],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""
