"""What is refused before routing, and how many are let in at once."""

import threading
from collections.abc import Iterable
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.core.errors import Unavailable
from app.core.settings import settings
from app.gate.lanes import Lane
from app.gate.sources import network_of
from tests.conftest import SignIn

HOST = (b"host", b"testserver")
Headers = Iterable[tuple[bytes, bytes]]


def answer_of(
    app: FastAPI, headers: Headers, path: bytes = b"/health/live"
) -> tuple[int, dict[bytes, bytes]]:
    """As a server hands it over, which a client that means well never would."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path.decode(),
        "raw_path": path,
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("203.0.113.7", 1),
        "server": ("testserver", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def call() -> None:
        await app(scope, receive, send)

    anyio.run(call)
    return sent[0]["status"], dict(sent[0]["headers"])


class TestAdmission:
    @pytest.mark.parametrize(
        "headers",
        [
            [],
            [HOST, HOST],
            [HOST, (b"host", b"evil.example")],
            [HOST, (b"content-length", b"5"), (b"transfer-encoding", b"chunked")],
            [HOST, (b"content-length", b"5"), (b"content-length", b"6")],
            [HOST, (b"if-match", b'"1"'), (b"if-match", b'"2"')],
        ],
        ids=["no host", "two hosts", "another host", "two ends", "two lengths", "two versions"],
    )
    def test_what_two_machines_may_read_in_two_ways_ends_the_connection(
        self, app: FastAPI, headers: Headers
    ) -> None:
        status, told = answer_of(app, headers)

        assert (status, told[b"connection"]) == (400, b"close")
        assert told[b"content-type"] == b"application/problem+json"

    def test_one_plain_request_passes(self, app: FastAPI) -> None:
        assert answer_of(app, [HOST])[0] == 200

    def test_more_than_16_kib_of_address_and_headers_is_too_large(self, app: FastAPI) -> None:
        assert answer_of(app, [HOST, (b"x-long", b"a" * 16_384)])[0] == 413

    def test_a_packed_body_is_not_unpacked(self, app: FastAPI) -> None:
        assert answer_of(app, [HOST, (b"content-encoding", b"gzip")])[0] == 415

    def test_only_the_hosts_that_were_set_are_served(
        self, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings(), "allowed_hosts", ("so-tay.example",))

        statuses = [
            answer_of(app, [(b"host", host)])[0]
            for host in (b"So-Tay.example", b"so-tay.example:8000", b"evil.example", b"")
        ]

        assert statuses == [200, 200, 400, 400]

    def test_every_answer_forbids_to_be_framed_sniffed_kept_or_sent_in_clear(
        self, sign_in: SignIn, client: TestClient
    ) -> None:
        for answer in (sign_in("member").get("/me"), client.get("/me"), client.get("/nowhere")):
            told = answer.headers
            assert told["cache-control"] == "no-store"
            assert told["x-content-type-options"] == "nosniff"
            assert told["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in told["content-security-policy"]
            assert told["strict-transport-security"].startswith("max-age=31536000")
            assert "server" not in told


class TestQueries:
    @pytest.mark.parametrize("query", ["limit=1&limit=2", "text=%ED%A0%80", "text=%FF", "text=%00"])
    def test_a_word_said_twice_or_that_is_no_text_is_invalid(
        self, sign_in: SignIn, query: str
    ) -> None:
        answer = sign_in("officer").get(f"/members?{query}")

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

    def test_a_list_is_said_several_times(self, sign_in: SignIn) -> None:
        answer = sign_in("officer").get("/members?status=active&status=left")

        assert answer.status_code == 200


class TestSources:
    @pytest.mark.parametrize(
        ("host", "network"),
        [
            ("203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("testclient", "unknown"),
            ("", "unknown"),
        ],
    )
    def test_a_source_is_a_network(self, host: str, network: str) -> None:
        assert network_of(host) == network


class TestLanes:
    def test_whoever_finds_the_line_full_is_told_at_once(self) -> None:
        lane, may_end = Lane("a test", at_once=1, waiting=2), threading.Event()
        outcomes: list[bool] = []

        async def come() -> None:
            try:
                outcomes.append(await lane.run(lambda: may_end.wait(10)))
            except Unavailable:
                outcomes.append(False)
                may_end.set()

        async def rush() -> None:
            async with anyio.create_task_group() as crowd:
                for _ in range(4):
                    crowd.start_soon(come)

        anyio.run(rush)

        assert sorted(outcomes) == [False, True, True, True]
