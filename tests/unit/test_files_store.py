"""Contents are kept whole, once, and under nothing but their digests."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from app.core import settings
from app.core.errors import TooLarge
from app.files import store as stores
from app.files.buckets import BucketStore
from app.files.store import CHUNK, FileMissing, FileStore, FolderStore, orphans

CONTENT = b"invented" * CHUNK
DIGEST = sha256(CONTENT).hexdigest()
SOON = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 - files carry the machine's own time
LONG_AGO = SOON - timedelta(days=9)

_MAKERS: dict[str, Callable[[Path], FileStore]] = {
    "folder": FolderStore,
    "bucket": lambda _: BucketStore(MemoryStore()),
    "bucket on a disk": lambda root: BucketStore(LocalStore(root)),
}


@pytest.fixture(params=_MAKERS)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return _MAKERS[request.param](tmp_path)


class TestEveryStore:
    def test_a_content_is_given_back_as_it_came(self, files: FileStore) -> None:
        kept = files.keep(BytesIO(CONTENT), len(CONTENT))

        assert (kept.digest, kept.size) == (DIGEST, len(CONTENT))
        assert b"".join(files.read(DIGEST)) == CONTENT
        assert files.size(DIGEST) == len(CONTENT)

    def test_the_same_content_lies_once_and_is_deleted_once(self, files: FileStore) -> None:
        files.keep(BytesIO(CONTENT), len(CONTENT))
        files.keep(BytesIO(CONTENT), len(CONTENT))

        assert list(files.kept_before(SOON)) == [DIGEST]
        files.delete(DIGEST)
        files.delete(DIGEST)
        assert files.size(DIGEST) is None
        with pytest.raises(FileMissing):
            files.read(DIGEST)

    def test_a_content_beyond_the_limit_leaves_nothing_behind(self, files: FileStore) -> None:
        with pytest.raises(TooLarge):
            files.keep(BytesIO(CONTENT), len(CONTENT) - 1)

        assert list(files.kept_before(SOON)) == []
        assert files.remove_unfinished(SOON) == 0

    @pytest.mark.parametrize("name", ["../keys.json", DIGEST.upper(), DIGEST + "\n", "a" * 63, ""])
    def test_only_a_digest_is_looked_for(self, files: FileStore, name: str) -> None:
        for act in (files.read, files.size, files.delete):
            with pytest.raises(ValueError, match="digest"):
                act(name)

    def test_an_orphan_is_old_and_named_by_no_row(self, files: FileStore) -> None:
        known = files.keep(BytesIO(b"known"), 9).digest
        lost = files.keep(BytesIO(b"lost"), 9).digest

        assert orphans(files, {known}, SOON) == [lost]
        assert orphans(files, {known}, LONG_AGO) == []


class TestFolderStore:
    def test_a_content_kept_again_is_young_again(self, tmp_path: Path) -> None:
        files = FolderStore(tmp_path)
        files.keep(BytesIO(CONTENT), len(CONTENT))
        (path,) = tmp_path.rglob(DIGEST)
        os.utime(path, (0, 0))

        assert list(files.kept_before(LONG_AGO)) == [DIGEST]
        files.keep(BytesIO(CONTENT), len(CONTENT))
        assert list(files.kept_before(LONG_AGO)) == []

    def test_a_source_that_breaks_off_leaves_nothing_behind(self, tmp_path: Path) -> None:
        class Broken(BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                if self.tell():
                    raise ConnectionError
                return super().read(size)

        with pytest.raises(ConnectionError):
            FolderStore(tmp_path).keep(Broken(CONTENT), len(CONTENT))

        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_a_killed_write_leaves_only_what_a_sweep_removes(self, tmp_path: Path) -> None:
        program = (
            "import os, signal, sys, io, pathlib\n"
            "from app.files.store import FolderStore\n"
            "class Killer(io.BytesIO):\n"
            "    def read(self, size=-1):\n"
            "        if self.tell(): os.kill(os.getpid(), signal.SIGKILL)\n"
            "        return super().read(size)\n"
            "FolderStore(pathlib.Path(sys.argv[1])).keep(Killer(b'x' * 200_000), 200_000)\n"
        )
        ended = subprocess.run(  # noqa: S603 - this very test
            [sys.executable, "-c", program, str(tmp_path)], check=False
        )
        files = FolderStore(tmp_path)

        assert ended.returncode == -signal.SIGKILL
        assert list(files.kept_before(SOON)) == []
        assert files.remove_unfinished(LONG_AGO) == 0
        assert files.remove_unfinished(SOON) == 1
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


class TestChoice:
    @pytest.mark.parametrize(
        ("url", "kind"), [("", FolderStore), ("s3://invented-bucket/documents", BucketStore)]
    )
    def test_the_settings_say_where_files_lie(
        self, url: str, kind: type, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOTAY_FILES_URL", url)
        monkeypatch.setenv("AWS_REGION", "local")
        settings.settings.cache_clear()
        stores.store.cache_clear()

        assert isinstance(stores.store(), kind)
        monkeypatch.undo()
        settings.settings.cache_clear()
        stores.store.cache_clear()
