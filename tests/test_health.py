"""Whether the process lives, whether it can serve, and who may read what it counts."""

import shutil
import signal
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.core import database, migrations
from app.core.keys import ring
from app.core.settings import settings
from app.gate import streams
from app.main import Server, create_app
from app.services import readiness

ROOT = "http://testserver"


@pytest.fixture
def metrics_token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(settings(), "metrics_token", SecretStr("a token of the scraper"))
    return "a token of the scraper"


def test_a_living_process_says_so(client: TestClient) -> None:
    answer = client.get(f"{ROOT}/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


class TestReady:
    def test_with_database_schema_and_keys(self, client: TestClient) -> None:
        answer = client.get(f"{ROOT}/health/ready")

        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    @pytest.mark.usefixtures("empty_database")
    def test_not_with_an_older_schema(self, app: object) -> None:
        migrations.downgrade(database.engine())

        answer = TestClient(create_app()).get("/health/ready")

        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0

    def test_not_without_keys(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(settings(), "keys_file", tmp_path / "none.json")
        ring.cache_clear()
        try:
            assert client.get(f"{ROOT}/health/ready").status_code == 503
        finally:
            monkeypatch.undo()
            ring.cache_clear()

    def test_not_once_it_was_told_to_stop(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readiness, "_server", readiness._Server())  # noqa: SLF001 - as a new process
        readiness.leave()

        assert client.get(f"{ROOT}/health/ready").status_code == 503
        assert client.get(f"{ROOT}/health/live").status_code == 200

    def test_not_when_the_disk_is_nearly_full(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for free, status in ((6, 200), (5, 503)):
            usage = SimpleNamespace(total=100, free=free)
            monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
            assert client.get(f"{ROOT}/health/ready").status_code == status

    def test_not_without_its_database(
        self, client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = database.make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
        monkeypatch.setattr(database, "engine", lambda: gone)

        assert client.get(f"{ROOT}/health/ready").status_code == 503


class TestStop:
    def test_a_server_goes_on_serving_until_others_have_seen_that_it_leaves(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[threading.Timer] = []
        monkeypatch.setattr(readiness, "_server", readiness._Server())  # noqa: SLF001 - as a new process
        monkeypatch.setattr(streams, "close", lambda: None)
        monkeypatch.setattr(settings(), "drain_seconds", 20)
        monkeypatch.setattr(threading.Timer, "start", lambda timer: begun.append(timer))
        server = Server(uvicorn.Config(create_app()))

        server.handle_exit(signal.SIGTERM, None)
        assert readiness.is_leaving()
        assert not server.should_exit
        assert [timer.interval for timer in begun] == [20]

        begun[0].function(*begun[0].args)
        assert server.should_exit

    def test_told_twice_it_stops_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(readiness, "_server", readiness._Server())  # noqa: SLF001 - as a new process
        monkeypatch.setattr(streams, "close", lambda: None)
        monkeypatch.setattr(settings(), "drain_seconds", 20)
        monkeypatch.setattr(threading.Timer, "start", lambda _: None)
        server = Server(uvicorn.Config(create_app()))

        server.handle_exit(signal.SIGTERM, None)
        server.handle_exit(signal.SIGTERM, None)

        assert server.should_exit


class TestMetrics:
    def test_whoever_is_not_the_machine_finds_nothing(self, client: TestClient) -> None:
        answer = client.get(f"{ROOT}/metrics")

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_the_machine_itself_reads_them(self, client: TestClient) -> None:
        local = TestClient(client.app, client=("127.0.0.1", 50_000))

        answer = local.get("/metrics")

        assert answer.status_code == 200
        assert "sotay_requests_total" in answer.text

    def test_a_token_is_needed_where_one_is_set(
        self, client: TestClient, metrics_token: str
    ) -> None:
        for given, status in (("", 404), ("wrong", 404), (metrics_token, 200)):
            bearer = {"authorization": f"Bearer {given}"}
            assert client.get(f"{ROOT}/metrics", headers=bearer).status_code == status

    def test_they_name_routes_and_no_ids(self, client: TestClient) -> None:
        secret = "0191d000-0000-7000-8000-00000000beef"
        client.get(f"/members/{secret}")
        client.get(f"/nowhere/{secret}")

        told = TestClient(client.app, client=("127.0.0.1", 50_000)).get("/metrics").text

        assert secret not in told
        assert "/members/{member_id}" in told

    def test_an_invented_method_makes_no_series_of_its_own(self, client: TestClient) -> None:
        client.request("INVENTED", "/members")

        told = TestClient(client.app, client=("127.0.0.1", 50_000)).get("/metrics").text

        assert "INVENTED" not in told
        assert 'method="other"' in told


class TestTheEdge:
    def test_every_answer_carries_its_request_id(self, client: TestClient) -> None:
        for path in ("/me", "/nowhere", f"{ROOT}/health/live"):
            answer = client.get(path, headers={"x-request-id": "given-by-the-caller"})
            assert answer.headers["x-request-id"] == "given-by-the-caller"
            if answer.status_code >= 400:
                assert answer.json()["request_id"] == "given-by-the-caller"

    @pytest.mark.parametrize(
        "given", ["short", "with space here", "x" * 65, "é" * 10, "<b>bold</b>"]
    )
    def test_a_request_id_that_is_no_plain_word_is_replaced(
        self, client: TestClient, given: str
    ) -> None:
        answer = client.get("/me", headers=[(b"x-request-id", given.encode("latin-1"))])

        assert answer.headers["x-request-id"] != given

    def test_answers_are_not_kept_nor_sniffed(self, client: TestClient) -> None:
        headers = client.get("/me").headers

        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_docs_come_from_this_machine_alone(client: TestClient) -> None:
    page = client.get(f"{ROOT}/docs").text

    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert client.get(f"{ROOT}/docs/static/swagger-ui-bundle.js").status_code == 200


def test_docs_can_be_off(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "docs", False)
    closed = TestClient(create_app())

    for path in ("/docs", "/openapi.json", "/redoc", "/docs/static/swagger-ui.css"):
        answer = closed.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (
            404,
            "application/problem+json",
        )
