"""What a meeting still lacks, item by item, as the cell and those above read it."""

from typing import Any

import time_machine
from fastapi.testclient import TestClient

from tests.conftest import SignIn, at
from tests.evenings import hand_out, hold, plan, said
from tests.figures import figure
from tests.world import World

EVENING = at("2026-05-20T19:00:00+07:00")


def checklist(client: TestClient, meeting_id: str) -> Any:
    return said(client.get(f"/meetings/{meeting_id}/checklist"))


def met(body: Any) -> set[str]:
    return {item["item"] for item in body["items"] if item["is_met"]}


class TestGet:
    def test_it_fills_up_through_the_life_of_a_meeting(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        secretary = sign_in("secretary")
        meeting_id = plan(secretary, world.north_one, EVENING)
        assert met(checklist(secretary, meeting_id)) == {"notice_sent"}
        hand_out(secretary, meeting_id)
        assert met(checklist(secretary, meeting_id)) == {"notice_sent", "documents_in_time"}

        clock.move_to(EVENING)
        said(secretary.post(f"/meetings/{meeting_id}/open"))
        said(secretary.put(f"/meetings/{meeting_id}/minutes", json={"text": "Đã họp."}))
        said(secretary.post(f"/meetings/{meeting_id}/end"))
        ended = checklist(secretary, meeting_id)
        assert met(ended) == {"notice_sent", "documents_in_time", "held", "minutes_in_time"}
        assert (ended["is_met"], ended["is_on_time"]) == (False, False)

        unmarked = {"unmarked_as": "absent_unexcused"}
        said(secretary.post(f"/meetings/{meeting_id}/submit", json=unmarked))
        whole = checklist(sign_in("overseer"), meeting_id)
        assert {item["item"] for item in whole["items"]} - met(whole) == {"scored"}
        assert (whole["obligation"], whole["is_met"], whole["is_on_time"]) == (
            "monthly",
            True,
            True,
        )
        assert next(item for item in whole["items"] if item["item"] == "documents_in_time") == {
            "item": "documents_in_time",
            "is_met": True,
            "is_needed_for": "on_time",
            "at": "2026-05-15T05:00:00Z",
            "due_at": "2026-05-19T12:00:00Z",
        }

    def test_it_says_what_the_figures_say(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        """The cell's committee asks for a score: the month does not count without one."""
        asked = {"organization_id": str(world.north.id)}
        administrator = sign_in("administrator")
        said(administrator.patch("/settings", params=asked, json={"met_needs": ["scored"]}))
        meeting_id = hold(sign_in("secretary"), clock, world.north_one, EVENING)
        officer = sign_in("officer")

        body = checklist(officer, meeting_id)
        needed = {item["item"]: item["is_needed_for"] for item in body["items"]}
        assert (body["is_met"], needed["scored"]) == (False, "met")
        assert figure(officer, world.north_one, "cells_met")[0] == 0

        said(officer.post(f"/meetings/{meeting_id}/return", json={"comment": "Chấm điểm"}))
        secretary = sign_in("secretary")
        minutes = secretary.get(f"/meetings/{meeting_id}/minutes")
        said(
            secretary.put(
                f"/meetings/{meeting_id}/minutes",
                json={"text": "Đã họp.", "self_score": 92},
                headers={"if-match": minutes.headers["etag"]},
            )
        )
        said(secretary.post(f"/meetings/{meeting_id}/submit", json={}))
        assert checklist(officer, meeting_id)["is_on_time"]
        assert figure(officer, world.north_one, "cells_met_on_time")[0] == 1

    def test_a_member_is_not_told_how_the_cell_did(self, sign_in: SignIn, world: World) -> None:
        meeting_id = plan(sign_in("secretary"), world.north_one, EVENING)

        answers = [
            sign_in(who).get(f"/meetings/{meeting_id}/checklist").status_code
            for who in ("member", "outsider")
        ]

        assert answers == [403, 404]
