"""What the committee office reads: every figure from rows, exact, and with the names behind it."""

from datetime import datetime

import pytest
import time_machine
from sqlalchemy import insert, text
from sqlmodel import Session

from app.core import database
from app.models import Activity, FigureDelta
from app.policies.actors import SYSTEM
from app.schemas.dashboards import DashboardQuery
from app.services import dashboards, figures
from app.work import Work
from tests.conftest import SignIn, at
from tests.evenings import hand_out, hold, plan
from tests.figures import activate, dashboard, figure, missing
from tests.world import NOON, World, rows

EVENING = at("2026-05-20T19:00:00+07:00")


class TestFigures:
    def test_a_dashboard_shows_the_unit_and_its_children(
        self, sign_in: SignIn, world: World
    ) -> None:
        body = dashboard(sign_in("officer"), world.root)

        assert body["organization"] == {
            "id": str(world.root.id),
            "code": "97.001",
            "name": "Đảng bộ tỉnh Thử Nghiệm",
            "kind": "superior",
        }
        assert [child["organization"]["name"] for child in body["children"]] == [
            "Đảng bộ xã Bắc",
            "Đảng bộ xã Nam",
        ]
        assert (body["period"], body["locked"]) == ("2026-05", False)
        assert datetime.fromisoformat(body["as_of"]) == NOON
        assert set(body["figures"]) == {
            "cells_met",
            "cells_met_on_time",
            "cells_met_thematic",
            "documents_on_time",
            "accounts_activated",
            "accounts_active",
            "attendance",
            "attendance_excused",
            "attendance_unexcused",
            "quiz_participation",
        }

    def test_nothing_to_count_has_no_percentage(self, sign_in: SignIn, world: World) -> None:
        assert figure(sign_in("officer"), world.root, "attendance") == (0, 0, None)

    def test_a_submitted_meeting_counts_all_the_way_up(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        people = world.people
        away = {
            people["member"].member_id: "absent_excused",
            people["deputy"].member_id: "absent_unexcused",
        }
        hold(sign_in("secretary"), clock, world.north_one, EVENING, absent=away)  # type: ignore[arg-type]  # they are members

        client = sign_in("officer")
        members = len(world.members[world.north_one.id])
        assert figure(client, world.north_one, "cells_met") == (1, 1, 100.0)
        assert figure(client, world.north, "cells_met") == (1, 2, 50.0)
        assert figure(client, world.root, "cells_met") == (1, 3, 33.33)
        assert figure(client, world.root, "cells_met_on_time") == (1, 3, 33.33)
        assert figure(client, world.root, "attendance") == (members - 2, members, 80.0)
        assert figure(client, world.root, "attendance_excused") == (1, members, 10.0)
        assert figure(client, world.root, "attendance_unexcused") == (1, members, 10.0)

    def test_a_page_is_planned_once_whatever_waits_to_be_added(
        self, session: Session, world: World
    ) -> None:
        """Of a month of which nothing waits, a plan of its own would look cheaper each time."""
        if session.get_bind().dialect.name != "postgresql":
            return
        paths = range(2_000)
        waiting = [{"period": "2026-04", "path": f"{world.root.path}{one:05}"} for one in paths]
        session.execute(insert(FigureDelta), waiting)
        session.execute(text("ANALYZE figure_deltas"))
        work, query = Work(session, SYSTEM, NOON), DashboardQuery(period="2026-05")
        planned = text("SELECT coalesce(sum(custom_plans), 0) FROM pg_prepared_statements")
        before = session.execute(planned).scalar_one()

        for _ in range(30):
            dashboards.get(work, world.root.id, query)

        # By PostgreSQL's rule the first five: of the unit, and of its rows.
        assert session.execute(planned).scalar_one() - before <= 10

    def test_the_worker_changes_nothing_that_a_reader_sees(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING)
        client = sign_in("officer")
        before = dashboard(client, world.root)

        if database.engine().dialect.name == "postgresql":
            with database.writing() as session:
                assert figures.fold(session) > 0

        assert dashboard(client, world.root) == before
        assert before["figures"]["cells_met"]["numerator"] == 1

    def test_a_returned_meeting_drops_out_and_comes_back(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        meeting_id = hold(sign_in("secretary"), clock, world.north_one, EVENING)
        officer = sign_in("officer")

        officer.post(f"/meetings/{meeting_id}/return", json={"comment": "Thiếu nội dung"})
        assert figure(officer, world.root, "cells_met")[0] == 0
        assert figure(officer, world.root, "attendance")[1] > 0

        sign_in("secretary").post(f"/meetings/{meeting_id}/submit", json={})
        assert figure(officer, world.root, "cells_met")[0] == 1

    @pytest.mark.parametrize(
        ("submitted_at", "counted"),
        [("2026-05-22T23:59:59+07:00", 1), ("2026-05-23T00:00:00+07:00", 0)],
    )
    def test_on_time_ends_with_the_second_day(
        self,
        sign_in: SignIn,
        clock: time_machine.Traveller,
        world: World,
        submitted_at: str,
        counted: int,
    ) -> None:
        client = sign_in("secretary")
        meeting_id = plan(client, world.north_one, EVENING)
        hand_out(client, meeting_id)
        clock.move_to(EVENING)
        client.post(f"/meetings/{meeting_id}/open")
        client.put(f"/meetings/{meeting_id}/minutes", json={"text": "Đã họp."})
        client.post(f"/meetings/{meeting_id}/end")
        clock.move_to(at(submitted_at))
        late = sign_in("secretary")
        answer = late.post(
            f"/meetings/{meeting_id}/submit", json={"unmarked_as": "absent_unexcused"}
        )

        assert answer.status_code == 200, answer.text
        assert figure(sign_in("officer"), world.north_one, "cells_met")[0] == 1
        assert figure(sign_in("officer"), world.north_one, "cells_met_on_time")[0] == counted
        late_ones = missing(sign_in("officer"), world.north_one, "cells_met_on_time")["items"]
        assert [(item["failing_item"], at(item["resolved_at"])) for item in late_ones] == (
            [] if counted else [("submitted_late", at(submitted_at))]
        )

    @pytest.mark.parametrize(
        ("handed_out_at", "counted"),
        [("2026-05-19T19:00:00+07:00", 1), ("2026-05-19T19:00:01+07:00", 0)],
    )
    def test_documents_come_a_day_before(
        self,
        sign_in: SignIn,
        clock: time_machine.Traveller,
        world: World,
        handed_out_at: str,
        counted: int,
    ) -> None:
        secretary, officer = sign_in("secretary"), sign_in("officer")
        meeting_id = plan(secretary, world.north_one, EVENING)
        clock.move_to(at(handed_out_at))
        hand_out(secretary, meeting_id)

        assert figure(officer, world.north, "documents_on_time")[:2] == (counted, 2)
        assert figure(officer, world.north, "cells_met")[0] == 0
        called_off = secretary.post(f"/meetings/{meeting_id}/cancel", json={"reason": "Bão"})
        assert called_off.status_code == 200, called_off.text
        assert figure(officer, world.north, "documents_on_time")[:2] == (0, 2)

    def test_a_meeting_that_moves_takes_its_documents_into_its_new_month(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        secretary = sign_in("secretary")
        meeting_id = plan(secretary, world.north_one, EVENING)
        hand_out(secretary, meeting_id)
        moved = {"starts_at": "2026-06-03T19:00:00+07:00"}
        assert secretary.post(f"/meetings/{meeting_id}/postpone", json=moved).status_code == 200

        assert figure(sign_in("officer"), world.north_one, "documents_on_time")[0] == 0
        clock.move_to(at("2026-06-01T08:00:00+07:00"))
        assert figure(sign_in("officer"), world.north_one, "documents_on_time", "2026-06")[0] == 1

    def test_a_thematic_meeting_counts_until_the_end_of_its_quarter(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        meeting_id = hold(sign_in("secretary"), clock, world.north_one, EVENING, kind="thematic")
        clock.move_to(at("2026-07-01T08:00:00+07:00"))
        officer = sign_in("officer")

        def counted() -> list[int]:
            months = ("2026-04", "2026-05", "2026-06", "2026-07")
            return [figure(officer, world.root, "cells_met_thematic", month)[0] for month in months]

        assert counted() == [0, 1, 1, 0]
        assert figure(officer, world.root, "cells_met")[0] == 0
        officer.post(f"/meetings/{meeting_id}/return", json={"comment": "Thiếu nội dung"})
        assert counted() == [0, 0, 0, 0]

    def test_todays_tree_and_the_periods_agree_while_nothing_moved(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        hold(sign_in("secretary"), clock, world.north_one, EVENING)
        client = sign_in("officer")

        as_was, as_is = (dashboard(client, world.root, tree=tree) for tree in ("as_was", "as_is"))

        assert as_was == as_is


class TestAccounts:
    def test_members_without_an_account_are_in_the_denominator_only(
        self, sign_in: SignIn, world: World
    ) -> None:
        assert figure(sign_in("officer"), world.south_one, "accounts_activated") == (2, 4, 50.0)

    @pytest.mark.parametrize(
        ("activated_at", "in_may"),
        [("2026-05-31T23:59:59+07:00", 1), ("2026-06-01T00:00:00+07:00", 0)],
    )
    def test_an_account_counts_from_the_month_it_was_opened_in(
        self,
        sign_in: SignIn,
        session: Session,
        clock: time_machine.Traveller,
        world: World,
        activated_at: str,
        in_may: int,
    ) -> None:
        clock.move_to(at(activated_at))
        before = figure(sign_in("officer"), world.south_one, "accounts_activated")[0]
        waiting = missing(sign_in("officer"), world.south_one, "accounts_activated")["items"][0]
        activate(sign_in, waiting["member"]["id"])

        after = figure(sign_in("officer"), world.south_one, "accounts_activated")[0]
        assert after - before == in_may
        june = figure(sign_in("officer"), world.south_one, "accounts_activated", "2026-06")
        if not in_may:
            assert june[0] == before + 1

    def test_a_request_makes_a_member_active_in_its_month(
        self,
        sign_in: SignIn,
        session: Session,
        clock: time_machine.Traveller,
        world: World,
    ) -> None:
        clock.move_to(at("2026-06-02T08:00:00+07:00"))
        officer = sign_in("officer")
        before = figure(officer, world.north_one, "accounts_active", "2026-06")[0]

        sign_in("member").get("/me")
        sign_in("member").get("/me")

        after = figure(officer, world.north_one, "accounts_active", "2026-06")[0]
        assert after == before + 1
        person = world.people["member"].member_id
        assert len(rows(session, Activity, Activity.member_id == person)) == 1

    def test_an_exemption_takes_a_member_out_from_its_first_day(
        self, sign_in: SignIn, world: World
    ) -> None:
        client = sign_in("officer")
        body = {"member_id": str(world.people["member"].member_id), "valid_from": "2026-04-30"}

        assert client.post("/exemptions", json=body).status_code == 201

        def denominators() -> list[int]:
            periods = ("2026-03", "2026-04", "2026-05")
            return [figure(client, world.north_one, "accounts_activated", p)[1] for p in periods]

        assert denominators() == [10, 9, 9]

    def test_a_fact_of_the_future_waits_for_its_day(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        client = sign_in("officer")
        body = {"member_id": str(world.people["member"].member_id), "valid_from": "2026-05-17"}
        client.post("/exemptions", json=body)

        assert figure(client, world.north_one, "accounts_activated")[1] == 10
        clock.move_to(at("2026-05-17T00:00:01+07:00"))
        assert figure(sign_in("officer"), world.north_one, "accounts_activated")[1] == 9

    def test_a_new_month_opens_with_its_first_request(
        self, sign_in: SignIn, clock: time_machine.Traveller, world: World
    ) -> None:
        clock.move_to(at("2026-07-01T00:00:01+07:00"))

        client = sign_in("officer")
        assert figure(client, world.root, "cells_met", "2026-06") == (0, 3, 0.0)
        assert figure(client, world.root, "cells_met", "2026-07") == (0, 3, 0.0)


class TestWhoMayRead:
    @pytest.mark.parametrize(
        ("who", "north", "south"),
        [
            ("officer", 200, 200),
            ("inspector", 200, 200),
            ("overseer", 200, 404),
            ("branch_officer", 200, 404),
            ("sibling_officer", 404, 200),
            ("secretary", 404, 404),
            ("member", 404, 404),
            ("stranger", 404, 404),
            ("administrator", 403, 403),
        ],
    )
    def test_a_dashboard_is_for_whoever_reaches_the_unit(
        self, sign_in: SignIn, world: World, who: str, north: int, south: int
    ) -> None:
        client = sign_in(who)
        answers = [
            client.get(f"/dashboards/{unit.id}", params={"period": "2026-05"}).status_code
            for unit in (world.north, world.south)
        ]

        assert answers == [north, south]

    def test_a_member_sees_the_cell_but_not_its_figures(
        self, sign_in: SignIn, world: World
    ) -> None:
        query = {"period": "2026-05"}
        answer = sign_in("member").get(f"/dashboards/{world.north_one.id}", params=query)

        assert answer.status_code == 403

    @pytest.mark.parametrize("period", ["2026-13", "2026-5", "05-2026", "20260-05", ""])
    def test_a_period_is_a_month(self, sign_in: SignIn, world: World, period: str) -> None:
        answer = sign_in("officer").get(f"/dashboards/{world.root.id}", params={"period": period})

        assert answer.status_code == 422
