"""Quarters, halves of a year, years; beside the year before; locked or not."""

from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.clock import now
from app.models import Activity, FigureDelta, Organization
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.figures import lock, put_figure
from tests.figures import activate, dashboard
from tests.world import NOON, World, rows

QUARTER = {"from": "2026-04", "to": "2026-06"}


def over(client: TestClient, unit: Organization, **query: str) -> Any:
    return said(client.get(f"/dashboards/{unit.id}", params=query))


def counts(figures: Any, measure: str) -> tuple[int, int]:
    return figures[measure]["numerator"], figures[measure]["denominator"]


class TestRange:
    def test_a_quarter_adds_up_its_months_for_the_unit_and_its_children(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for month, met in (("2026-03", 2), ("2026-04", 1), ("2026-05", 2)):
            put_figure(session, world.north, month, cells_met=met, summoned=20, present=met)
            put_figure(session, world.root, month, cells_met=met + 1, summoned=30, present=met)

        body = over(sign_in("officer"), world.root, **QUARTER)

        assert (body["period"], body["locked"]) == ("2026-04/2026-06", False)
        assert counts(body["figures"], "cells_met") == (5, 6)
        assert counts(body["figures"], "attendance") == (3, 60)
        north, south = body["children"]
        assert north["organization"]["name"] == "Đảng bộ xã Bắc"
        assert counts(north["figures"], "cells_met") == (3, 4)
        assert counts(south["figures"], "cells_met") == (0, 2)

    def test_themes_are_those_of_each_quarter(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for month, met in zip(("01", "02", "03", "04", "05"), (0, 1, 3, 1, 2), strict=True):
            put_figure(session, world.root, f"2026-{month}", cells_met_thematic=met)

        body = over(sign_in("officer"), world.root, **{"from": "2026-01", "to": "2026-12"})

        assert counts(body["figures"], "cells_met_thematic") == (5, 6)
        assert counts(body["figures"], "cells_met")[1] == 15

    def test_accounts_are_a_stock_and_activity_in_any_month_is_activity(
        self, sign_in: SignIn, session: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        clock.move_to(at("2026-06-10T08:00:00+07:00"))
        officer = sign_in("officer")
        june = dashboard(officer, world.root, "2026-06")["figures"]
        (secretary, deputy) = (world.people[name].member_id for name in ("secretary", "deputy"))
        before = {(row.member_id, row.period) for row in rows(session, Activity)}
        for member, month in ((secretary, "2026-04"), (secretary, "2026-05"), (deputy, "2026-05")):
            assert (member, month) not in before
            session.add(Activity(member_id=member, period=month, first_at=NOON))  # type: ignore[arg-type]  # a member
            session.flush()

        figures = over(officer, world.root, **QUARTER)["figures"]

        assert figures["accounts_activated"] == june["accounts_activated"]
        in_june, due = counts(june, "accounts_active")
        assert counts(figures, "accounts_active") == (in_june + 2, due)

    def test_a_range_of_one_month_is_the_month(self, sign_in: SignIn, world: World) -> None:
        officer = sign_in("officer")
        once = over(officer, world.north, **{"from": "2026-05", "to": "2026-05"})

        assert once == dashboard(officer, world.north)

    def test_months_to_come_and_before_the_beginning_count_nothing(
        self, sign_in: SignIn, world: World
    ) -> None:
        client = sign_in("officer")

        running = over(client, world.root, **{"from": "2025-06", "to": "2027-05"})["figures"]
        begun = over(client, world.root, **{"from": "2026-01", "to": "2026-05"})["figures"]
        ahead = over(client, world.root, **{"from": "2026-06", "to": "2026-12"})

        assert running == begun
        assert {tuple(figure.values()) for figure in ahead["figures"].values()} == {(0, 0, None)}
        assert ahead["children"] == []

    def test_both_trees_agree_while_nothing_moved(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        query = {"from": "2026-01", "to": "2026-05"}

        was, now_is = (over(client, world.root, tree=tree, **query) for tree in ("as_was", "as_is"))

        assert was == now_is

    def test_what_waits_to_be_added_is_added(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        if session.get_bind().dialect.name != "postgresql":
            assert rows(session, FigureDelta) == []
            return
        client = sign_in("officer")
        before = over(client, world.root, **QUARTER)
        for month in ("2026-04", "2026-05"):
            delta = FigureDelta(period=month, path=world.north_one.path, cells_met=1)
            session.add(delta)
            session.flush()

        after = over(client, world.root, **QUARTER)

        assert counts(after["figures"], "cells_met")[0] == (
            counts(before["figures"], "cells_met")[0] + 2
        )
        assert counts(after["children"][0]["figures"], "cells_met")[0] == (
            counts(before["children"][0]["figures"], "cells_met")[0] + 2
        )
        assert after["children"][1] == before["children"][1]


class TestLastYear:
    def test_the_same_months_a_year_before_stand_beside(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        put_figure(session, world.root, "2025-05", cells=4, cells_met=1)
        put_figure(session, world.root, "2025-04", cells=4, cells_met=2)
        client = sign_in("officer")

        month = over(client, world.root, period="2026-05", compare="last_year")
        quarter = over(client, world.root, compare="last_year", **QUARTER)

        assert counts(month["last_year"], "cells_met") == (1, 4)
        assert counts(quarter["last_year"], "cells_met") == (3, 8)
        assert set(month["last_year"]) == set(month["figures"])

    def test_nothing_counted_then_is_null_and_unasked_too(
        self, sign_in: SignIn, world: World
    ) -> None:
        client = sign_in("officer")

        assert over(client, world.root, period="2026-05")["last_year"] is None
        for query in ({"period": "2026-05"}, QUARTER, {"period": "2026-05", "tree": "as_is"}):
            assert over(client, world.root, compare="last_year", **query)["last_year"] is None


class TestLocked:
    def test_a_month_is_locked_until_an_exception_holds(
        self, sign_in: SignIn, session: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        until = at("2026-05-16T00:00:00+07:00")
        lock(session, [world.north, world.north_one, world.north_two], "2026-04", NOON)
        lock(session, [world.north_one], "2026-04", NOON, open_until=until)
        client = sign_in("officer")

        def locked(unit: Organization, **query: str) -> bool:
            return bool(over(client, unit, **query)["locked"])

        april = {"period": "2026-04"}
        assert [locked(unit, **april) for unit in (world.north, world.root)] == [True, False]
        assert locked(world.north, tree="as_is", **april)
        assert [locked(unit, **april) for unit in (world.north_one, world.north_two)] == [
            False,
            True,
        ]
        clock.move_to(until)
        client = sign_in("officer")
        assert locked(world.north_one, **april)

    def test_a_range_is_locked_when_all_of_it_is(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client, query = sign_in("officer"), {"from": "2026-03", "to": "2026-04"}
        lock(session, [world.north], "2026-04", now())
        assert not over(client, world.north, **query)["locked"]

        lock(session, [world.north], "2026-03", now())
        assert over(client, world.north, **query)["locked"]

    def test_who_opens_an_account_later_does_not_change_what_is_locked(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        before = over(client, world.south_one, period="2026-05")["figures"]
        query = {"measure": "accounts_activated", "period": "2026-05"}
        listed = said(client.get(f"/dashboards/{world.south_one.id}/missing", params=query))
        lock(session, [world.south_one], "2026-05", now())

        activate(sign_in, listed["items"][0]["member"]["id"])

        assert over(client, world.south_one, period="2026-05")["figures"] == before
        later = said(client.get(f"/dashboards/{world.south_one.id}/missing", params=query))
        assert later["count"] == listed["count"] == len(later["items"])
        assert later["items"][0]["resolved_at"] == "2026-05-15T05:00:00Z"


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({}, "/query/period", "required"),
        ({"from": "2026-04"}, "/query/to", "required"),
        ({"to": "2026-04"}, "/query/from", "required"),
        ({"period": "2026-04", "to": "2026-05"}, "/query/period", "one_of"),
        ({"from": "2026-05", "to": "2026-04"}, "/query/to", "ends_before_start"),
        ({"from": "2024-05", "to": "2026-05"}, "/query/to", "too_long"),
        ({"from": "1999-12", "to": "2026-05"}, "/query/from", "wrong_format"),
        ({"period": "2126-05"}, "/query/period", "wrong_format"),
        ({"period": "2026-05", "since": "2026-04"}, "/query/since", "unknown_field"),
    ],
)
@pytest.mark.parametrize("view", ["", "/missing"])
def test_what_is_no_span_is_refused(
    sign_in: SignIn, world: World, query: dict[str, str], pointer: str, code: str, view: str
) -> None:
    asked = query | ({"measure": "cells_met"} if view else {})
    answer = sign_in("officer").get(f"/dashboards/{world.root.id}{view}", params=asked)

    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        (pointer, code)
    ]
