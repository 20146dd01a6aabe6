"""Refusals as HTTP problem details (RFC 9457), in Vietnamese or English."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.core import outages
from app.core.errors import AppError, Invalid, Malformed, NotFound, TooLarge, Unavailable
from app.gate.wordings import TITLES, wording_of

log = structlog.get_logger(__name__)
_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_QUALITY = re.compile(r"[01](\.[0-9]{1,3})?")


class FieldProblem(BaseModel):
    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """What every refusal looks like. `code` is stable; the words may change."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem] | None = None


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: which refusals it documents."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": _SCHEMA}},
        }
        for status in statuses
    }


_SCHEMA = {"$ref": "#/components/schemas/Problem"}
_READING = refusals(400, 401, 403, 404, 413, 415, 422, 429, 503)
_WRITING = _READING | refusals(409, 412, 428)
#: What a route for whoever has not signed in may refuse.
SIGNING_IN = refusals(400, 401, 409, 413, 415, 422, 429, 503)


def of_method(options: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What a route of somebody signed in may refuse, by its method."""
    return _READING if options.get("methods") == ["GET"] else _WRITING


def describe(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the shape of a refusal to an OpenAPI document."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas |= problem.pop("$defs") | {"Problem": problem}
    schemes = schema["components"].setdefault("securitySchemes", {})
    schemes["bearer"] = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return schema


def install_problem_handlers(app: FastAPI) -> None:
    """Turn every refusal and every fault into one shape."""
    handlers: dict[Any, Any] = {
        AppError: _on_refusal,
        RequestValidationError: _on_invalid,
        HTTPException: _on_http,
        DataError: _on_data,
        DBAPIError: _on_database,
        PoolTimeout: _on_unavailable,
        OSError: _on_disk,
        Exception: _on_fault,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def render(request: Request, error: AppError) -> Response:
    """A refusal as the client reads it."""
    english = _prefers_english(request)
    details = dict(error.details)
    if "errors" in details:
        details["errors"] = [_field(item, english=english) for item in details["errors"]]
    body = {
        "type": f"urn:sotay:problem:{error.code}",
        "title": TITLES.get(error.status, ("Lỗi", "Error"))[english],
        "status": error.status,
        "detail": detail_of(request, error),
        "code": error.code,
        "request_id": request.state.request_id,
        **details,
    }
    headers = {"content-language": "en" if english else "vi"}
    if error.status == 401:
        headers["www-authenticate"] = "Bearer"
    if error.status in (429, 503):
        headers["retry-after"] = str(error.retry_after or 5)
    return Response(
        json.dumps(body, ensure_ascii=False, default=str),
        error.status,
        headers,
        media_type="application/problem+json",
    )


def detail_of(request: Request, error: AppError) -> str:
    """The words of a refusal, in the language of whoever asks."""
    return error.en if _prefers_english(request) else error.vi


def _field(item: dict[str, str], *, english: bool) -> dict[str, str]:
    detail = item["en"] if english else item["vi"]
    return {"pointer": item["pointer"], "code": item["code"], "detail": detail}


def _prefers_english(request: Request) -> bool:
    """English when it is wanted more than Vietnamese; Vietnamese for whoever does not say."""
    wishes = request.headers.get("accept-language", "").lower().split(",")
    weights = {"vi": 0.0, "en": 0.0}
    for wish in wishes[:20]:
        tag, _, quality = wish.strip().partition(";q=")
        language = tag.partition("-")[0].strip()
        if language in weights:
            weight = float(quality) if _QUALITY.fullmatch(quality) else 1.0
            weights[language] = max(weights[language], weight)
    return weights["en"] > weights["vi"]


async def _on_refusal(request: Request, error: AppError) -> Response:
    return render(request, error)


async def _on_invalid(request: Request, error: RequestValidationError) -> Response:
    """Never repeats the input: only where the fault is, and which rule it breaks."""
    faults = error.errors()
    if any(fault["loc"][:1] == ("path",) for fault in faults):
        return render(request, NotFound())
    if any(fault["type"] == "json_invalid" for fault in faults):
        return render(request, Malformed())
    errors = []
    for fault in faults[:20]:
        code, vi, en = wording_of(fault)
        errors.append({"pointer": _pointer(fault), "code": code, "vi": vi, "en": en})
    return render(request, Invalid(errors=errors))


def _pointer(fault: Mapping[str, Any]) -> str:
    """A JSON pointer into the body; other places keep their name in front.

    A name that the caller made up is told only where it could be the name of a field.
    """
    place = fault["loc"]
    steps = place[1:] if place[:1] == ("body",) else place
    if fault["type"] == "extra_forbidden" and not _NAME.fullmatch(str(steps[-1])):
        steps = steps[:-1]
    clean = (str(step).encode("ascii", "backslashreplace").decode()[:64] for step in steps)
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in clean)


async def _on_http(request: Request, error: HTTPException) -> Response:
    """What the framework itself refuses: unknown paths, methods, broken multipart, size."""
    if isinstance(error.__cause__, OSError):  # a form that could not be put aside is not broken
        return await _on_disk(request, error.__cause__)
    known: dict[int, type[AppError]] = {400: Malformed, 404: NotFound, 413: TooLarge}
    refusal = known.get(error.status_code, _Other)()
    if isinstance(refusal, _Other):
        refusal.status = error.status_code  # type: ignore[misc]  # the framework's own status
        refusal.code = HTTPStatus(error.status_code).name.lower()  # type: ignore[misc]  # likewise
    answer = render(request, refusal)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


class _Other(AppError):
    status, code = 405, "method_not_allowed"
    vi = "Yêu cầu không được hỗ trợ."
    en = "This request is not supported."


async def _on_data(request: Request, error: DataError) -> Response:
    log.warning("refused by the database", kind=type(error.orig).__name__)
    return render(request, Invalid())


async def _on_database(request: Request, error: DBAPIError) -> Response:
    if not outages.is_outage(error):
        raise error
    return await _on_unavailable(request, error)


async def _on_unavailable(request: Request, error: Exception) -> Response:
    kind = type(getattr(error, "orig", None) or error).__name__
    log.error("database unavailable", kind=kind)
    return render(request, Unavailable())


async def _on_disk(request: Request, error: OSError) -> Response:
    if not outages.is_full(error):
        raise error
    log.error("disk full", cause=error.strerror)
    return render(request, Unavailable())


class InternalError(AppError):
    status, code = 500, "internal_error"
    vi = "Hệ thống gặp lỗi; chúng tôi đã ghi nhận."
    en = "The service failed; this was noted."


async def _on_fault(request: Request, error: Exception) -> Response:
    log.error("fault", path=request.scope.get("path"), exc_info=error)
    return render(request, InternalError())
