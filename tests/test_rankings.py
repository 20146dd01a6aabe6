"""Units beside each other: by the exact fraction, equals on one rank."""

from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import FigureDelta, Organization, OrganizationKind
from app.policies.actors import SYSTEM
from app.services import organizations
from app.work import Work
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.figures import put_figure
from tests.reorganizations import children, merge
from tests.world import NOON, World, rows


def ranking(
    client: TestClient, unit: Organization, measure: str = "attendance", **more: Any
) -> Any:
    query = {"measure": measure, "period": "2026-05", **more}
    return said(client.get(f"/dashboards/{unit.id}/ranking", params=query))


def ranks(body: Any) -> list[tuple[int | None, str, float | None]]:
    return [
        (item["rank"], item["organization"]["name"][-4:], item["figure"]["percent"])
        for item in body["items"]
    ]


@pytest.fixture
def eight(session: Session, world: World) -> Organization:
    """A commune with eight cells, Xã 1 to Xã 8, of whom all but one have met."""
    commune = _unit("99.001", "Đảng bộ xã Tám", OrganizationKind.GRASSROOTS)
    cells = [
        _unit(f"99.001.00{number}", f"Xã {number}", OrganizationKind.CELL) for number in range(1, 9)
    ]
    work = Work(session, SYSTEM, NOON)
    (root,) = rows(session, Organization, Organization.id == world.root.id)
    organizations.plant(work, [(commune, root), *((cell, commune) for cell in cells)])
    session.flush()
    present = (None, 2, 1, 10_000, 9_999, 1, 5, 0)
    summoned = (0, 3, 3, 10_000, 10_000, 3, 10, 4)
    for cell, came, all_of_them in zip(cells, present, summoned, strict=True):
        put_figure(session, cell, "2026-05", present=came or 0, summoned=all_of_them)
    return commune


def _unit(code: str, name: str, kind: OrganizationKind) -> Organization:
    return Organization(
        code=code,
        name=name,
        search_text=name.lower(),
        kind=kind,
        valid_from=NOON.date().replace(day=1),
        segment="",
        path="",
    )


class TestRanking:
    def test_the_best_come_first_and_equals_share_a_rank(
        self, sign_in: SignIn, world: World, eight: Organization
    ) -> None:
        body = ranking(sign_in("officer"), eight)

        assert ranks(body) == [
            (1, "Xã 4", 100.0),
            (2, "Xã 5", 99.99),
            (3, "Xã 2", 66.67),
            (4, "Xã 7", 50.0),
            (5, "Xã 3", 33.33),
            (5, "Xã 6", 33.33),
            (7, "Xã 8", 0.0),
            (None, "Xã 1", None),
        ]
        assert [tuple(band.values()) for band in body["bands"]] == [
            (100, 1, 7, 14.29),
            (90, 2, 7, 28.57),
            (80, 2, 7, 28.57),
            (70, 2, 7, 28.57),
            (50, 4, 7, 57.14),
        ]

    def test_fractions_that_round_alike_are_told_apart(
        self, sign_in: SignIn, session: Session, world: World, eight: Organization
    ) -> None:
        put_figure(session, world.north_one, "2026-05", present=999_999, summoned=1_000_000)
        put_figure(session, world.north_two, "2026-05", present=999_998, summoned=999_999)

        first, second = ranking(sign_in("officer"), world.north)["items"]

        assert (first["rank"], first["organization"]["id"]) == (1, str(world.north_one.id))
        assert (second["rank"], second["organization"]["id"]) == (2, str(world.north_two.id))

    def test_pages_keep_the_ranks_of_the_whole(
        self, sign_in: SignIn, world: World, eight: Organization
    ) -> None:
        client = sign_in("officer")
        whole = ranking(client, eight)
        seen, cursor = [], None
        while True:
            body = ranking(client, eight, limit=3, **({"cursor": cursor} if cursor else {}))
            seen += body["items"]
            assert body["bands"] == whole["bands"]
            if (cursor := body["next_cursor"]) is None:
                break

        assert seen == whole["items"]

    @pytest.mark.parametrize("tree", ["as_was", "as_is"])
    def test_a_level_is_ranked_wherever_its_units_stand(
        self, sign_in: SignIn, world: World, tree: str
    ) -> None:
        client = sign_in("officer")

        def names(unit: Organization, **more: str) -> list[str]:
            found = ranking(client, unit, "accounts_activated", tree=tree, **more)["items"]
            return [item["organization"]["name"] for item in found]

        assert names(world.root) == ["Đảng bộ xã Nam", "Đảng bộ xã Bắc"][::-1]
        assert sorted(names(world.root, level="cell")) == [
            "Chi bộ Bắc 1",
            "Chi bộ Bắc 2",
            "Chi bộ Nam 1",
        ]
        assert names(world.north, level="grassroots") == []
        assert names(world.north_one) == []

    @pytest.mark.parametrize("tree", ["as_was", "as_is"])
    def test_every_unit_shows_the_figure_of_its_own_dashboard(
        self, sign_in: SignIn, session: Session, world: World, tree: str
    ) -> None:
        client = sign_in("officer")
        if session.get_bind().dialect.name == "postgresql" and tree == "as_was":
            waits = FigureDelta(period="2026-05", path=world.north_one.path, accounts_active=-2)
            session.add(waits)
            session.flush()

        for level in ("grassroots", "cell"):
            body = ranking(client, world.root, "accounts_active", level=level, tree=tree)
            for item in body["items"]:
                query = {"period": "2026-05", "tree": tree}
                path = f"/dashboards/{item['organization']['id']}"
                shown = said(client.get(path, params=query))["figures"]["accounts_active"]
                assert item["figure"] == shown

    def test_who_is_gone_stands_in_todays_tree_with_its_cells_alone(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        officer = sign_in("officer")
        assert merge(officer, world.south, world.north, "2026-05-10").status_code == 200
        assert merge(officer, world.north_two, world.north_one, "2026-05-10").status_code == 200
        clock.move_to(at("2026-06-10T08:00:00+07:00"))

        def names(unit: Organization, period: str) -> list[str]:
            asked = {"period": period, "tree": "as_is"}
            ranked = ranking(sign_in("officer"), unit, "cells_met", **asked)["items"]
            named = sorted(item["organization"]["name"] for item in ranked)
            assert named == children(sign_in("officer"), unit, **asked)
            return named

        assert names(world.root, "2026-06") == names(world.root, "2026-04") == ["Đảng bộ xã Bắc"]
        assert names(world.north, "2026-06") == ["Chi bộ Bắc 1", "Chi bộ Nam 1"]
        assert names(world.north, "2026-04") == ["Chi bộ Bắc 1", "Chi bộ Bắc 2", "Chi bộ Nam 1"]

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"period": "2026-05"}, "/query/measure"),
            ({"measure": "cells_met"}, "/query/period"),
            ({"measure": "cells_met", "period": "2026-00"}, "/query/period"),
            ({"measure": "cells_met", "period": "2026-05", "level": "village"}, "/query/level"),
            ({"measure": "cells_met", "period": "2026-05", "tree": "as_if"}, "/query/tree"),
        ],
    )
    def test_what_is_no_ranking_is_refused(
        self, sign_in: SignIn, world: World, query: dict[str, str], pointer: str
    ) -> None:
        answer = sign_in("officer").get(f"/dashboards/{world.root.id}/ranking", params=query)

        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
