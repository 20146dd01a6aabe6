"""Reading figures in tests, and the names behind them."""

from typing import Any

from fastapi.testclient import TestClient

from app.models import Organization
from tests.conftest import SignIn


def dashboard(client: TestClient, unit: Organization, period: str = "2026-05", **query: Any) -> Any:
    answer = client.get(f"/dashboards/{unit.id}", params={"period": period, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def figure(client: TestClient, unit: Organization, name: str, period: str = "2026-05") -> Any:
    found = dashboard(client, unit, period)["figures"][name]
    return found["numerator"], found["denominator"], found["percent"]


def missing(client: TestClient, unit: Organization, measure: str, period: str = "2026-05") -> Any:
    query = {"measure": measure, "period": period}
    answer = client.get(f"/dashboards/{unit.id}/missing", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def activate(sign_in: SignIn, member_id: str) -> None:
    """Open an account by its code, as the member would."""
    issued = sign_in("officer").post("/activation-codes", json={"member_ids": [member_id]})
    slip = issued.json()["items"][0]
    answer = sign_in("officer").post(
        "/auth/activate",
        json={
            "card_number": slip["card_number"],
            "activation_code": slip["code"],
            "password": "một mật khẩu đủ dài",
        },
    )
    assert answer.status_code == 200, answer.text
