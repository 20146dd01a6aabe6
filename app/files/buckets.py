"""Files in an S3-compatible bucket; the client's own settings (`AWS_…`) say how to reach it."""

from collections.abc import Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, MemoryStore, S3Store

from app.files.store import CHUNK, FileMissing, KeptFile, checked, copy


class BucketStore:
    """A content goes up in one request: it is there whole, or not at all."""

    def __init__(self, bucket: S3Store | LocalStore | MemoryStore) -> None:
        self._bucket = bucket

    @classmethod
    def at(cls, url: str) -> "BucketStore":
        return cls(S3Store.from_url(url))

    def keep(self, source: BinaryIO, limit: int) -> KeptFile:
        with TemporaryFile() as whole:
            kept = copy(source, whole, limit)
            whole.seek(0)
            self._bucket.put(_key(kept.digest), whole, use_multipart=False)
        return kept

    def read(self, digest: str) -> Iterator[bytes]:
        try:
            found = self._bucket.get(_key(digest))
        except (NotFoundError, FileNotFoundError) as error:
            raise FileMissing(digest) from error
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK))

    def size(self, digest: str) -> int | None:
        try:
            return self._bucket.head(_key(digest))["size"]
        except (NotFoundError, FileNotFoundError):
            return None

    def delete(self, digest: str) -> None:
        try:
            self._bucket.delete(_key(digest))
        except (NotFoundError, FileNotFoundError):
            return  # gone already

    def kept_before(self, moment: datetime) -> Iterator[str]:
        for found in self._bucket.list():
            for entry in found:
                if entry["last_modified"] < moment:
                    yield entry["path"].rpartition("/")[2]

    def remove_unfinished(self, moment: datetime) -> int:
        """Nothing is ever left: an upload that breaks off is dropped by the bucket."""
        return 0


def _key(digest: str) -> str:
    return f"{checked(digest)[:2]}/{digest[2:4]}/{digest}"
