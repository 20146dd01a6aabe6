"""The headers of an answer, and how the document describes them."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from pydantic import BaseModel

from app.core.versions import ANY_VERSION, NO_VERSION

#: What a row was made within; it stands under its own noun all the same.
_WITHIN = re.compile(r"/[a-z-]+/[0-9a-f-]{36}(?=/)", re.IGNORECASE)
_ETAG = re.compile(r'"([0-9]{1,9})"')


def version_in(if_match: str | None) -> int | None:
    """The version a client says it saw; None when it does not say."""
    if if_match is None:
        return None
    if if_match.strip() == "*":
        return ANY_VERSION
    match = _ETAG.fullmatch(if_match.strip())
    return int(match[1]) if match else NO_VERSION


def headers_of(body: Any, path: str, query: str, status: int) -> dict[str, str]:
    """ETag of what has a version, Location of what was made, Link to the next page."""
    headers: dict[str, str] = {}
    if isinstance(version := getattr(body, "version", None), int):
        headers["etag"] = f'"{version}"'
    if status == 201 and isinstance(row_id := getattr(body, "id", None), UUID):
        headers["location"] = f"{_WITHIN.sub('', path)}/{row_id}"
    if isinstance(cursor := getattr(body, "next_cursor", None), str):
        asked = parse_qsl(query, keep_blank_values=True)
        again = urlencode([*(pair for pair in asked if pair[0] != "cursor"), ("cursor", cursor)])
        headers["link"] = f'<{path}?{again}>; rel="next"'
    return headers


def is_known(headers: dict[str, str], if_none_match: str | None) -> bool:
    """Whether the client holds this version already; weak comparison, as RFC 9110 13.1.2 asks."""
    if "etag" not in headers or if_none_match is None:
        return False
    told = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in told or headers["etag"] in told


def described(
    method: str, status: int, model: Any, *, is_open: bool, takes_version: bool
) -> dict[str, Any]:
    """What the OpenAPI document says beside the schemas: who signs, and which headers."""
    parameters = []
    if takes_version:
        parameters.append(_header("If-Match", "The ETag that was read.", required=True))
    if method == "POST":
        told = "A repeat with the same key is answered again, not done again; kept for 24 hours."
        parameters.append(_header("Idempotency-Key", told, required=False))
    extra: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if not is_open:
        extra["security"] = [{"bearer": []}]
    fields = model.model_fields if _is_model(model) else {}
    sent = {
        "ETag": "version" in fields,
        "Location": status == 201 and "id" in fields,
        "Link": "next_cursor" in fields,
    }
    headers = {name: {"schema": {"type": "string"}} for name, is_sent in sent.items() if is_sent}
    if headers:
        extra["responses"] = {str(status): {"headers": headers}}
    return extra


def _header(name: str, description: str, *, required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string"},
    }


def _is_model(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)
