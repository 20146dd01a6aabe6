"""Who is behind a figure, by name, and what failed."""

from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import MeetingStatus
from app.policies.actors import SYSTEM
from app.services import figures
from app.work import Work
from tests.conftest import SignIn, at
from tests.evenings import hold, plan
from tests.factories.meetings import make_meeting
from tests.figures import activate, figure, missing
from tests.world import NOON, World

EVENING = at("2026-05-20T19:00:00+07:00")


class TestMissing:
    def test_the_cells_that_did_not_meet_by_name(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING)
        declared = {"organization_id": str(world.south_one.id), "period": "2026-05"}
        sign_in("outsider").post("/not-held", json=declared | {"reason": "disaster"})

        body = missing(sign_in("officer"), world.root, "cells_met")

        assert body["count"] == 2
        assert [
            (item["organization"]["name"], item["failing_item"], item["reason"])
            for item in body["items"]
        ] == [("Chi bộ Bắc 2", "no_meeting", None), ("Chi bộ Nam 1", "no_meeting", "disaster")]
        assert body["items"][1]["contact"]["member_id"] == str(world.people["outsider"].member_id)

    def test_a_planned_meeting_is_named_as_not_held(self, sign_in: SignIn, world: World) -> None:
        plan(sign_in("secretary"), world.north_one, EVENING)

        item = missing(sign_in("officer"), world.north_one, "cells_met")["items"][0]

        assert item["failing_item"] == "not_held"

    def test_who_came_later_carries_the_moment(
        self, sign_in: SignIn, session: Session, clock: time_machine.Traveller, world: World
    ) -> None:
        waiting = missing(sign_in("officer"), world.south_one, "accounts_activated")["items"]
        clock.move_to(at("2026-06-10T09:00:00+07:00"))
        activate(sign_in, waiting[0]["member"]["id"])

        body = missing(sign_in("officer"), world.south_one, "accounts_activated")

        assert body["count"] == 2
        resolved = {item["member"]["id"]: item["resolved_at"] for item in body["items"]}
        assert resolved[waiting[0]["member"]["id"]] == "2026-06-10T02:00:00Z"
        assert resolved[waiting[1]["member"]["id"]] is None

    def test_the_absent_are_the_missing_of_attendance(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        absent = world.people["member"].member_id
        hold(
            sign_in("secretary"),
            clock,
            world.north_one,
            EVENING,
            absent={absent: "absent_excused"},  # type: ignore[dict-item]  # a member
        )

        body = missing(sign_in("officer"), world.root, "attendance")

        assert [(item["member"]["id"], item["failing_item"]) for item in body["items"]] == [
            (str(absent), "absent_excused")
        ]

    def test_pages_make_the_whole(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        query: dict[str, Any] = {"measure": "accounts_active", "period": "2026-05", "limit": 4}
        seen: list[str] = []
        while True:
            body = client.get(f"/dashboards/{world.root.id}/missing", params=query).json()
            seen += [item["member"]["id"] for item in body["items"]]
            if body["next_cursor"] is None:
                break
            query["cursor"] = body["next_cursor"]

        assert len(seen) == len(set(seen)) == body["count"]
        numerator, denominator, _ = figure(client, world.root, "accounts_active")
        assert body["count"] == denominator - numerator

    @pytest.mark.parametrize("measure", ["attendance_excused", "attendance_unexcused", "nonsense"])
    def test_only_measures_with_somebody_missing(
        self, sign_in: SignIn, world: World, measure: str
    ) -> None:
        query = {"measure": measure, "period": "2026-05"}
        answer = sign_in("officer").get(f"/dashboards/{world.root.id}/missing", params=query)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

    @pytest.mark.parametrize(
        ("facts", "item", "resolved_at"),
        [
            ({"notice_sent_at": None}, "no_notice", None),
            ({"notice_sent_at": "2026-05-11T13:00:00Z"}, "no_notice", "2026-05-11T13:00:00Z"),
            ({"documents_published_at": None}, "no_document_in_time", None),
            (
                {"minutes_written_at": "2026-05-14T01:00:00Z"},
                "minutes_late",
                "2026-05-14T01:00:00Z",
            ),
            (
                {"first_submitted_at": "2026-05-15T01:00:00Z"},
                "submitted_late",
                "2026-05-15T01:00:00Z",
            ),
            ({"status": "returned"}, "returned", None),
            ({"status": "ended"}, "not_submitted", None),
            ({"status": "draft"}, "not_scheduled", None),
        ],
    )
    def test_the_first_item_that_fails_is_named(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        facts: dict[str, Any],
        item: str,
        resolved_at: str | None,
    ) -> None:
        held(session, world, **facts)

        (found,) = missing(sign_in("officer"), world.north_one, "cells_met_on_time")["items"]

        assert (found["failing_item"], found["resolved_at"]) == (item, resolved_at)

    @pytest.mark.parametrize(
        ("status", "resolved_at"),
        [
            ("submitted", "2026-05-11T01:00:00Z"),
            ("scheduled", "2026-05-11T01:00:00Z"),
            ("cancelled", None),
            ("draft", None),
        ],
    )
    def test_a_late_document_counts_for_a_meeting_that_takes_place(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        status: str,
        resolved_at: str | None,
    ) -> None:
        held(session, world, status=status, documents_published_at="2026-05-11T01:00:00Z")

        late, without = missing(sign_in("officer"), world.north, "documents_on_time")["items"]

        assert (late["failing_item"], late["resolved_at"]) == ("no_document_in_time", resolved_at)
        assert (without["failing_item"], without["resolved_at"]) == ("no_meeting", None)

    def test_of_several_meetings_the_best_one_speaks(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        held(session, world, status="draft")
        held(session, world, status="scheduled")
        held(session, world, notice_sent_at=None, documents_published_at=None)
        held(session, world, minutes_written_at=None)

        (found,) = missing(sign_in("officer"), world.north_one, "cells_met_on_time")["items"]

        assert found["failing_item"] == "minutes_late"

    def test_cells_without_a_theme_in_the_quarter(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        held(session, world, kind="thematic", status="returned")

        found = missing(sign_in("officer"), world.north, "cells_met_thematic")["items"]

        assert [item["failing_item"] for item in found] == ["returned", "no_thematic_meeting"]


def held(session: Session, world: World, **facts: Any) -> None:
    """A meeting of 11 May in the first cell, whole but for what is told."""
    starts_at = at("2026-05-11T12:00:00Z")
    whole: dict[str, Any] = {
        "status": MeetingStatus.SUBMITTED,
        "starts_at": starts_at,
        "ended_at": at("2026-05-11T14:00:00Z"),
        "notice_sent_at": at("2026-05-05T01:00:00Z"),
        "documents_published_at": at("2026-05-09T01:00:00Z"),
        "minutes_written_at": at("2026-05-11T14:30:00Z"),
    }
    told = {
        name: at(value) if name.endswith("_at") and value else value
        for name, value in facts.items()
    }
    meeting = make_meeting(session, world.north_one, **(whole | told))
    figures.recount_meeting(Work(session, SYSTEM, NOON), meeting)
