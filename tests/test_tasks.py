"""A task that a meeting decided has an owner and a day, and ends with a result."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import AuditEntry, Meeting, MeetingStatus, Notification
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.meetings import make_meeting
from tests.factories.tasks import make_task
from tests.world import NOON, World, rows


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    return make_meeting(session, world.north_one, status=MeetingStatus.OPEN)


def task_of(meeting: Meeting, **more: Any) -> dict[str, Any]:
    return {"meeting_id": str(meeting.id), "title": "Lập danh sách"} | more


class TestCreate:
    def test_the_owner_is_told_and_the_cell_sees_it(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        owner_id = str(world.people["member"].member_id)
        wanted = task_of(meeting, owner_id=owner_id, due_on="2026-05-20")
        answer = sign_in("secretary").post("/tasks", json=wanted)

        made = said(answer)
        assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
        assert (made["status"], made["is_overdue"], made["owner_id"]) == ("open", False, owner_id)
        location = answer.headers["location"].removeprefix("/api/v1")
        assert said(sign_in("member").get(location)) == made
        assert made["owner_name"] in str(said(sign_in("secretary").get(f"/members/{owner_id}")))
        (told,) = rows(session, Notification, Notification.kind == "task_assigned")
        assert (str(told.member_id), told.title) == (owner_id, "Nhiệm vụ mới: Lập danh sách")
        assert str(told.subject_id) == made["id"]
        assert sign_in("outsider").get(location).status_code == 404

    def test_only_for_somebody_of_the_cell_and_not_before_the_meeting(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        client = sign_in("secretary")
        stranger = str(world.members[world.south_one.id][0])
        for more, pointer, code in (
            ({"owner_id": stranger}, "/owner_id", "not_a_member"),
            ({"due_on": "2026-05-14"}, "/due_on", "before_the_meeting"),
        ):
            answer = client.post("/tasks", json=task_of(meeting, **more))
            assert answer.status_code == 422
            (error,) = answer.json()["errors"]
            assert (error["pointer"], error["code"]) == (pointer, code)
        assert said(client.get("/tasks"))["items"] == []

    def test_only_a_meeting_that_opened_and_was_not_accepted_decides(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        def status_for(status: MeetingStatus) -> int:
            held = make_meeting(session, world.north_one, status=status)
            return sign_in("secretary").post("/tasks", json=task_of(held)).status_code

        deciding = {status.value for status in MeetingStatus if status_for(status) == 201}
        assert deciding == {"open", "ended", "submitted", "returned"}


class TestChange:
    def test_in_the_sight_of_the_task_as_it_stands(
        self, sign_in: SignIn, session: Session, world: World, meeting: Meeting
    ) -> None:
        client, task = sign_in("deputy"), make_task(session, meeting)
        url = f"/tasks/{task.id}"
        owner_id = str(world.people["deputy"].member_id)

        blind = client.patch(url, json={"title": "Khác"})
        changed = client.patch(
            url, json={"owner_id": owner_id, "due_on": "2026-06-01"}, headers={"if-match": '"1"'}
        )
        stale = client.patch(url, json={"title": "Khác"}, headers={"if-match": '"1"'})
        early = client.patch(url, json={"due_on": "2026-01-01"}, headers={"if-match": '"2"'})

        assert (blind.status_code, stale.status_code, early.status_code) == (428, 412, 422)
        assert said(changed)["owner_id"] == owner_id
        assert said(client.get(url)) == said(changed)
        assert len(rows(session, Notification, Notification.kind == "task_assigned")) == 1


class TestClose:
    def test_it_is_done_or_dropped_with_a_result_and_may_be_taken_up_again(
        self, sign_in: SignIn, session: Session, meeting: Meeting
    ) -> None:
        client, task = sign_in("secretary"), make_task(session, meeting)

        def post(verb: str, **body: Any) -> Any:
            return client.post(f"/tasks/{task.id}/{verb}", json=body)

        done = said(post("finish", result="Đã lập, 12 người"))
        again = post("drop", result="Thôi")
        settled = client.patch(f"/tasks/{task.id}", json={}, headers={"if-match": '"2"'})
        reopened = said(client.post(f"/tasks/{task.id}/reopen"))
        dropped = said(post("drop", result="Không còn cần"))

        assert (done["status"], done["result"]) == ("done", "Đã lập, 12 người")
        assert done["closed_at"] is not None
        assert (again.status_code, again.json()["allowed"]) == (409, ["reopen"])
        assert settled.status_code == 409
        assert (reopened["status"], reopened["result"], reopened["closed_at"]) == (
            "open",
            None,
            None,
        )
        assert (dropped["status"], dropped["version"]) == ("dropped", 4)
        traces = rows(session, AuditEntry, AuditEntry.subject_id == task.id)
        assert {trace.action for trace in traces} == {
            "task.finished",
            "task.reopened",
            "task.dropped",
        }
        assert "12" not in str([trace.details for trace in traces])


class TestSearch:
    def test_by_meeting_owner_state_and_whether_the_day_has_passed(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        meeting: Meeting,
        clock: time_machine.Traveller,
    ) -> None:
        owner_id = world.people["member"].member_id
        today = NOON.date()
        due = make_task(session, meeting, title="Hạn", due_on=today, owner_id=owner_id)
        free = make_task(session, meeting, title="Không hạn")
        elsewhere = make_meeting(session, world.south_one, status=MeetingStatus.OPEN)
        make_task(session, elsewhere, title="Nơi khác", due_on=today)

        def found(who: str, **params: Any) -> list[str]:
            items = said(sign_in(who).get("/tasks", params=params))["items"]
            return [item["title"] for item in items]

        assert found("member") == found("secretary") == ["Không hạn", "Hạn"]
        assert found("secretary", overdue="true") == []
        clock.move_to(NOON + timedelta(days=1))
        assert found("member", overdue="true") == ["Hạn"]
        assert found("member", overdue="false") == ["Không hạn"]
        assert found("secretary", owner_id=str(owner_id)) == ["Hạn"]
        assert found("officer", organization_id=str(world.north.id)) == ["Không hạn", "Hạn"]
        assert found("officer", meeting_id=str(elsewhere.id)) == ["Nơi khác"]
        said(sign_in("secretary").post(f"/tasks/{due.id}/finish", json={"result": "Xong"}))
        assert found("secretary", status="open") == [free.title]
        assert found("secretary", overdue="true") == []
