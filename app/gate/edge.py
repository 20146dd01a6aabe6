"""The outermost shell: request ids, headers of safety, one log line and two metrics a request."""

import re
import time
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import AppError, TooLarge
from app.core.ids import new_id
from app.gate.admission import refusal_of
from app.gate.problems import render

log = structlog.get_logger("access")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"strict-transport-security": b"max-age=31536000; includeSubDomains",
}
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
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
        scope.setdefault("state", {})["request_id"] = _request_id(scope)
        answer = _Answer(scope, receive, send)
        started = time.perf_counter()
        try:
            if refusal := refusal_of(scope):
                await self._refuse(refusal, scope, receive, answer)
            else:
                await self.app(scope, receive, answer.pass_on)
        finally:
            _note(scope, answer.status, time.perf_counter() - started)

    async def _refuse(
        self, refusal: AppError, scope: Scope, receive: Receive, answer: "_Answer"
    ) -> None:
        """Answered and hung up: what follows on the connection may be no request at all."""
        rendered = render(Request(scope), refusal)
        rendered.headers["connection"] = "close"
        await rendered(scope, receive, answer.dress)


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.send = scope, receive, send
        self.status = 500
        self.is_replaced = False

    async def pass_on(self, message: Message) -> None:
        if _is_bare_refusal(message):  # the framework's own word for a body that is too large
            self.is_replaced = True
            await render(Request(self.scope), TooLarge())(self.scope, self.receive, self.dress)
        elif not self.is_replaced:
            await self.dress(message)

    async def dress(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers: list[tuple[bytes, bytes]] = message["headers"]
            present = {name.lower() for name, _ in headers}
            headers.extend((name, value) for name, value in _HEADERS.items() if name not in present)
            headers.append((b"x-request-id", self.scope["state"]["request_id"].encode()))
        await self.send(message)


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


def _note(scope: Scope, status: int, seconds: float) -> None:
    """The route's template, never the path itself: a log names no person."""
    route: Any = scope.get("route")
    template = getattr(route, "path_format", None) or "unknown"
    method = scope["method"] if scope["method"] in _METHODS else "other"  # anybody can invent one
    REQUESTS.labels(method, template, str(status)).inc()
    SECONDS.labels(method, template).observe(seconds)
    log.info(
        "request",
        method=method,
        route=template,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        request_id=scope["state"]["request_id"],
    )
