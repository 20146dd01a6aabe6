"""Backups: the database as it was at one moment, the files that it names, and what to check by.

Below one folder lie `files`, each content once for all backups, and a folder for each backup with
the copy of the database and `manifest.json`. A backup is there whole, or not at all. The file of
keys is never in it: whoever has both reads everything.
"""

import hmac
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func
from sqlmodel import Session, SQLModel

from app.core import database, dumps, keys, sealed_files
from app.core.selects import pick
from app.files.store import FileMissing, store
from app.services import file_sweeps

MANIFEST = "manifest.json"
DATABASE = "database"
#: Whatever the clock said when a file was written.
_EVER = datetime.max.replace(tzinfo=UTC)


class BackupBroken(Exception):
    """A part is missing, altered, or does not open."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `keys` tells which file of keys belongs to it, and no key."""

    made_at: str
    kind: str
    schema: str
    tables: dict[str, int]
    digest: str
    files: list[str]
    keys: str
    is_sealed: bool

    def content(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


@dataclass(frozen=True)
class Made:
    """Where a backup lies, and which files its rows name but nobody has."""

    folder: Path
    manifest: Manifest
    missing: list[str]


def make(folder: Path, now: datetime, key: bytes | None = None) -> Made:
    """Copy database and files below `folder`; sealed, if there is a key to seal them with."""
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".unfinished-", dir=folder) as unfinished:
        part = Path(unfinished) / "backup"
        part.mkdir(mode=0o700)
        with dumps.dumped(database.engine(), part / DATABASE) as connection:
            tables, schema = _counted(connection)
            with Session(connection) as session:
                named = sorted(file_sweeps.named(session))
        _copy_files(files, key)
        if key is not None:
            _seal_in_place(part / DATABASE, key)
        manifest = Manifest(
            made_at=now.isoformat(),
            kind=database.engine().dialect.name,
            schema=schema,
            tables=tables,
            digest=digest_of(part / DATABASE),
            files=[each for each in named if _kept(files, each, key).exists()],
            keys=mark_of_keys(),
            is_sealed=key is not None,
        )
        _write(part / MANIFEST, manifest, key)
        made = folder / f"{now:%Y%m%dT%H%M%S.%fZ}"
        part.rename(made)
    return Made(made, manifest, sorted(set(named).difference(manifest.files)))


def read(folder: Path, key: bytes | None) -> Manifest:
    """What a backup says of itself, once everything that it says was found to be so."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        mark = told.pop("mark")
        manifest = Manifest(**told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupBroken(f"{folder} holds no backup") from error
    if manifest.is_sealed and key is None:
        raise BackupBroken("the backup is sealed: name its key")
    if key is not None and not manifest.is_sealed:
        raise BackupBroken("the backup is not sealed: it has no key")
    if key is not None and not hmac.compare_digest(str(mark), _mark(manifest, key)):
        raise BackupBroken("the manifest was altered, or the key is another one")
    if digest_of(folder / DATABASE) != manifest.digest:
        raise BackupBroken("the copy of the database was altered")
    files = folder.parent / "files"
    lost = [each for each in manifest.files if not _kept(files, each, key).exists()]
    if lost:
        raise BackupBroken(f"{len(lost)} files are missing, the first {lost[0]}")
    return manifest


@contextmanager
def opened(folder: Path, key: bytes | None) -> Iterator[Path]:
    """The copy of the database, in clear for as long as it takes."""
    if key is None:
        yield folder / DATABASE
        return
    with TemporaryDirectory(prefix="sotay-") as aside:
        clear = Path(aside) / DATABASE
        with (folder / DATABASE).open("rb") as source, clear.open("wb") as target:
            sealed_files.unseal(key, DATABASE, source, target)
        yield clear


@contextmanager
def opened_file(folder: Path, digest: str, key: bytes | None) -> Iterator[BinaryIO]:
    with _kept(folder.parent / "files", digest, key).open("rb") as source:
        if key is None:
            yield source
            return
        with TemporaryFile() as clear:
            sealed_files.unseal(key, digest, source, clear)
            clear.seek(0)
            yield clear


def mark_of_keys() -> str:
    """Tells the file of keys from every other, and nothing of what is in it."""
    return hmac.digest(keys.keys().index, b"which file of keys", "sha256").hex()


def digest_of(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return file_digest(content, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise BackupBroken(f"{file.name} is missing") from error


def _counted(connection: Connection) -> tuple[dict[str, int], str]:
    """How many rows each table has, and its schema."""
    schema = MigrationContext.configure(connection).get_current_revision()
    if schema is None:
        raise BackupBroken("there is nothing to back up: no migration has run here")
    tables = {
        table.name: connection.execute(pick(func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }
    return tables, schema


def _copy_files(files: Path, key: bytes | None) -> None:
    """All that are not there yet: a file never changes under its name."""
    for digest in store().kept_before(_EVER):
        place = _kept(files, digest, key)
        if place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f"{place.name}.part")
        try:
            with TemporaryFile() as content, part.open("wb") as target:
                content.writelines(store().read(digest))
                content.seek(0)
                if key is None:
                    shutil.copyfileobj(content, target)
                else:
                    sealed_files.seal(key, digest, content, target)
            part.replace(place)
        except FileMissing:  # swept since it was listed
            part.unlink()


def _kept(files: Path, digest: str, key: bytes | None) -> Path:
    name = digest if key is None else f"{digest}.sealed"
    return files / digest[:2] / digest[2:4] / name


def _seal_in_place(file: Path, key: bytes) -> None:
    part = file.with_name(f"{file.name}.part")
    with file.open("rb") as source, part.open("wb") as target:
        sealed_files.seal(key, file.name, source, target)
    part.replace(file)


def _write(place: Path, manifest: Manifest, key: bytes | None) -> None:
    told = asdict(manifest) | {"mark": None if key is None else _mark(manifest, key)}
    place.write_text(json.dumps(told, indent=1, sort_keys=True))


def _mark(manifest: Manifest, key: bytes) -> str:
    """Only a holder of the key can make it; and with the manifest stands the copy's digest."""
    return sealed_files.sign(key, manifest.content())
