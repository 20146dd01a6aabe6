"""The trail as inspectors read it: of a unit, a person, a meeting, an account."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Import, ImportKind, Member, Role
from tests.conftest import SignIn
from tests.factories.audit import make_chain, make_entry
from tests.factories.meetings import make_meeting
from tests.factories.people import make_office
from tests.world import NOON, World, rows


def found(sign_in: SignIn, who: str = "inspector", **asked: Any) -> list[dict[str, Any]]:
    answer = sign_in(who).get("/audit", params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def subjects(items: list[dict[str, Any]]) -> set[str]:
    return {item["subject_id"] for item in items}


class TestSearch:
    def test_the_history_of_a_meeting_says_who_did_what_when_and_why(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        meeting = make_meeting(session, world.north_one)
        reason = {"reason": "Mưa bão"}
        done = sign_in("secretary").post(f"/meetings/{meeting.id}/cancel", json=reason)
        assert done.status_code == 200

        (item,) = found(sign_in, subject_id=meeting.id, action="meeting.cancelled")

        secretary = world.people["secretary"]
        assert item["actor"]["account_id"] == str(secretary.account_id)
        assert item["actor"]["name"].startswith("Trần Văn Bình")
        assert item["organization"]["id"] == str(world.north_one.id)
        assert item["details"] == reason
        assert item["request_id"] == done.headers["x-request-id"]
        assert item["created_at"] == "2026-05-15T05:00:00Z"
        assert not item["is_sealed"]

    def test_the_newest_comes_first_page_by_page(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        entries = make_chain(session, world.north_two, 5)
        asked = {"organization_id": str(world.north_two.id), "limit": "2"}
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            params = asked | ({"cursor": cursor} if cursor else {})
            page = sign_in("inspector").get("/audit", params=params).json()
            assert all(item["is_sealed"] for item in page["items"])
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]

        assert seen == [str(entry.id) for entry in reversed(entries)]

    def test_a_unit_is_all_below_it(self, sign_in: SignIn, session: Session, world: World) -> None:
        for unit in (world.root, world.north, world.north_one, world.south_one):
            make_entry(session, unit.id, organization_id=unit.id, action="test")

        items = found(sign_in, organization_id=world.north.id, action="test")

        assert subjects(items) == {str(world.north.id), str(world.north_one.id)}

    def test_between_two_moments(self, sign_in: SignIn, session: Session, world: World) -> None:
        for hours in range(4):
            moment = NOON + timedelta(hours=hours)
            make_entry(session, UUID(int=hours), organization_id=world.north.id, created_at=moment)

        items = found(
            sign_in,
            organization_id=world.north.id,
            **{"from": "2026-05-15T06:00:00Z", "to": "2026-05-15T08:00:00Z"},
        )

        assert subjects(items) == {str(UUID(int=1)), str(UUID(int=2))}

    def test_of_one_account(self, sign_in: SignIn, session: Session, world: World) -> None:
        officer = world.people["officer"].account_id
        make_entry(session, world.north.id, organization_id=world.north.id, actor_id=officer)
        make_entry(session, world.south.id, organization_id=world.south.id)

        items = found(sign_in, actor_id=officer)

        assert subjects(items) == {str(world.north.id)}


class TestReach:
    def test_of_no_unit_but_of_people_is_seen_where_they_are(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        (watcher,) = rows(session, Member, Member.id == world.people["outsider"].member_id)
        make_office(session, world.south, watcher, role=Role.INSPECTOR)
        here, there = world.people["sibling_officer"], world.people["member"]
        for human in (here, there):
            assert human.member_id is not None
            make_entry(session, human.member_id, action="member.changed")
            make_entry(session, human.session_id, action="session.refreshed")
            make_entry(session, UUID(int=1), action="job.created", actor_id=human.account_id)
        imported = _imported(session)
        make_entry(session, imported.id, action="import.created")

        seen = found(sign_in, "outsider")

        assert subjects(seen) == {str(here.member_id), str(here.session_id), str(UUID(int=1))}
        assert {item["actor"]["account_id"] for item in seen if item["actor"]} == {
            str(here.account_id)
        }
        everywhere = subjects(found(sign_in, "inspector"))
        assert {str(there.member_id), str(there.session_id), str(imported.id)} <= everywhere

    def test_of_another_tree_nothing_is_seen(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        stranger = world.people["stranger"]
        make_entry(session, world.other_one.id, organization_id=world.other_one.id)
        make_entry(session, stranger.session_id, action="session.opened")
        assert stranger.member_id is not None
        make_entry(session, stranger.member_id, actor_id=stranger.account_id)

        assert found(sign_in, subject_id=world.other_one.id) == []
        assert found(sign_in, actor_id=stranger.account_id) == []
        missing = sign_in("inspector").get(
            "/audit", params={"organization_id": str(world.other.id)}
        )
        assert missing.status_code == 404


def _imported(session: Session) -> Import:
    """By the command line."""
    made = Import(kind=ImportKind.MEMBERS, layout="-", digest="-", counts={}, account_id=None)
    session.add(made)
    session.flush()
    return made
