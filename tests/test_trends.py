"""One measure month by month."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import FigureDelta, Organization
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.figures import put_figure
from tests.figures import figure
from tests.world import World

SPAN = {"from": "2026-03", "to": "2026-06"}


def trend(client: TestClient, unit: Organization, measure: str, **span: str) -> Any:
    query = {"measure": measure, **(span or SPAN)}
    return said(client.get(f"/dashboards/{unit.id}/trend", params=query))["items"]


class TestTrend:
    def test_every_month_of_the_span_stands_beside_the_year_before(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        put_figure(session, world.north, "2026-03", cells_met=1)
        put_figure(session, world.north, "2025-04", cells=4, cells_met=3)

        items = trend(sign_in("officer"), world.north, "cells_met")

        assert [item["period"] for item in items] == ["2026-03", "2026-04", "2026-05", "2026-06"]
        assert [tuple(item["figure"].values()) for item in items] == [
            (1, 2, 50.0),
            (0, 2, 0.0),
            (0, 2, 0.0),
            (0, 0, None),
        ]
        assert [tuple(item["last_year"].values()) for item in items] == [
            (0, 0, None),
            (3, 4, 75.0),
            (0, 0, None),
            (0, 0, None),
        ]

    def test_a_span_over_a_year_is_its_own_year_before(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        put_figure(session, world.root, "2025-05", cells=2, cells_met=1)

        items = trend(
            sign_in("officer"), world.root, "cells_met", **{"from": "2025-05", "to": "2026-05"}
        )

        assert len(items) == 13
        assert items[0]["figure"] == items[-1]["last_year"]
        assert items[0]["figure"]["denominator"] == 2

    @pytest.mark.parametrize("measure", ["cells_met", "accounts_active", "attendance"])
    def test_each_point_is_the_dashboard_of_its_month(
        self, sign_in: SignIn, session: Session, world: World, measure: str
    ) -> None:
        client = sign_in("officer")
        if session.get_bind().dialect.name == "postgresql":
            waits = FigureDelta(period="2026-05", path=world.north_one.path)
            waits.cells_met, waits.accounts_active, waits.summoned, waits.present = 1, -1, 9, 8
            session.add(waits)
            session.flush()

        for unit in (world.root, world.north, world.north_one):
            for item in trend(client, unit, measure):
                shown = figure(client, unit, measure, item["period"])
                assert tuple(item["figure"].values()) == shown

    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ({"from": "2026-01", "to": "2026-02"}, "/query/measure", "required"),
            ({"measure": "cells_met", "to": "2026-02"}, "/query/from", "required"),
            ({"measure": "cells", **SPAN}, "/query/measure", "unknown_value"),
            (
                {"measure": "cells_met", "from": "2026-02", "to": "2026-01"},
                "/query/to",
                "ends_before_start",
            ),
            (
                {"measure": "cells_met", "from": "2020-01", "to": "2025-01"},
                "/query/to",
                "too_long",
            ),
        ],
    )
    def test_what_is_no_trend_is_refused(
        self, sign_in: SignIn, world: World, query: dict[str, str], pointer: str, code: str
    ) -> None:
        answer = sign_in("officer").get(f"/dashboards/{world.root.id}/trend", params=query)

        assert answer.status_code == 422
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            (pointer, code)
        ]
