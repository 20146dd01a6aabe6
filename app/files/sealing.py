"""Files that only their row can open: each lies sealed by a key of its own, which the row keeps.

So a change of the fields' keys touches no file; and a row that forgets its key makes the file
worthless, on the disk and in every copy of it.
"""

from io import BytesIO
from secrets import token_bytes
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.files.store import FileMissing

_NONCE_BYTES = 12
#: What a sealed file is longer by: the nonce and the tag.
OVERHEAD = _NONCE_BYTES + 16


def seal(stream: BinaryIO) -> tuple[BinaryIO, str]:
    """What is left of a stream, sealed; and the key to it, as text."""
    key, nonce = AESGCM.generate_key(256), token_bytes(_NONCE_BYTES)
    return BytesIO(nonce + AESGCM(key).encrypt(nonce, stream.read(), None)), key.hex()


def unseal(content: bytes, key: str) -> bytes:
    """What was sealed; `FileMissing` when it is not that, but something in its place."""
    try:
        nonce, body = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
        return AESGCM(bytes.fromhex(key)).decrypt(nonce, body, None)
    except (InvalidTag, ValueError) as error:
        raise FileMissing from error
