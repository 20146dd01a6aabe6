"""Badges for people without a phone: held up to whoever calls the roll, worthless once renewed."""

import hashlib
from datetime import timedelta

from sqlmodel import Session

from app.core.ids import new_id
from app.services.badges import Badge
from tests.check_ins import came, check_in, item_of, kept, make_room, upload
from tests.conftest import SignIn
from tests.world import NOON, World


def badge_of(world: World, name: str = "member", version: int = 1) -> str:
    member_id = world.people[name].member_id
    assert member_id is not None
    return Badge(member_id, "Một Người", version).token


class TestTheBadge:
    def test_is_printed_renewed_and_known_to_the_cell(self, sign_in: SignIn, world: World) -> None:
        member_id = world.people["member"].member_id
        url = f"/members/{member_id}/badge"

        first = sign_in("secretary").get(url).json()
        second = sign_in("secretary").post(f"{url}/renew").json()

        assert (first["token"], first["badge_version"]) == (badge_of(world), 1)
        assert (second["token"], second["badge_version"]) == (badge_of(world, version=2), 2)
        assert second["svg"].startswith("<svg")
        assert sign_in("member").get(url).json() == second
        params = {"organization_id": str(world.north_one.id)}
        known = sign_in("committee_member").get("/badges", params=params).json()["items"]
        assert len(known) == len(world.members[world.north_one.id])
        (own,) = (one for one in known if one["member_id"] == str(member_id))
        assert own["token_digest"] == hashlib.sha256(second["token"].encode()).hexdigest()


class TestABadgeHeldUp:
    def test_makes_its_member_present(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        first = check_in(sign_in("committee_member"), room, badge_of(world))
        again = check_in(sign_in("secretary"), room, badge_of(world))

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert (first.json()["method"], first.json()["flags"]) == ("badge", [])
        assert first.json()["full_name"]
        assert came(session, room) == {world.people["member"].member_id}

    def test_is_worthless_once_renewed_forged_or_of_another_cell(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        url = f"/members/{world.people['member'].member_id}/badge/renew"
        sign_in("secretary").post(url).raise_for_status()
        old, stranger = badge_of(world), Badge(new_id(), "Ai Đó", 1).token
        forged = old[:-2] + ("AA" if old[-2:] != "AA" else "BB")
        elsewhere = badge_of(world, "outsider")
        answers = [
            check_in(sign_in("secretary"), room, code)
            for code in (old, stranger, forged, elsewhere)
        ]

        assert [answer.status_code for answer in answers] == [410, 410, 410, 422]
        assert [answer.json()["reason"] for answer in answers] == [
            "badge_revoked",
            "badge_revoked",
            "wrong_code",
            "not_on_roster",
        ]
        assert came(session, room) == set()
        assert check_in(sign_in("secretary"), room, badge_of(world, version=2)).status_code == 201

    def test_is_nothing_in_the_hands_of_a_member(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world)
        answer = check_in(sign_in("member"), room, badge_of(world))

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert [row.refusal for row in kept(session, room)] == ["not_permitted"]

    def test_scanned_without_a_network_it_tells_when(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        room = make_room(session, world, starts_at=NOON - timedelta(minutes=20))
        seen = (NOON - timedelta(minutes=19)).isoformat()
        (result,) = upload(
            sign_in("secretary"), item_of(room, code=badge_of(world), captured_at=seen)
        )

        assert (result["status"], result["flags"]) == ("accepted", [])
        sheet = sign_in("secretary").get("/attendances", params={"meeting_id": str(room.id)})
        (line,) = (one for one in sheet.json()["items"] if one["status"] == "present")
        assert (line["came_at"], line["is_late"]) == ("2026-05-15T04:41:00Z", False)
