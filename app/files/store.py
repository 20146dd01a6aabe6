"""Where the bytes of documents lie: once for each content, under the SHA-256 of it.

A file is durable before the row that names it commits. What a rollback or a crash leaves behind
is a file that no row names: harmless, and `orphans` finds it once it is old.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO, Protocol

from app.core.errors import TooLarge
from app.core.settings import settings

CHUNK = 64 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileMissing(Exception):
    """A row names a file that the store does not hold: the two were not restored together."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What was kept, and how many bytes it has."""

    digest: str
    size: int


class FileStore(Protocol):
    """Keeps contents by their digest; no name that a user gave ever reaches it."""

    def keep(self, source: BinaryIO, limit: int) -> KeptFile:
        """Read to the end and keep it durably; beyond `limit` bytes, keep nothing and refuse."""
        ...

    def read(self, digest: str) -> Iterator[bytes]:
        """The content in chunks, or `FileMissing`."""
        ...

    def size(self, digest: str) -> int | None:
        """How many bytes lie under the digest; None, if nothing does."""
        ...

    def delete(self, digest: str) -> None:
        """Forget the content, if it is there."""
        ...

    def kept_before(self, moment: datetime) -> Iterator[str]:
        """The digests that nobody has kept, or kept again, since then."""
        ...

    def remove_unfinished(self, moment: datetime) -> int:
        """Remove what writes begun before then left unfinished; how many there were."""
        ...


@lru_cache
def store() -> FileStore:
    """The store of this process: a bucket if one is set, else a folder."""
    url = settings().files_url
    if url is None:
        return FolderStore(settings().files_folder)
    # The client of buckets is an extra, which a service that has a folder does without.
    made: FileStore = import_module("app.files.buckets").BucketStore.at(url)
    return made


def orphans(files: FileStore, known: set[str], before: datetime) -> list[str]:
    """Digests that no row names and nobody kept since `before`.

    `before` lies further back than the longest transaction: a younger file may belong to a row
    that is still about to commit.
    """
    return [digest for digest in files.kept_before(before) if digest not in known]


def checked(digest: str) -> str:
    """The digest itself; whatever is none never becomes a path."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not the digest of a file")
    return digest


def copy(source: BinaryIO, target: IO[bytes], limit: int) -> KeptFile:
    """Copy to the end, counted and hashed on the way; never more than `limit` bytes."""
    size, digest = 0, sha256()
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge
        digest.update(chunk)
        target.write(chunk)
    return KeptFile(digest.hexdigest(), size)


class FolderStore:
    """Files in a folder of this machine, two levels of folders deep."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unfinished = root / "unfinished"

    def keep(self, source: BinaryIO, limit: int) -> KeptFile:
        self._unfinished.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._unfinished, delete=False) as target:
            written = Path(target.name)
            try:
                kept = copy(source, target.file, limit)
                target.flush()
                os.fsync(target.fileno())
                path = self._path(kept.digest)
                path.parent.mkdir(parents=True, exist_ok=True)
                # Also when it is there already: it becomes young again, so no sweep takes it.
                written.replace(path)
            except BaseException:
                written.unlink(missing_ok=True)
                raise
        _make_durable(path.parent, path.parent.parent, self._root, self._root.parent)
        return kept

    def read(self, digest: str) -> Iterator[bytes]:
        if self.size(digest) is None:
            raise FileMissing(digest)
        return _chunks(self._path(digest))

    def size(self, digest: str) -> int | None:
        try:
            return self._path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def kept_before(self, moment: datetime) -> Iterator[str]:
        for path in _older(self._root.glob("??/??/*"), moment):
            if _DIGEST.fullmatch(path.name):
                yield path.name

    def remove_unfinished(self, moment: datetime) -> int:
        old = list(_older(self._unfinished.glob("*"), moment))
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, digest: str) -> Path:
        return self._root / checked(digest)[:2] / digest[2:4] / digest


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _older(paths: Iterable[Path], moment: datetime) -> Iterator[Path]:
    for path in paths:
        try:
            written_at = path.stat().st_mtime
        except FileNotFoundError:
            continue  # finished, or deleted, since it was listed
        if written_at < moment.timestamp():
            yield path


def _make_durable(*folders: Path) -> None:
    """A renamed file outlives a crash of the machine once the folders that lead to it do."""
    if os.name == "nt":  # where a folder cannot be opened
        return
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
