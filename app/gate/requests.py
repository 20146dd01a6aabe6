"""What a request says, read strictly: whose it is, of what type, and nothing unasked for."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from app.core import clock
from app.core.errors import Malformed, Unauthenticated, UnsupportedMediaType
from app.core.tokens import AccessClaims, verify_access


def claims_of(request: Request) -> AccessClaims:
    """What the one bearer token claims, if it is ours and in time; `Unauthenticated` otherwise."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or len(request.headers.getlist("authorization")) != 1:
        raise Unauthenticated
    return verify_access(token, clock.now())


def expect_plain_query(request: Request, *, takes_any: bool, lists: Collection[str]) -> None:
    """Nothing unknown, nothing twice but what is a list, nothing that is no text."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    if given and not takes_any:
        raise _faults("extra_forbidden", "query", given)
    if twice := [name for name in given if given[name] > 1 and name not in lists]:
        raise _faults("repeated", "query", twice)
    try:
        unquote_to_bytes(request.scope["query_string"]).decode()
    except UnicodeDecodeError as error:
        raise _faults("forbidden_characters", "query", given) from error
    # One database takes a NUL for a letter, the other does not. A cursor is no text of anybody's.
    texts = (pair for pair in request.query_params.multi_items() if pair[0] != "cursor")
    if nul := [name for name, value in texts if "\0" in value]:
        raise _faults("forbidden_characters", "query", nul)


def expect_media_type(request: Request, takes: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0" or (
        "transfer-encoding" in request.headers
    )
    if has_body and given != takes:
        raise UnsupportedMediaType


async def expect_nothing_told(request: Request) -> None:
    """Of a route that takes no body: an empty object is none."""
    if not await request.body():
        return
    try:
        told: Any = await request.json()
    except ValueError as error:
        raise Malformed from error
    if told:
        raise _faults("extra_forbidden", "body", told) if isinstance(told, dict) else Malformed


async def asked(request: Request) -> bytes:
    """The body as one request is told from another: a form's boundary is new at every try."""
    body = await request.body()
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if not kind.startswith("multipart/") or not boundary:
        return body
    return body.replace(boundary.strip('"').encode("latin-1"), b"")


def _faults(kind: str, place: str, names: Iterable[str]) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": (place, name)} for name in names])
