"""The service's secrets: kept in one file beside the database, never inside it."""

import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.settings import settings

KEY_BYTES = 32


class KeysMissing(Exception):
    """The file of keys is not there, or not whole; nothing may start without it."""


@dataclass(frozen=True)
class Keys:
    """`fields` encrypts by key id; `index` finds by equality; `tokens` signs what clients carry."""

    active_field: str
    fields: dict[str, bytes]
    index: bytes
    tokens: bytes


@lru_cache
def keys() -> Keys:
    """The keys of this process, read once."""
    return read_keys(settings().keys_file)


def read_keys(path: Path) -> Keys:
    if not path.exists():
        raise KeysMissing(f"{path} is missing: restore it from its backup, or run `sotay migrate`")
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

    def fresh() -> str:
        return b64encode(secrets.token_bytes(KEY_BYTES)).decode()

    content = {"active_field": "1", "fields": {"1": fresh()}, "index": fresh(), "tokens": fresh()}
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(json.dumps(content))
