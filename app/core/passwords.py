"""Hashing of passwords by argon2id, through the passlib API (installed as libpass)."""

import secrets
import unicodedata
from functools import lru_cache

from passlib.context import CryptContext

_context = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19456,
    argon2__time_cost=2,
    argon2__parallelism=1,
    deprecated="auto",
)


def hash_password(password: str) -> str:
    """Composed once (NFC), never trimmed nor cut, so that every keyboard signs in."""
    return str(_context.hash(unicodedata.normalize("NFC", password)))


def verify_password(password: str, hashed: str | None) -> bool:
    """Takes the same time when there is nothing to compare with."""
    matches = _context.verify(unicodedata.normalize("NFC", password), hashed or nobodys_hash())
    return bool(matches) and hashed is not None


def work() -> bool:
    """Whether this machine tells one password from another, however it is composed."""
    word = "mật khẩu"
    hashed = hash_password(unicodedata.normalize("NFD", word))
    return verify_password(word, hashed) and not verify_password(word.title(), hashed)


@lru_cache
def nobodys_hash() -> str:
    """Of a password that nobody knows; also where there is none yet."""
    return hash_password(secrets.token_urlsafe(32))
