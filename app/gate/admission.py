"""What is refused before anything looks at where it was going, the same on every database.

Two machines in a row may understand such a request in two ways, and what one of them lets pass the
other then does. What an address or a body means is judged where it arrives.
"""

from collections import Counter
from typing import Final

from starlette.types import Scope

from app.core.errors import AppError, Malformed, TooLarge, UnsupportedMediaType
from app.core.settings import settings

#: Address and headers together, in bytes.
HEAD_LIMIT: Final = 16 * 1024
#: What stands between a header's name and its value, and after it.
_BETWEEN = len(": \r\n")
#: What may be said once only.
_ONCE: Final = (b"content-length", b"content-type", b"if-match")


def refusal_of(scope: Scope) -> AppError | None:
    """Why this request goes no further; None for what is plain."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    values = dict(headers)
    if _is_ambiguous(Counter(name for name, _ in headers)) or not _is_here(values):
        return Malformed()
    size = len(scope["raw_path"]) + len(scope["query_string"]) + _BETWEEN * len(headers)
    if size + sum(len(name) + len(value) for name, value in headers) > HEAD_LIMIT:
        return TooLarge()
    is_packed = values.get(b"content-encoding", b"identity") != b"identity"
    return UnsupportedMediaType() if is_packed else None


def _is_ambiguous(counts: Counter[bytes]) -> bool:
    """One Host, one of each, and not two ways to tell where the body ends."""
    has_two_ends = counts[b"transfer-encoding"] > 0 and counts[b"content-length"] > 0
    return counts[b"host"] != 1 or has_two_ends or any(counts[name] > 1 for name in _ONCE)


def _is_here(values: dict[bytes, bytes]) -> bool:
    """Whether the host asked for is one of those that were set, if any were."""
    allowed = settings().allowed_hosts
    host = values[b"host"].decode("latin-1").lower()
    return not allowed or host in allowed or host.rpartition(":")[0] in allowed
