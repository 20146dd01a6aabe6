"""Whether the process lives, whether it can serve, and who may read what it counts."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.core import database, migrations
from app.core.keys import keys
from app.core.settings import settings
from app.main import create_app

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
        keys.cache_clear()
        try:
            assert client.get(f"{ROOT}/health/ready").status_code == 503
        finally:
            monkeypatch.undo()
            keys.cache_clear()


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
