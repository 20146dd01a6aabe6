"""`sotay backup` and `sotay restore`."""

from pathlib import Path
from typing import Annotated

import typer

from app.core import clock, database, dumps, sealed_files
from app.core.settings import settings
from app.policies.actors import SYSTEM
from app.services import backups, deletions, restores
from app.work import Work

Key = Annotated[Path | None, typer.Option(help="a file of 32 bytes in Base64 to seal with")]
Journal = Annotated[
    Path | None, typer.Option(help="what was ended since; default SOTAY_DELETIONS_FILE")
]
#: What the operator is told in one line.
REFUSALS = (
    backups.BackupBroken,
    dumps.DumpFailed,
    sealed_files.KeyUnreadable,
    sealed_files.SealBroken,
)


def backup(folder: Path, *, key: Key = None) -> None:
    """Copy database and files below FOLDER while the service runs. The keys are not in it."""
    made = backups.make(folder, clock.now(), _read(key))
    rows = sum(made.manifest.tables.values())
    typer.echo(f"wrote {made.folder}: {rows} rows, {len(made.manifest.files)} files")
    typer.echo(f"not in it: {settings().keys_file}, to be kept apart")
    if made.missing:
        typer.echo(f"{len(made.missing)} files that rows name are nowhere", err=True)
        raise typer.Exit(1)


def restore(folder: Path, *, key: Key = None, journal: Journal = None) -> None:
    """Fill an empty database from the backup in FOLDER. Nobody stays signed in by it."""
    opened = _read(key)
    manifest = backups.read(folder, opened)
    restores.check(manifest)
    typer.echo(f"backup of {manifest.made_at}: do not start the service before this has ended")
    restores.bring_back(folder, manifest, opened)
    typer.echo(f"{sum(manifest.tables.values())} rows and {len(manifest.files)} files are back")
    _settle(manifest, journal or settings().deletions_file)


def _settle(manifest: backups.Manifest, journal: Path) -> None:
    is_there = journal.exists()
    with database.writing() as session:
        work = Work(session, SYSTEM, clock.now())
        lines = deletions.read(journal) if is_there else iter(())
        settled = restores.settle(work, manifest, lines)
    typer.echo(f"{settled.sessions} sessions ended; codes and calendar addresses are void")
    for action, times in settled.again.items():
        typer.echo(f"once more: {action}, {times} times")
    if is_there:
        with database.reading() as session:
            deletions.mark_restored(journal, session, clock.now())
    else:
        typer.echo(f"no journal at {journal}: what was ended since the backup stands again")
    typer.echo("now: sotay keys show, sotay recount, sotay audit verify, sotay retention")


def _read(key: Path | None) -> bytes | None:
    return None if key is None else sealed_files.read_key(key)
