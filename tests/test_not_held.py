"""A cell says that it did not meet; it stays in the denominator all the same."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    AuditEntry,
    Closure,
    Figure,
    MeetingKind,
    MeetingStatus,
    Organization,
    Setting,
)
from tests.conftest import SignIn, at
from tests.evenings import hold, said
from tests.factories.meetings import make_meeting, make_not_held
from tests.world import NOON, World, rows


def word_of(cell: Organization, **more: Any) -> dict[str, Any]:
    wanted = {"period": "2026-04", "reason": "disaster", "note": "Bão số 1"}
    return {"organization_id": str(cell.id), **wanted, **more}


class TestCreate:
    def test_a_secretary_says_so(self, sign_in: SignIn, session: Session, world: World) -> None:
        answer = sign_in("secretary").post("/not-held", json=word_of(world.north_one))

        assert answer.status_code == 201, answer.text
        location = answer.headers["location"].removeprefix("/api/v1")
        assert sign_in("officer").get(location).json() == answer.json()
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "not_held.created")
        assert trace.details == {"period": "2026-04", "reason": "disaster"}
        (figure,) = rows(
            session,
            Figure,
            Figure.organization_id == world.north_one.id,
            Figure.period == "2026-04",
        )
        assert (figure.cells, figure.cells_met) == (1, 0)

    def test_not_of_a_period_that_has_not_begun(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("secretary")
        future = client.post("/not-held", json=word_of(world.north_one, period="2026-06"))
        present = client.post("/not-held", json=word_of(world.north_one, period="2026-05"))

        assert (future.status_code, future.json()["code"]) == (409, "period_not_begun")
        assert present.status_code == 201

    def test_not_when_a_regular_meeting_was_held(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        april = at("2026-04-30T16:59:00Z")
        make_meeting(
            session,
            world.north_one,
            status=MeetingStatus.ENDED,
            starts_at=april,
            kind=MeetingKind.THEMATIC,
        )
        make_meeting(session, world.north_one, status=MeetingStatus.OPEN, starts_at=april)
        make_meeting(session, world.north_two, status=MeetingStatus.ENDED, starts_at=april)

        first = sign_in("secretary").post("/not-held", json=word_of(world.north_one))
        make_meeting(session, world.north_one, status=MeetingStatus.ENDED, starts_at=april)
        second = sign_in("secretary").post(
            "/not-held", json=word_of(world.north_one, reason="other")
        )

        assert first.status_code == 201
        assert (second.status_code, second.json()["code"]) == (409, "meeting_held")

    def test_not_when_a_meeting_of_another_monthly_kind_was_held(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        decided = Setting(
            organization_id=world.north.id,
            name="monthly_kinds",
            value=["regular", "thematic"],
            valid_from=date(2026, 4, 10),
        )
        session.add(decided)
        session.flush()
        held = {"status": MeetingStatus.ENDED, "kind": MeetingKind.THEMATIC}
        client = sign_in("secretary")

        make_meeting(session, world.north_one, starts_at=at("2026-04-09T12:00:00Z"), **held)
        before = said(client.post("/not-held", json=word_of(world.north_one)))
        client.delete(f"/not-held/{before['id']}").raise_for_status()
        make_meeting(session, world.north_one, starts_at=at("2026-04-10T12:00:00Z"), **held)
        after = client.post("/not-held", json=word_of(world.north_one))

        assert (after.status_code, after.json()["code"]) == (409, "meeting_held")

    def test_once_for_a_period(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("secretary")
        first = client.post("/not-held", json=word_of(world.north_one)).json()

        second = client.post("/not-held", json=word_of(world.north_one))
        client.delete(f"/not-held/{first['id']}").raise_for_status()
        third = client.post("/not-held", json=word_of(world.north_one))

        assert (second.status_code, second.json()["code"]) == (409, "conflict")
        assert third.status_code == 201

    def test_only_of_a_cell_of_that_period(self, sign_in: SignIn, world: World) -> None:
        answer = sign_in("secretary").post(
            "/not-held", json=word_of(world.north_one, period="2025-12")
        )

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/organization_id"

    def test_not_of_a_month_in_which_the_cell_was_closed(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        first, opened = date(2026, 3, 20), date(2026, 5, 1)
        cell = world.north_one.id
        session.add(Closure(organization_id=cell, valid_from=first, valid_to=opened))
        session.flush()

        statuses = [
            sign_in("secretary")
            .post("/not-held", json=word_of(world.north_one, period=period))
            .status_code
            for period in ("2026-03", "2026-04", "2026-05")
        ]

        assert statuses == [201, 422, 201]

    @pytest.mark.parametrize(
        ("who", "status"), [("member", 403), ("officer", 403), ("outsider", 404)]
    )
    def test_nobody_else_says_so(
        self, sign_in: SignIn, world: World, who: str, status: int
    ) -> None:
        answer = sign_in(who).post("/not-held", json=word_of(world.north_one))

        assert answer.status_code == status


class TestWithdraw:
    def test_what_is_taken_back_is_gone(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        word = make_not_held(session, world.north_one)
        client, url = sign_in("secretary"), f"/not-held/{word.id}"

        assert sign_in("officer").delete(url).status_code == 403
        assert sign_in("outsider").delete(url).status_code == 404
        assert client.delete(url).status_code == 204
        assert client.delete(url).status_code == 404
        assert client.get(url).status_code == 404
        assert client.get("/not-held").json()["items"] == []

    def test_meeting_after_all_takes_it_back(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        client, cell = sign_in("secretary"), world.north_one
        for period in ("2026-04", "2026-05"):
            said(client.post("/not-held", json=word_of(cell, period=period)))

        def standing() -> list[str]:
            return [item["period"] for item in said(client.get("/not-held"))["items"]]

        hold(client, clock, cell, NOON + timedelta(hours=2), kind="thematic")
        assert standing() == ["2026-05", "2026-04"]
        hold(client, clock, cell, NOON + timedelta(hours=6))
        assert standing() == ["2026-04"]
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "not_held.withdrawn")
        assert trace.details == {"period": "2026-05", "because": "met"}


class TestExcuse:
    def test_the_level_above_accepts_the_reason_once(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        word = make_not_held(session, world.north_one)
        url = f"/not-held/{word.id}/excuse"

        excused = said(sign_in("officer").post(url))

        assert excused["excused_by"] == str(world.people["officer"].account_id)
        assert excused["excused_at"] is not None
        again = sign_in("officer").post(url)
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
        traces = rows(session, AuditEntry, AuditEntry.action == "not_held.excused")
        assert [trace.details for trace in traces] == [{"period": "2026-04"}]


class TestSearch:
    def test_by_branch_and_period(self, sign_in: SignIn, session: Session, world: World) -> None:
        make_not_held(session, world.north_one)
        make_not_held(session, world.north_two, period="2026-03")
        make_not_held(session, world.south_one)

        def count(**params: str) -> int:
            return len(sign_in("officer").get("/not-held", params=params).json()["items"])

        assert count() == 3
        assert count(organization_id=str(world.north.id)) == 2
        assert count(organization_id=str(world.north.id), period="2026-04") == 1
