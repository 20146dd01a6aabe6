"""From the roster to use: counted, and by name."""

from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.clock import now
from app.models import Organization
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.figures import lock
from tests.figures import activate, figure
from tests.world import World

STAGES = ("roster", "due", "invited", "activated", "active")


def funnel(client: TestClient, unit: Organization, period: str = "2026-05") -> Any:
    return said(client.get(f"/dashboards/{unit.id}/funnel", params={"period": period}))


def stopped(client: TestClient, unit: Organization, stage: str) -> list[str]:
    query: dict[str, Any] = {"period": "2026-05", "stage": stage, "limit": 200}
    body = said(client.get(f"/dashboards/{unit.id}/funnel/members", params=query))
    ids = [item["member"]["id"] for item in body["items"]]
    assert len(ids) == body["count"]
    return ids


def check_lists(client: TestClient, unit: Organization) -> None:
    """Each stage is as much longer than the next as its list says."""
    counts = funnel(client, unit)["counts"]
    for stage, following in pairwise(STAGES):
        listed = stopped(client, unit, stage)
        assert len(listed) == counts[stage] - counts[following], stage


class TestFunnel:
    def test_every_stage_lies_within_the_one_before(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        cell = world.south_one
        first, second, *_ = (
            item["member"]["id"]
            for item in said(
                client.get(
                    f"/dashboards/{cell.id}/missing",
                    params={"measure": "accounts_activated", "period": "2026-05"},
                )
            )["items"]
        )
        said(client.post("/activation-codes", json={"member_ids": [first]}))
        exempt = {"member_id": str(world.people["outsider"].member_id), "valid_from": "2026-05-02"}
        said(client.post("/exemptions", json=exempt))

        body = funnel(client, cell)

        active = figure(client, cell, "accounts_active")[0]
        assert body["counts"] == {
            "roster": 4,
            "due": 3,
            "invited": 2,
            "activated": 1,
            "active": active,
        }
        assert (body["period"], body["locked"], body["children"]) == ("2026-05", False, [])
        assert stopped(client, cell, "roster") == [exempt["member_id"]]
        assert stopped(client, cell, "due") == [second]
        assert stopped(client, cell, "invited") == [first]

    def test_the_unit_is_the_sum_of_its_children(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        body = funnel(client, world.root)

        assert [child["organization"]["name"] for child in body["children"]] == [
            "Đảng bộ xã Bắc",
            "Đảng bộ xã Nam",
        ]
        for stage in STAGES:
            assert body["counts"][stage] == sum(
                child["counts"][stage] for child in body["children"]
            )
        for measure in ("accounts_activated", "accounts_active"):
            numerator, due, _ = figure(client, world.root, measure)
            stage = measure.removeprefix("accounts_")
            assert (body["counts"][stage], body["counts"]["due"]) == (numerator, due)
        for unit in (world.root, world.north, world.north_one):
            check_lists(client, unit)

    def test_a_locked_month_keeps_its_stages(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        waiting = stopped(client, world.south_one, "due")
        before = funnel(client, world.south)["counts"]
        lock(session, [world.south, world.south_one], "2026-05", now())

        activate(sign_in, waiting[0])

        body = funnel(client, world.south)
        assert body["locked"]
        assert {stage: body["counts"][stage] for stage in ("due", "activated", "active")} == {
            stage: before[stage] for stage in ("due", "activated", "active")
        }
        assert stopped(client, world.south, "invited") == [waiting[0]]
        check_lists(client, world.south)

    def test_a_month_to_come_has_nobody(self, sign_in: SignIn, world: World) -> None:
        counts = funnel(sign_in("officer"), world.root, "2026-07")["counts"]

        assert set(counts.values()) == {0}

    def test_pages_make_the_whole(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        query: dict[str, Any] = {"period": "2026-05", "stage": "due", "limit": 2}
        seen: list[str] = []
        while True:
            path = f"/dashboards/{world.root.id}/funnel/members"
            body = said(client.get(path, params=query))
            seen += [item["member"]["id"] for item in body["items"]]
            if body["next_cursor"] is None:
                break
            query["cursor"] = body["next_cursor"]

        assert seen == stopped(client, world.root, "due")

    @pytest.mark.parametrize(
        ("path", "query", "pointer"),
        [
            ("funnel", {}, "/query/period"),
            ("funnel", {"period": "2026"}, "/query/period"),
            ("funnel/members", {"period": "2026-05"}, "/query/stage"),
            ("funnel/members", {"period": "2026-05", "stage": "active"}, "/query/stage"),
        ],
    )
    def test_what_is_no_stage_is_refused(
        self, sign_in: SignIn, world: World, path: str, query: dict[str, str], pointer: str
    ) -> None:
        answer = sign_in("officer").get(f"/dashboards/{world.root.id}/{path}", params=query)

        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
