"""One's own meetings in any calendar program, behind a key that is renewed at will."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import time_machine
from fastapi.testclient import TestClient
from httpx2 import Response
from icalendar import Calendar
from sqlmodel import Session, col

from app.core.clock import local_date
from app.models import Account, AuditEntry, Meeting, Member, Membership, MembershipKind
from tests.conftest import SignIn, at
from tests.evenings import plan, said
from tests.factories.meetings import make_meeting
from tests.factories.people import make_membership
from tests.world import NOON, World, rows

EVENING = at("2026-06-05T12:30:00Z")


def address_of(sign_in: SignIn, who: str) -> str:
    """The feed's path, as the service tells it."""
    return str(said(sign_in(who).post("/me/calendar-key"))["url"]).removeprefix("/api/v1")


def events(answer: Response) -> list[Mapping[str, Any]]:
    assert answer.status_code == 200, answer.text
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


class TestFeed:
    def test_a_meeting_is_one_event(
        self, sign_in: SignIn, client: TestClient, world: World
    ) -> None:
        meeting_id = plan(sign_in("secretary"), world.north_one, EVENING)

        answer = client.get(address_of(sign_in, "member"))

        (event,) = events(answer)
        calendar = Calendar.from_ical(answer.content)
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert (calendar["method"], calendar["x-wr-timezone"]) == ("PUBLISH", "Asia/Ho_Chi_Minh")
        assert event["uid"] == f"{meeting_id}@sotay"
        assert (event["sequence"], event["status"]) == (0, "CONFIRMED")
        assert (event["summary"], event["location"]) == ("Sinh hoạt thường kỳ", "Hội trường")
        assert (event["dtstart"].dt, event["dtend"].dt) == (EVENING, EVENING + timedelta(hours=1.5))
        assert event["last-modified"].dt == event["dtstamp"].dt == NOON

    def test_it_follows_every_change_until_it_was_called_off_for_a_month(
        self,
        sign_in: SignIn,
        client: TestClient,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        secretary = sign_in("secretary")
        meeting_id = plan(secretary, world.north_one, EVENING)
        address = address_of(sign_in, "member")

        clock.shift(timedelta(days=1))
        later = EVENING + timedelta(days=3)
        said(
            secretary.post(
                f"/meetings/{meeting_id}/postpone", json={"starts_at": later.isoformat()}
            )
        )
        (event,) = events(client.get(address))
        assert event["uid"] == f"{meeting_id}@sotay"
        assert (event["sequence"], event["dtstart"].dt) == (1, later)
        assert event["last-modified"].dt == event["dtstamp"].dt == NOON + timedelta(days=1)

        said(secretary.post(f"/meetings/{meeting_id}/cancel", json={"reason": "Bão"}))
        (event,) = events(client.get(address))
        assert (event["sequence"], event["status"]) == (2, "CANCELLED")
        clock.shift(timedelta(days=29))
        assert len(events(client.get(address))) == 1
        clock.shift(timedelta(days=2))
        assert events(client.get(address)) == []

    def test_it_holds_the_announced_meetings_of_the_members_cells(
        self, sign_in: SignIn, client: TestClient, session: Session, world: World
    ) -> None:
        member_id = world.people["member"].member_id
        (member,) = rows(session, Member, col(Member.id) == member_id)
        make_membership(session, world.south_one, member, kind=MembershipKind.TEMPORARY)

        def made(cell: Any, **facts: Any) -> Meeting:
            return make_meeting(session, cell, **({"scheduled_at": NOON} | facts))

        own = made(world.north_one, status="scheduled", agenda="Phê bình Nguyễn Văn A")
        host = made(world.south_one, status="ended", online_url="https://hop.example/1")
        made(world.north_one, status="draft", scheduled_at=None)
        made(world.north_one, status="cancelled", scheduled_at=None, cancelled_at=NOON)
        made(world.north_two, status="scheduled")
        made(world.north_one, status="ended", starts_at=NOON - timedelta(days=370))

        answer = client.get(address_of(sign_in, "member"))

        assert {event["uid"] for event in events(answer)} == {
            f"{meeting.id}@sotay" for meeting in (own, host)
        }
        assert {event.get("url") for event in events(answer)} == {None, "https://hop.example/1"}
        assert "Phê bình" not in answer.text

    def test_what_has_not_changed_is_not_sent_again(
        self,
        sign_in: SignIn,
        client: TestClient,
        world: World,
        clock: time_machine.Traveller,
    ) -> None:
        plan(sign_in("secretary"), world.north_one, EVENING)
        address = address_of(sign_in, "member")
        first = client.get(address)
        clock.shift(timedelta(days=1))
        known = {"if-none-match": first.headers["etag"]}
        again = client.get(address, headers=known)
        plan(sign_in("secretary"), world.north_one, EVENING + timedelta(days=30))

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert client.get(address, headers=known).status_code == 200


class TestKey:
    def test_a_new_one_closes_the_old_address_at_once(
        self, sign_in: SignIn, client: TestClient, session: Session, world: World
    ) -> None:
        old, new = (address_of(sign_in, "member") for _ in range(2))

        refused = client.get(old)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert client.get(new).status_code == 200
        key = new.partition("key=")[2]
        (account,) = rows(session, Account, col(Account.id) == world.people["member"].account_id)
        assert key.encode() not in (account.calendar_digest or b"")
        for trace in rows(session, AuditEntry, AuditEntry.action == "calendar_key.renewed"):
            assert key not in str(trace.details)

    def test_it_opens_nothing_once_account_or_membership_is_over(
        self, sign_in: SignIn, client: TestClient, session: Session, world: World
    ) -> None:
        addresses = {who: address_of(sign_in, who) for who in ("member", "deputy", "secretary")}
        accounts = {
            who: rows(session, Account, col(Account.id) == world.people[who].account_id)[0]
            for who in addresses
        }
        accounts["member"].disabled_at = NOON
        accounts["deputy"].locked_at = NOON
        (membership,) = rows(
            session,
            Membership,
            col(Membership.member_id) == world.people["secretary"].member_id,
        )
        membership.valid_to = local_date(NOON)
        session.add_all([*accounts.values(), membership])
        session.flush()

        for who, address in addresses.items():
            assert client.get(address).status_code == 404, who

    def test_nothing_else_opens_it(self, sign_in: SignIn, client: TestClient) -> None:
        assert client.get("/me/calendar.ics", params={"key": "đoán"}).status_code == 404
        assert client.get("/me/calendar.ics", params={"key": ""}).status_code == 404
        assert client.get("/me/calendar.ics").status_code == 422
        assert sign_in("member").get("/me/calendar.ics").status_code == 422
        assert sign_in("administrator").post("/me/calendar-key").status_code == 404

    def test_its_answer_is_never_kept(self, sign_in: SignIn) -> None:
        headers = {"idempotency-key": "one-and-only-once"}
        said(sign_in("member").post("/me/calendar-key", headers=headers))
        again = sign_in("member").post("/me/calendar-key", headers=headers)

        assert (again.status_code, again.json()["code"]) == (409, "already_answered")
