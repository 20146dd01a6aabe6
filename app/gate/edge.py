"""The outermost shell: request ids, headers of safety, one log line and two metrics a request."""

import re
import time
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import TooLarge
from app.core.ids import new_id
from app.gate.problems import render

log = structlog.get_logger("access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
}
REQUESTS = Counter("sotay_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("sotay_request_seconds", "Time to answer", ["method", "route"])


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(message, request_id)
            await send(message)

        is_replaced = False

        async def guarded(message: Message) -> None:
            nonlocal is_replaced
            if _is_bare_refusal(message):  # the framework's own word for a body that is too large
                is_replaced = True
                refusal = render(Request(scope), TooLarge())
                await refusal(scope, receive, dressed)
            elif not is_replaced:
                await dressed(message)

        try:
            await self.app(scope, receive, guarded)
        finally:
            _note(scope, status, time.perf_counter() - started, request_id)


def _is_bare_refusal(message: Message) -> bool:
    return message["type"] == "http.response.start" and (
        message["status"] == TooLarge.status
        and (b"content-type", b"application/problem+json") not in message["headers"]
    )


def _request_id(scope: Scope) -> str:
    """The caller's own id when it is a plain word, so that both logs can be laid side by side."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(text := value.decode("latin-1")):
            return str(text)
    return str(new_id())


def _dress(message: Message, request_id: str) -> None:
    headers: list[tuple[bytes, bytes]] = message["headers"]
    present = {name.lower() for name, _ in headers}
    headers.extend((name, value) for name, value in _HEADERS.items() if name not in present)
    headers.append((b"x-request-id", request_id.encode()))


def _note(scope: Scope, status: int, seconds: float, request_id: str) -> None:
    """The route's template, never the path itself: a log names no person."""
    route: Any = scope.get("route")
    template = getattr(route, "path_format", None) or "unknown"
    REQUESTS.labels(scope["method"], template, str(status)).inc()
    SECONDS.labels(scope["method"], template).observe(seconds)
    log.info(
        "request",
        method=scope["method"],
        route=template,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        request_id=request_id,
    )
