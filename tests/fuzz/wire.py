"""Requests as a server hands them over: a client that means well sends none of these."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

HOST = (b"host", b"testserver")


@dataclass(frozen=True)
class Letter:
    """One request."""

    method: str
    path: bytes
    query: bytes = b""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""


class Answer(NamedTuple):
    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Wire:
    """An event loop of its own, for as many requests as come."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app, self.portal = app, portal

    @classmethod
    @contextmanager
    def to(cls, app: FastAPI) -> Iterator["Wire"]:
        with start_blocking_portal() as portal:
            yield cls(app, portal)

    def send(self, letter: Letter) -> Answer:
        return self.portal.call(self._send, letter)

    async def _send(self, letter: Letter) -> Answer:
        start: dict[str, Any] = {}
        parts: list[bytes] = []

        bodies = [letter.body]

        async def receive() -> dict[str, Any]:
            if not bodies:  # whoever streams asks whether somebody is still there
                await anyio.sleep_forever()
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self.app(_scope_of(letter), receive, send)
        return Answer(start["status"], dict(start["headers"]), b"".join(parts))


def _scope_of(letter: Letter) -> dict[str, Any]:
    length = [(b"content-length", str(len(letter.body)).encode())] if letter.body else []
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": letter.method,
        "scheme": "http",
        "path": unquote(letter.path.decode("latin-1")),
        "raw_path": letter.path,
        "query_string": letter.query,
        "root_path": "",
        "headers": [HOST, *length, *letter.headers.items()],
        "client": ("203.0.113.7", 1),
        "server": ("testserver", 80),
    }
