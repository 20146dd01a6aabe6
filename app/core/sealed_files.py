"""Files of any length sealed by AES-GCM, portion by portion, with a key that no service holds.

Each file has a key of its own, derived from a random salt and its name. A portion knows its number
and whether it is the last: none can be left out, moved, or taken from another file.
"""

import hmac
import secrets
from base64 import b64decode
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = SALT_BYTES = 32
TAG_BYTES = 16
PORTION = 1024 * 1024
_MARK = b"sotay sealed 1\n"


class SealBroken(Exception):
    """The file was altered or cut short, is another one, or was sealed by another key."""


class KeyUnreadable(Exception):
    """What was named as a key is none."""


def read_key(file: Path) -> bytes:
    """32 bytes in Base64, as `openssl rand -base64 32` prints them."""
    try:
        key = b64decode(file.read_bytes().strip(), validate=True)
    except (OSError, ValueError) as error:
        raise KeyUnreadable(f"{file} holds no key") from error
    if len(key) != KEY_BYTES:
        raise KeyUnreadable(f"{file} holds no key of {KEY_BYTES} bytes in Base64")
    return key


def seal(key: bytes, name: str, source: BinaryIO, target: BinaryIO) -> None:
    """Seal the whole of `source` so that it opens only under this name."""
    salt = secrets.token_bytes(SALT_BYTES)
    cipher = AESGCM(_derived(key, name, salt))
    target.write(_MARK + salt)
    number, portion = 0, source.read(PORTION)
    while True:
        following = source.read(PORTION)
        target.write(cipher.encrypt(_nonce(number, is_last=not following), portion, None))
        if not following:
            return
        number, portion = number + 1, following


def unseal(key: bytes, name: str, source: BinaryIO, target: BinaryIO) -> None:
    """Write what was sealed; `SealBroken` as soon as anything is not as it was."""
    head = source.read(len(_MARK) + SALT_BYTES)
    if not head.startswith(_MARK):
        raise SealBroken(f"{name} is not sealed")
    cipher = AESGCM(_derived(key, name, head[len(_MARK) :]))
    number, portion = 0, source.read(PORTION + TAG_BYTES)
    while True:
        following = source.read(PORTION + TAG_BYTES)
        try:
            target.write(cipher.decrypt(_nonce(number, is_last=not following), portion, None))
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"{name} does not open") from error
        if not following:
            return
        number, portion = number + 1, following


def sign(key: bytes, content: bytes) -> str:
    """A mark that only a holder of the key can make."""
    return hmac.digest(_derived(key, "a mark", b""), content, "sha256").hex()


def _derived(key: bytes, name: str, salt: bytes) -> bytes:
    made = HKDF(SHA256(), KEY_BYTES, salt or None, f"sotay backup\0{name}".encode())
    return made.derive(key)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
