"""What meetings promise: how they are drafted, changed, and moved from state to state."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.models import (
    AuditEntry,
    HeldAs,
    MeetingStatus,
    Organization,
)
from tests.conftest import SignIn, at
from tests.factories.meetings import make_meeting
from tests.factories.people import make_member
from tests.world import World, rows

TOMORROW = "2026-05-16T19:00:00+07:00"


def draft_of(cell: Organization, **fields: Any) -> dict[str, Any]:
    wanted = {"title": "Sinh hoạt tháng 5", "starts_at": TOMORROW, "place": "Hội trường"}
    return {"organization_id": str(cell.id), **wanted, **fields}


def traces(session: Session, subject_id: UUID) -> list[str]:
    found = rows(session, AuditEntry, AuditEntry.subject_id == subject_id)
    return sorted(entry.action for entry in found)


class TestCreate:
    def test_a_secretary_drafts_a_meeting(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        answer = sign_in("secretary").post("/meetings", json=draft_of(world.north_one))

        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert answer.headers["location"].endswith(f"/meetings/{body['id']}")
        assert answer.headers["etag"] == f'"{body["version"]}"'
        assert (body["status"], body["kind"], body["period"]) == ("draft", "regular", "2026-05")
        assert body["starts_at"] == "2026-05-16T12:00:00Z"
        assert traces(session, UUID(body["id"])) == ["meeting.created"]

    def test_the_period_is_the_local_month(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("secretary")
        june = draft_of(world.north_one, starts_at="2026-05-31T17:30:00Z")
        may = draft_of(world.north_one, starts_at="2026-05-31T16:59:59Z")

        assert client.post("/meetings", json=june).json()["period"] == "2026-06"
        assert client.post("/meetings", json=may).json()["period"] == "2026-05"

    @pytest.mark.parametrize(
        ("kind", "title"),
        [
            ("regular", "Sinh hoạt chi bộ thường kỳ tháng 6/2026"),
            ("thematic", "Sinh hoạt chuyên đề tháng 6/2026"),
        ],
    )
    def test_without_a_title_it_is_named_by_its_kind_and_local_month(
        self, sign_in: SignIn, world: World, kind: str, title: str
    ) -> None:
        wanted = draft_of(world.north_one, kind=kind, starts_at="2026-05-31T17:30:00Z")
        del wanted["title"]

        assert sign_in("secretary").post("/meetings", json=wanted).json()["title"] == title

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"period": "2026-05"}, "/period"),
            ({"starts_at": "2026-05-16T19:00:00"}, "/starts_at"),
            ({"ends_at": "2026-05-16T11:00:00Z"}, "/ends_at"),
            ({"starts_at": "2025-12-31T12:00:00Z"}, "/starts_at"),
            ({"online_url": "javascript:alert(1)"}, "/online_url"),
            ({"kind": "weekly"}, "/kind"),
            ({"title": ""}, "/title"),
        ],
    )
    def test_a_fault_is_named_by_its_field(
        self, sign_in: SignIn, world: World, fields: dict[str, Any], pointer: str
    ) -> None:
        answer = sign_in("secretary").post("/meetings", json=draft_of(world.north_one, **fields))

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("deputy", 201),
            ("committee_member", 403),
            ("member", 403),
            ("officer", 403),
            ("outsider", 404),
            ("stranger", 404),
            ("administrator", 403),
        ],
    )
    def test_only_who_leads_the_cell_creates(
        self, sign_in: SignIn, world: World, who: str, status: int
    ) -> None:
        answer = sign_in(who).post("/meetings", json=draft_of(world.north_one))

        assert answer.status_code == status, answer.text


class TestSearch:
    def test_the_newest_come_first_page_by_page(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        days = ("2026-03-04", "2026-05-04", "2026-04-04")
        for day in days:
            make_meeting(session, world.north_one, starts_at=at(f"{day}T12:00:00Z"))
        client = sign_in("secretary")

        first = client.get("/meetings", params={"limit": 2}).json()
        second = client.get("/meetings", params={"cursor": first["next_cursor"]}).json()

        seen = [item["period"] for page in (first, second) for item in page["items"]]
        assert seen == ["2026-05", "2026-04", "2026-03"]
        assert second["next_cursor"] is None

    def test_a_filter_by_unit_means_all_below(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for cell in (world.north_one, world.north_two, world.south_one):
            make_meeting(session, cell)
        client = sign_in("officer")

        def cells_of(unit: Organization) -> list[str]:
            answer = client.get("/meetings", params={"organization_id": str(unit.id)})
            return sorted(item["organization_id"] for item in answer.json()["items"])

        assert cells_of(world.north) == sorted([str(world.north_one.id), str(world.north_two.id)])
        assert len(cells_of(world.root)) == 3
        foreign = client.get("/meetings", params={"organization_id": str(world.other.id)})
        assert foreign.status_code == 404

    def test_filters_narrow_and_repeat(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for status in ("draft", "scheduled", "cancelled"):
            make_meeting(session, world.north_one, status=MeetingStatus(status))
        make_meeting(session, world.north_one, starts_at=at("2026-05-31T17:30:00Z"))
        client = sign_in("secretary")

        def count(**params: Any) -> int:
            return len(client.get("/meetings", params=params).json()["items"])

        assert count(status=["scheduled", "cancelled"]) == 2
        assert (count(period="2026-05"), count(period="2026-06")) == (3, 1)
        assert (count(kind="regular"), count(kind="thematic")) == (4, 0)


class TestDrafts:
    def test_members_learn_of_a_meeting_when_it_is_announced(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        draft = make_meeting(session, world.north_one)
        member = sign_in("member")

        def seen() -> tuple[int, int]:
            one = member.get(f"/meetings/{draft.id}").status_code
            return one, len(member.get("/meetings").json()["items"])

        before = seen()
        leader = sign_in("committee_member").get(f"/meetings/{draft.id}")
        sign_in("secretary").post(f"/meetings/{draft.id}/schedule").raise_for_status()

        assert (before, leader.status_code, seen()) == ((404, 0), 200, (200, 1))
        sign_in("secretary").post(f"/meetings/{draft.id}/cancel", json={"reason": "Bão"})
        assert seen() == (200, 1)

    def test_one_that_was_never_announced_is_never_seen(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        draft = make_meeting(session, world.north_one)
        secretary, member = sign_in("secretary"), sign_in("member")
        url = f"/meetings/{draft.id}"
        secretary.post(f"{url}/cancel", json={"reason": "Nhầm ngày"}).raise_for_status()

        assert (secretary.get(url).status_code, member.get(url).status_code) == (200, 404)
        assert member.get("/meetings").json()["items"] == []


class TestByGroups:
    """Cells of fifty members or more may, three times a year."""

    def test_not_in_a_small_cell(self, sign_in: SignIn, session: Session, world: World) -> None:
        for number in range(500, 539):
            make_member(session, world.north_one, number=number)
        wanted = draft_of(world.north_one, held_as="groups")
        client = sign_in("secretary")

        small = client.post("/meetings", json=wanted)
        late = date(2026, 5, 17)
        make_member(session, world.north_one, number=539, joined_on=late)
        on_the_day_before = client.post("/meetings", json=wanted)
        moved = client.post("/meetings", json=wanted | {"starts_at": "2026-05-17T12:00:00Z"})

        for refused in (small, on_the_day_before):
            (error,) = refused.json()["errors"]
            assert (refused.status_code, error["pointer"]) == (422, "/held_as")
            assert error["code"] == "groups_need_fifty_members"
        assert moved.status_code == 201

    def test_three_times_in_a_local_year(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        cell = world.north_one
        for number in range(500, 540):
            make_member(session, cell, number=number)
        groups: dict[str, Any] = {"held_as": HeldAs.GROUPS}
        make_meeting(session, cell, status=MeetingStatus.ACCEPTED, **groups)
        make_meeting(session, cell, status=MeetingStatus.POSTPONED, **groups)
        for status in (MeetingStatus.DRAFT, MeetingStatus.CANCELLED):
            make_meeting(session, cell, status=status, **groups)
        last = at("2026-12-31T16:59:00Z")
        third = make_meeting(session, cell, starts_at=last, **groups)
        fourth = make_meeting(session, cell, **groups)
        client = sign_in("secretary")

        assert client.post(f"/meetings/{third.id}/schedule").status_code == 200
        refused = client.post(f"/meetings/{fourth.id}/schedule")
        again = client.post("/meetings", json=draft_of(cell, held_as="groups"))
        url = f"/meetings/{third.id}/postpone"
        moved = client.post(url, json={"starts_at": "2026-12-31T17:00:00Z"})

        for answer in (refused, again):
            assert answer.json()["code"] == "groups_three_times_a_year"
            assert answer.status_code == 409
        assert moved.status_code == 200
        assert client.post(f"/meetings/{fourth.id}/schedule").status_code == 200


class TestChange:
    def test_a_change_needs_the_version_it_saw(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        url = f"/meetings/{make_meeting(session, world.north_one).id}"
        client = sign_in("secretary")
        seen = {"If-Match": client.get(url).headers["etag"]}
        change = {"place": "Nhà văn hóa"}

        assert client.patch(url, json=change).json()["code"] == "if_match_required"
        first = client.patch(url, json=change, headers=seen)
        second = client.patch(url, json={"place": "Sân đình"}, headers=seen)

        assert (first.status_code, first.json()["place"]) == (200, "Nhà văn hóa")
        assert first.headers["etag"] != seen["If-Match"]
        assert (second.status_code, second.json()["code"]) == (412, "stale")
        assert client.get(url).json()["place"] == "Nhà văn hóa"

    def test_the_start_of_a_scheduled_meeting_only_moves_by_postponing(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
        answer = sign_in("secretary").patch(
            f"/meetings/{meeting.id}", json={"starts_at": TOMORROW}, headers={"If-Match": '"1"'}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
        assert answer.json()["allowed"] == ["postpone", "cancel", "open"]

    def test_nothing_changes_once_it_is_open(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.OPEN)
        answer = sign_in("secretary").patch(
            f"/meetings/{meeting.id}", json={"title": "Khác"}, headers={"If-Match": '"1"'}
        )

        assert (answer.status_code, answer.json()["allowed"]) == (409, ["end"])

    def test_a_scheduled_meeting_keeps_a_place(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
        answer = sign_in("secretary").patch(
            f"/meetings/{meeting.id}", json={"place": None}, headers={"If-Match": '"1"'}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "place_missing")


class TestSchedule:
    def test_it_needs_a_place_or_an_online_address(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        nowhere = make_meeting(session, world.north_one, place=None)
        online = make_meeting(
            session, world.north_one, place=None, online_url="https://hop.example/1"
        )
        client = sign_in("secretary")

        refused = client.post(f"/meetings/{nowhere.id}/schedule")

        assert (refused.status_code, refused.json()["code"]) == (409, "place_missing")
        assert client.get(f"/meetings/{nowhere.id}").json()["status"] == "draft"
        assert client.post(f"/meetings/{online.id}/schedule").json()["status"] == "scheduled"

    def test_a_paper_meeting_is_recorded_the_next_day(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        """It ended on its own day, however late that is written down."""
        meeting = make_meeting(session, world.north_one, starts_at=at("2026-05-14T12:00:00Z"))
        client = sign_in("secretary")
        for verb in ("schedule", "open", "end"):
            answer = client.post(f"/meetings/{meeting.id}/{verb}")

        assert answer.json()["status"] == "ended"
        assert answer.json()["ended_at"] == "2026-05-14T16:59:59Z"


class TestPostpone:
    def test_the_meeting_keeps_its_id_and_its_length(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(
            session,
            world.north_one,
            status=MeetingStatus.SCHEDULED,
            ends_at=at("2026-05-15T07:00:00Z"),
        )
        answer = sign_in("secretary").post(
            f"/meetings/{meeting.id}/postpone", json={"starts_at": "2026-06-02T12:00:00Z"}
        )

        body = answer.json()
        assert (body["id"], body["status"]) == (str(meeting.id), "postponed")
        assert (body["period"], body["ends_at"]) == ("2026-06", "2026-06-02T14:00:00Z")

    def test_only_to_the_future(self, sign_in: SignIn, session: Session, world: World) -> None:
        meeting = make_meeting(session, world.north_one, status=MeetingStatus.SCHEDULED)
        answer = sign_in("secretary").post(
            f"/meetings/{meeting.id}/postpone", json={"starts_at": "2026-05-15T04:59:59Z"}
        )

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/starts_at"
