"""The service's secrets: kept in one file beside the database, never inside it.

A running process follows the file: a key that is added to it is known everywhere within a second,
and at once where a sealed value names it.
"""

import json
import os
import secrets
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

from app.core.settings import settings

KEY_BYTES = 32
#: So often, in seconds, a process looks whether the file has changed.
LOOK_EVERY = 1.0
_OTHERS = 0o077
log = structlog.get_logger(__name__)


class KeysMissing(Exception):
    """The file of keys is not there, not whole, or not secret; nothing may start without it."""


@dataclass(frozen=True)
class Keys:
    """`fields` encrypts by key id, in the order in which they were made; `index` finds by equality;
    `tokens` signs what clients carry.
    """

    active_field: str
    fields: dict[str, bytes]
    index: bytes
    tokens: bytes

    @property
    def newest(self) -> str:
        return list(self.fields)[-1]


class Ring:
    """The keys of a file, read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turning = threading.Lock()
        self._stamp = _stamp(path)
        self._keys = read_keys(path)
        self._looked_at = time.monotonic()

    def keys(self) -> Keys:
        if time.monotonic() - self._looked_at >= LOOK_EVERY:
            self.look()
        return self._keys

    def look(self) -> Keys:
        """As the file is now; while it cannot be read, as it was."""
        with self._turning:
            self._looked_at = time.monotonic()
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._keys = read_keys(self._path)
                except KeysMissing as error:
                    log.error("keys not read again", cause=str(error))  # noqa: TRY400 - no traceback near keys
            return self._keys


@lru_cache
def ring() -> Ring:
    """The ring of this process."""
    return Ring(settings().keys_file)


def keys() -> Keys:
    """The keys as of a second ago, or later."""
    return ring().keys()


def field_key(name: str) -> bytes | None:
    """The key with this id; None when the file does not hold it even now."""
    return keys().fields.get(name) or ring().look().fields.get(name)


def read_keys(path: Path) -> Keys:
    if not path.exists():
        raise KeysMissing(f"{path} is missing: restore it from its backup, or run `sotay migrate`")
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise KeysMissing(f"{path} is open to others: chmod 600 {path}")
    try:
        raw = json.loads(path.read_text())
        fields = {name: b64decode(key) for name, key in raw["fields"].items()}
        found = Keys(raw["active_field"], fields, b64decode(raw["index"]), b64decode(raw["tokens"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysMissing(f"{path} is not a file of keys") from error
    if found.active_field not in fields or any(
        len(key) != KEY_BYTES for key in (*fields.values(), found.index, found.tokens)
    ):
        raise KeysMissing(f"{path} holds keys of the wrong length")
    return found


def create_keys(path: Path) -> None:
    """Make a new file of keys, readable by its owner alone. Never overwrites one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"active_field": "1", "fields": {"1": _fresh()}, "index": _fresh()}
    _write(path, content | {"tokens": _fresh()})


def add_field_key(path: Path) -> str:
    """Add a key that nothing is sealed with yet; its id, which no key has had before."""
    content = _content(path)
    name = str(max(map(int, content["fields"])) + 1)
    content["fields"][name] = _fresh()
    _replace(path, content)
    return name


def activate_field_key(path: Path, name: str) -> None:
    """Seal with this key from now on; the others still open what they sealed."""
    _replace(path, _content(path) | {"active_field": name})


def drop_field_keys(path: Path, names: Collection[str]) -> None:
    """What these keys sealed never opens again."""
    content = _content(path)
    content["fields"] = {name: key for name, key in content["fields"].items() if name not in names}
    _replace(path, content)


def changed_at(path: Path) -> datetime:
    """When the file was written last."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _content(path: Path) -> Any:
    read_keys(path)
    return json.loads(path.read_text())


def _replace(path: Path, content: Any) -> None:
    """The old file whole or the new one whole, whenever the machine stops."""
    written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        _write(written, content)
        read_keys(written)
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
    _flush(path.parent)
    ring().look()


def _write(path: Path, content: Any) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    _flush(path.parent)


def _flush(folder: Path) -> None:
    """A file's name outlives a crash of the machine once its folder does."""
    if os.name != "posix":  # where a folder cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _fresh() -> str:
    return b64encode(secrets.token_bytes(KEY_BYTES)).decode()
