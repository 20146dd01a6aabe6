"""What a client carries: signed access tokens, refresh tokens and cursors.

The only module that knows python-jose. The library accepts tokens without expiry or audience and
falls over deeply nested headers, so shape and length are checked before it, every claim after it.
"""

import hmac
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jose import jwt

from app.core.errors import Malformed, Unauthenticated
from app.core.ids import new_id
from app.core.keys import keys

ACCESS_LIFETIME = timedelta(minutes=10)
ISSUER, AUDIENCE, TYPE = "sotay", "sotay-api", "at+jwt"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,200}\.[A-Za-z0-9_-]{1,3000}\.[A-Za-z0-9_-]{1,200}")
_CLAIMS = {"iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"}


@dataclass(frozen=True)
class AccessClaims:
    account_id: UUID
    session_id: UUID


def sign_access(account_id: UUID, session_id: UUID, now: datetime) -> str:
    """A token for ten minutes; each request also asks whether its session still stands."""
    issued = int(now.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(account_id),
        "sid": str(session_id),
        "jti": str(new_id()),
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(ACCESS_LIFETIME.total_seconds()),
    }
    return str(jwt.encode(claims, keys().tokens, algorithm="HS256", headers={"typ": TYPE}))


def verify_access(token: str, now: datetime) -> AccessClaims:
    """The claims of a token that is whole, ours and in time; `Unauthenticated` otherwise."""
    if not _SHAPE.fullmatch(token):
        raise Unauthenticated
    try:
        _check_header(json.loads(_decode(token.partition(".")[0])))
        _decode(token.rpartition(".")[2])  # the library reads several spellings of one seal
        claims = jwt.decode(
            token,
            keys().tokens,
            algorithms=["HS256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        return _checked(claims, now.timestamp())
    except Exception as error:  # whatever the library raises, the token proves nothing
        raise Unauthenticated from error


def _check_header(header: Any) -> None:
    if header != {"alg": "HS256", "typ": TYPE}:
        raise Unauthenticated


def _checked(claims: dict[str, Any], moment: float) -> AccessClaims:
    times = [claims[name] for name in ("nbf", "iat", "exp")]
    in_time = all(type(at) is int for at in times) and times[0] <= moment + 5 and moment < times[2]
    if set(claims) != _CLAIMS or claims["aud"] != AUDIENCE or not in_time:
        raise Unauthenticated
    return AccessClaims(UUID(claims["sub"]), UUID(claims["sid"]))


def sign(purpose: str, content: bytes) -> str:
    """`content` and its seal as one URL-safe word, useless for any other purpose."""
    return f"{_encode(content)}.{_encode(_mac(purpose, content))}"


def verify(purpose: str, word: str) -> bytes:
    """The content of a word signed for this purpose; `Malformed` when it is not."""
    body, _, seal = word.partition(".")
    try:
        content, given = _decode(body), _decode(seal)
    except ValueError as error:
        raise Malformed from error
    if not hmac.compare_digest(given, _mac(purpose, content)):
        raise Malformed
    return content


def seal_word(purpose: str, content: bytes) -> str:
    """`content` as one URL-safe word that only this service reads, and for this purpose only."""
    nonce = secrets.token_bytes(12)
    return _encode(nonce + _word_cipher().encrypt(nonce, content, purpose.encode()))


def open_word(purpose: str, word: str) -> bytes:
    """The content of a word sealed for this purpose; `Malformed` when it is not."""
    try:
        sealed = _decode(word)
        return _word_cipher().decrypt(sealed[:12], sealed[12:], purpose.encode())
    except (ValueError, InvalidTag) as error:
        raise Malformed from error


def _word_cipher() -> AESGCM:
    return AESGCM(_mac("sealed words", b""))


def fingerprint(purpose: str, content: bytes) -> bytes:
    """A keyed digest: equal contents can be recognised, and nothing can be learnt."""
    return _mac(purpose, content)


def _mac(purpose: str, content: bytes) -> bytes:
    return hmac.digest(keys().tokens, f"{purpose}\0".encode() + content, "sha256")


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _decode(word: str) -> bytes:
    """What was encoded; `ValueError` for another spelling of the same bytes."""
    content = urlsafe_b64decode(word + "=" * (-len(word) % 4))
    if _encode(content) != word:
        raise ValueError("not as it was written")
    return content
