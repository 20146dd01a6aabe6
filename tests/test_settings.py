"""What committees decide: dated, inherited downwards, nearest first, and never for a past month."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import AuditEntry, Organization, Setting
from app.schemas.settings import Rules
from tests.check_ins import check_in, code_of, make_room
from tests.conftest import SignIn, at
from tests.evenings import hold, said
from tests.figures import figure
from tests.world import NOON, World, rows

EVENING = at("2026-05-20T19:00:00+07:00")


def decide(client: TestClient, unit: Organization, **values: Any) -> Any:
    return client.patch("/settings", params={"organization_id": str(unit.id)}, json=values)


def in_force(client: TestClient, unit: Organization, name: str, **query: str) -> Any:
    body = said(client.get("/settings", params={"organization_id": str(unit.id)} | query))
    (item,) = [item for item in body["items"] if item["name"] == name]
    place = item["organization"] and item["organization"]["name"]
    return item["value"], item["valid_from"], place


class TestGet:
    def test_every_setting_is_shown_with_its_default(self, sign_in: SignIn, world: World) -> None:
        params = {"organization_id": str(world.north_one.id)}
        body = said(sign_in("secretary").get("/settings", params=params))

        assert (body["on"], body["organization"]["name"]) == ("2026-05-15", "Chi bộ Bắc 1")
        values = {item["name"]: item["value"] for item in body["items"]}
        assert values == Rules().model_dump(mode="json")
        assert {item["organization"] for item in body["items"]} == {None}

    def test_the_nearest_word_holds_from_its_day_on_and_may_be_given_back(
        self, sign_in: SignIn, world: World
    ) -> None:
        administrator, secretary = sign_in("administrator"), sign_in("secretary")
        said(decide(administrator, world.root, objection_days=7))
        said(decide(administrator, world.north, objection_days=21, valid_from="2026-06-01"))
        said(decide(administrator, world.north, objection_days=None, valid_from="2026-08-01"))

        def seen(unit: Organization, on: str) -> Any:
            return in_force(administrator, unit, "objection_days", on=on)

        assert seen(world.north_one, "2026-05-14") == (14, None, None)
        assert seen(world.north_one, "2026-05-31") == (7, "2026-05-15", "Đảng bộ tỉnh Thử Nghiệm")
        assert seen(world.north_one, "2026-06-01") == (21, "2026-06-01", "Đảng bộ xã Bắc")
        assert seen(world.south_one, "2026-06-01") == (7, "2026-05-15", "Đảng bộ tỉnh Thử Nghiệm")
        assert seen(world.north_one, "2026-08-01") == (7, "2026-05-15", "Đảng bộ tỉnh Thử Nghiệm")
        # Who reads the cell reads who above it has decided, even without reaching them.
        assert in_force(secretary, world.north_one, "objection_days")[2] is not None
        assert sign_in("secretary").get(
            "/settings", params={"organization_id": str(world.north.id)}
        ).status_code in (403, 404)

    def test_an_agenda_is_inherited_by_kind(self, sign_in: SignIn, world: World) -> None:
        administrator = sign_in("administrator")
        said(decide(administrator, world.root, agendas={"regular": [{"title": "Tỉnh"}]}))
        of_north = {"thematic": [{"title": "Xã"}], "committee": []}
        said(decide(administrator, world.north, agendas=of_north))

        def titles(unit: Organization) -> dict[str, list[str]]:
            agendas, _, _ = in_force(administrator, unit, "agendas")
            return {kind: [item["title"] for item in items] for kind, items in agendas.items()}

        usual = {
            kind.value: [item.title for item in items] for kind, items in Rules().agendas.items()
        }
        assert titles(world.south_one) == usual | {"regular": ["Tỉnh"]}
        assert titles(world.north_one) == titles(world.south_one) | {
            "thematic": ["Xã"],
            "committee": [],
        }

    def test_a_day_takes_away_an_end_that_was_set_above(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        room = make_room(session, world, starts_at=NOON)
        said(decide(sign_in("administrator"), world.root, check_in_closes_minutes=15))
        clock.move_to(NOON + timedelta(hours=5))
        late = check_in(sign_in("member"), room, code_of(room).token)
        said(decide(sign_in("administrator"), world.north, check_in_closes_minutes=1440))
        then = check_in(sign_in("member"), room, code_of(room).token)

        assert (late.status_code, then.status_code) == (409, 201)


class TestChange:
    def test_only_an_administrator_decides(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        refused = [
            decide(sign_in(who), world.north_one, quorum_percent=60).status_code
            for who in ("officer", "secretary", "member", "outsider")
        ]

        assert refused == [403, 403, 403, 404]
        assert rows(session, Setting) == []

    def test_a_word_of_the_same_day_is_replaced_and_both_are_kept_in_the_trace(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        administrator = sign_in("administrator")
        for percent in (60, 70, 70):
            said(decide(administrator, world.root, quorum_percent=percent))

        (row,) = rows(session, Setting)
        assert (row.value, row.decided_by) == (70, world.people["administrator"].account_id)
        traces = rows(session, AuditEntry, AuditEntry.action == "setting.changed")
        told = sorted((trace.details["before"], trace.details["after"]) for trace in traces)
        assert told == [(50, 60), (60, 70)]

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"valid_from": "2026-04-30", "met_needs": []}, "in_a_closed_period"),
            ({"met_needs": ["applause"]}, "unknown_value"),
            ({"quorum_percent": 101}, "too_large"),
            ({"quorum": 50}, "unknown_field"),
        ],
    )
    def test_what_cannot_be_decided(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        values: dict[str, Any],
        code: str,
    ) -> None:
        answer = decide(sign_in("administrator"), world.root, **values)

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
        assert rows(session, Setting) == []

    def test_figures_follow_in_the_branch_and_from_the_day(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING)
        hold(sign_in("outsider"), clock, world.south_one, at("2026-05-22T19:00:00+07:00"))
        administrator, officer = sign_in("administrator"), sign_in("officer")

        def counted() -> tuple[int, int]:
            return (
                figure(officer, world.north, "cells_met")[0],
                figure(officer, world.south, "cells_met")[0],
            )

        assert counted() == (1, 1)
        # From the day after the meeting on: not for the meeting.
        said(decide(administrator, world.north, met_needs=["scored"], valid_from="2026-05-21"))
        assert counted() == (1, 1)
        said(decide(administrator, world.north, met_needs=["scored"], valid_from="2026-05-20"))
        assert counted() == (0, 1)
        assert figure(officer, world.root, "cells_met")[0] == 1
        # The cell's own word is nearer than its committee's.
        said(decide(administrator, world.north_one, met_needs=[], valid_from="2026-05-20"))
        assert counted() == (1, 1)

    def test_a_later_word_changes_no_month_that_is_over(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING, kind="committee")
        clock.move_to(at("2026-06-02T08:00:00+07:00"))
        kinds = {"monthly_kinds": ["regular", "committee"], "quarterly_kinds": ["committee"]}
        said(decide(sign_in("administrator"), world.root, **kinds))

        officer = sign_in("officer")
        for measure in ("cells_met", "cells_met_thematic"):
            for period in ("2026-05", "2026-06"):
                assert figure(officer, world.root, measure, period)[0] == 0
        hold(
            sign_in("secretary"),
            clock,
            world.north_one,
            at("2026-06-05T19:00:00+07:00"),
            kind="committee",
        )
        assert figure(officer, world.root, "cells_met", "2026-06")[0] == 1
        assert figure(officer, world.root, "cells_met_thematic", "2026-06")[0] == 1
