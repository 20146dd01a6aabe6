"""The agenda begins with what is usual and what was left open; it settles as the meeting opens."""

from datetime import date
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import AuditEntry, Meeting, MeetingStatus, Setting, TaskStatus
from tests.conftest import SignIn, at
from tests.evenings import plan, said
from tests.factories.agendas import make_item
from tests.factories.meetings import make_meeting
from tests.factories.tasks import make_task
from tests.world import World, rows


def draft(world: World, **more: Any) -> dict[str, Any]:
    wanted = {"organization_id": str(world.north_one.id), "starts_at": "2026-06-05T12:00:00Z"}
    return wanted | more


def agenda_of(sign_in: SignIn, who: str, meeting_id: object) -> Any:
    return said(sign_in(who).get(f"/meetings/{meeting_id}/agenda"))


def brought_to(sign_in: SignIn, meeting_id: str) -> list[str]:
    """What follows the five usual items."""
    return [item["title"] for item in agenda_of(sign_in, "secretary", meeting_id)["items"]][5:]


def put(client: TestClient, meeting_id: str, *items: dict[str, Any]) -> None:
    url, seen = f"/meetings/{meeting_id}/agenda", {"if-match": "*"}
    said(client.put(url, json={"items": items}, headers=seen))


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    return make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)


class TestFill:
    def test_a_draft_begins_with_the_usual_items_of_its_kind(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        decided = {"thematic": [{"title": "Chuyên đề riêng", "planned_minutes": 90}]}
        session.add(
            Setting(
                organization_id=world.north.id,
                name="agendas",
                value=decided,
                valid_from=date(2026, 1, 1),
            )
        )
        session.flush()

        def items(where: World, kind: str) -> list[tuple[str, int | None]]:
            client = sign_in("secretary")
            made = said(client.post("/meetings", json=draft(where, kind=kind)))
            agenda = agenda_of(sign_in, "secretary", made["id"])
            assert [item["position"] for item in agenda["items"]] == list(
                range(1, len(agenda["items"]) + 1)
            )
            return [(item["title"], item["planned_minutes"]) for item in agenda["items"]]

        assert items(world, "thematic") == [("Chuyên đề riêng", 90)]
        assert len(items(world, "regular")) == 5

    def test_what_was_left_open_and_open_tasks_follow(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        last = make_meeting(session, world.north_one, status=MeetingStatus.ENDED)
        task = make_task(session, last, title="Lập danh sách")
        make_task(session, last, status=TaskStatus.DONE)
        left = make_item(session, last, title="Sửa nhà văn hóa", presenter="Chi ủy", status="open")
        make_item(session, last, status="done")
        make_item(session, last, status="open", task_id=task.id)
        for cell in (world.north_one, world.north_two):
            older = at("2026-05-01T05:00:00Z")
            passed = make_meeting(session, cell, status=MeetingStatus.ENDED, starts_at=older)
            make_item(session, passed, status="open")

        def items(kind: str) -> list[dict[str, Any]]:
            made = said(sign_in("secretary").post("/meetings", json=draft(world, kind=kind)))
            agenda: list[dict[str, Any]] = agenda_of(sign_in, "secretary", made["id"])["items"]
            return agenda

        *usual, carried, asking = items("regular")
        assert len(usual) == 5
        assert (carried["title"], carried["presenter"]) == ("Sửa nhà văn hóa", "Chi ủy")
        assert (carried["carried_from_id"], carried["status"]) == (str(left.id), "planned")
        assert asking["title"] == "Kết quả nhiệm vụ: Lập danh sách"
        assert asking["task_id"] == str(task.id)
        assert {item["carried_from_id"] for item in items("committee")} == {None}

    def test_a_meeting_planned_ahead_gets_what_was_left_open_since(
        self, sign_in: SignIn, world: World, clock: time_machine.Traveller
    ) -> None:
        client = sign_in("secretary")
        june = plan(client, world.north_one, at("2026-06-05T12:00:00Z"))
        may = plan(client, world.north_one, at("2026-05-16T12:00:00Z"))
        clock.move_to(at("2026-05-16T12:00:00Z"))
        said(client.post(f"/meetings/{may}/open"))
        items = agenda_of(sign_in, "secretary", may)["items"]
        kept = [{"id": item["id"], "title": item["title"]} for item in items]
        put(client, may, *kept, {"title": "Làm đường", "status": "open"})
        said(client.post("/tasks", json={"meeting_id": may, "title": "Mới"}))
        said(client.post(f"/meetings/{may}/end"))

        clock.move_to(at("2026-06-05T12:00:00Z"))
        said(client.post(f"/meetings/{june}/open"))

        assert brought_to(sign_in, june) == ["Làm đường", "Kết quả nhiệm vụ: Mới"]

    def test_nothing_comes_twice_and_what_was_taken_off_stays_off(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        client, ended = sign_in("secretary"), {"status": MeetingStatus.ENDED}
        april = make_meeting(
            session, world.north_one, starts_at=at("2026-04-16T12:00:00Z"), **ended
        )
        left = make_item(session, april, title="Sửa nhà văn hóa", status="open")
        make_task(session, april, title="Cũ")
        june = said(client.post("/meetings", json=draft(world, place="Hội trường")))["id"]
        *kept, asking = agenda_of(sign_in, "secretary", june)["items"]
        assert asking["title"] == "Kết quả nhiệm vụ: Cũ"
        put(client, june, *({"id": item["id"], "title": item["title"]} for item in kept))
        may = make_meeting(session, world.north_one, **ended)
        make_item(session, may, title=left.title, status="open", carried_from_id=left.id)
        make_item(session, may, title="Làm đường", status="open", position=2)

        said(client.post(f"/meetings/{june}/schedule"))
        assert brought_to(sign_in, june) == ["Sửa nhà văn hóa", "Làm đường"]
        make_task(session, may, title="Mới")
        clock.move_to(at("2026-06-05T12:00:00Z"))
        said(client.post(f"/meetings/{june}/open"))
        assert brought_to(sign_in, june)[2:] == ["Kết quả nhiệm vụ: Mới"]

    def test_a_postponed_meeting_keeps_its_agenda(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("secretary")
        made = said(client.post("/meetings", json=draft(world, place="Hội trường")))
        said(client.post(f"/meetings/{made['id']}/schedule"))
        before = agenda_of(sign_in, "member", made["id"])["items"]

        later = {"starts_at": "2026-06-07T12:00:00Z"}
        said(client.post(f"/meetings/{made['id']}/postpone", json=later))

        assert agenda_of(sign_in, "member", made["id"])["items"] == before != []


class TestWrite:
    def test_the_whole_list_in_the_sight_of_the_meeting_as_it_stands(
        self, sign_in: SignIn, session: Session, meeting: Meeting
    ) -> None:
        url, client = f"/meetings/{meeting.id}/agenda", sign_in("secretary")
        empty = client.get(url)
        seen = {"if-match": empty.headers["etag"]}
        first = client.put(
            url,
            json={"items": [{"title": "Một", "planned_minutes": 10}, {"title": "Hai"}]},
            headers=seen,
        )
        one, two = said(first)["items"]
        turned = [{"id": two["id"], "title": "Hai nữa"}, {"title": "Ba"}, {"title": "Bốn"}]
        turned.append({"id": one["id"], "title": "Một"})
        blind = client.put(url, json={"items": turned})
        stale = client.put(url, json={"items": turned}, headers=seen)
        second = client.put(
            url, json={"items": turned}, headers={"if-match": first.headers["etag"]}
        )
        shorter = client.put(
            url, json={"items": turned[:1]}, headers={"if-match": second.headers["etag"]}
        )

        assert (blind.status_code, stale.status_code) == (428, 412)
        titles = [item["title"] for item in said(second)["items"]]
        assert titles == ["Hai nữa", "Ba", "Bốn", "Một"]
        assert said(second)["items"][3] | {"position": 1} == one
        assert [item["id"] for item in said(shorter)["items"]] == [two["id"]]
        assert client.get(url).json() == said(shorter)
        whole = client.get(f"/meetings/{meeting.id}")
        assert whole.headers["etag"] == shorter.headers["etag"] == client.get(url).headers["etag"]
        assert len(rows(session, AuditEntry, AuditEntry.action == "agenda.written")) == 3

    def test_once_the_meeting_opens_items_are_added_and_get_their_status(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("secretary")
        opens = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
        url = f"/meetings/{opens.id}/agenda"
        items = [{"title": "Một"}, {"title": "Hai"}]
        made = said(client.put(url, json={"items": items}, headers={"if-match": '"1"'}))
        one, two = ({"id": i["id"], "title": i["title"]} for i in made["items"])
        said(client.post(f"/meetings/{opens.id}/open"))

        def put(*given: dict[str, Any]) -> Any:
            etag = client.get(url).headers["etag"]
            return client.put(url, json={"items": given}, headers={"if-match": etag})

        for refused in ([one], [two, one], [one | {"title": "Khác"}, two], []):
            answer = put(*refused)
            assert (answer.status_code, answer.json()["code"]) == (409, "agenda_settled")
        told = said(put(one | {"status": "done"}, {"title": "Phát sinh"}, two | {"status": "open"}))
        assert [(i["title"], i["status"]) for i in told["items"]] == [
            ("Một", "done"),
            ("Phát sinh", "planned"),
            ("Hai", "open"),
        ]

    @pytest.mark.parametrize("status", ["submitted", "accepted", "cancelled"])
    def test_not_of_a_meeting_out_of_the_cells_hands(
        self, sign_in: SignIn, session: Session, world: World, status: str
    ) -> None:
        closed = make_meeting(session, world.north_one, status=MeetingStatus(status))
        answer = sign_in("secretary").put(
            f"/meetings/{closed.id}/agenda", json={"items": []}, headers={"if-match": '"1"'}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")

    def test_items_of_another_agenda_and_items_named_twice_are_refused(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        client = sign_in("secretary")
        other = make_meeting(session, world.north_one, starts_at=at("2026-06-05T12:00:00Z"))
        made = said(
            client.put(
                f"/meetings/{other.id}/agenda",
                json={"items": [{"title": "Một"}]},
                headers={"if-match": '"1"'},
            )
        )
        mine = {"id": made["items"][0]["id"], "title": "Một"}

        def fault(meeting_id: object, *items: dict[str, Any]) -> tuple[int, str, str]:
            url = f"/meetings/{meeting_id}/agenda"
            etag = client.get(url).headers["etag"]
            answer = client.put(url, json={"items": items}, headers={"if-match": etag})
            (error,) = answer.json()["errors"]
            return answer.status_code, error["pointer"], error["code"]

        assert fault(meeting.id, mine) == (422, "/items/0/id", "unknown_item")
        assert fault(other.id, mine, mine) == (422, "/items/1/id", "duplicate")
        assert (
            fault(other.id, {"title": "x", "planned_minutes": 0})[1] == "/items/0/planned_minutes"
        )


class TestRead:
    def test_members_see_none_of_a_draft(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        url = f"/meetings/{make_meeting(session, world.north_one).id}/agenda"

        assert sign_in("member").get(url).status_code == 404
        assert sign_in("committee_member").get(url).status_code == 200

    def test_members_see_what_is_for_everybody(self, sign_in: SignIn, meeting: Meeting) -> None:
        items = [{"title": "Chung"}, {"title": "Nhân sự", "audience": "leaders"}]
        made = said(
            sign_in("secretary").put(
                f"/meetings/{meeting.id}/agenda", json={"items": items}, headers={"if-match": '"1"'}
            )
        )

        def titles(who: str) -> list[str]:
            return [item["title"] for item in agenda_of(sign_in, who, meeting.id)["items"]]

        assert titles("member") == ["Chung"]
        for who in ("deputy", "committee_member", "officer", "overseer"):
            assert titles(who) == ["Chung", "Nhân sự"]
        kept = [{"id": item["id"], "title": item["title"]} for item in made["items"]]
        said(
            sign_in("deputy").put(
                f"/meetings/{meeting.id}/agenda", json={"items": kept}, headers={"if-match": '"2"'}
            )
        )
        assert titles("member") == ["Chung"]
