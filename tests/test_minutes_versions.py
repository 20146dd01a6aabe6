"""Every version of the minutes is kept whole, and two persons vouch for the present one."""

import pytest
from sqlmodel import Session

from app.models import AuditEntry, Meeting, MeetingStatus
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.meetings import make_meeting, make_minutes
from tests.world import World, rows


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    return make_meeting(session, world.north_one, status=MeetingStatus.ENDED)


def write(sign_in: SignIn, meeting: Meeting, text: str, who: str = "secretary") -> None:
    client, url = sign_in(who), f"/meetings/{meeting.id}/minutes"
    etag = client.get(url).headers["etag"]
    said(client.put(url, json={"text": text}, headers={"If-Match": etag}))


class TestRevisions:
    def test_the_newest_first_with_who_wrote_it_and_its_digest(
        self, sign_in: SignIn, world: World, meeting: Meeting
    ) -> None:
        url = f"/meetings/{meeting.id}/minutes/revisions"
        for text, who in (("Một", "secretary"), ("Hai", "deputy"), ("Một", "secretary")):
            write(sign_in, meeting, text, who)

        page = said(sign_in("overseer").get(url, params={"limit": 2}))
        rest = said(sign_in("overseer").get(url, params={"cursor": page["next_cursor"]}))
        newest, second = page["items"]
        (first,) = rest["items"]

        assert [each["number"] for each in (newest, second, first)] == [3, 2, 1]
        assert second["written_by"] == str(world.people["deputy"].account_id)
        assert newest["digest"] == first["digest"] != second["digest"]
        whole = said(sign_in("officer").get(f"{url}/2"))
        assert whole | {"content": None} == second | {"content": None}
        assert (whole["content"]["text"], whole["content"]["votes"]) == ("Hai", [])
        for number in ("4", "0", "-1", "x", "9" * 30):
            assert sign_in("secretary").get(f"{url}/{number}").status_code == 404

    def test_what_came_in_otherwise_is_kept_before_it_is_replaced(
        self, sign_in: SignIn, session: Session, meeting: Meeting
    ) -> None:
        make_minutes(session, meeting, text="Từ sổ giấy")
        url = f"/meetings/{meeting.id}/minutes/revisions"
        assert said(sign_in("secretary").get(url))["items"] == []

        write(sign_in, meeting, "Sửa lại")

        texts = [
            said(sign_in("secretary").get(f"{url}/{number}"))["content"]["text"]
            for number in (1, 2)
        ]
        assert texts == ["Từ sổ giấy", "Sửa lại"]


class TestConfirm:
    def test_two_persons_vouch_for_what_stands(
        self, sign_in: SignIn, session: Session, meeting: Meeting
    ) -> None:
        url, cell = f"/meetings/{meeting.id}/minutes", f"/cells/{meeting.organization_id}"

        def confirm(who: str, part: str) -> tuple[int, str | None]:
            answer = sign_in(who).post(f"{url}/confirm", json={"part": part})
            return answer.status_code, answer.json().get("code")

        def standing() -> list[tuple[str, bool]]:
            told = said(sign_in("officer").get(url))["confirmations"]
            return [(event["part"], event["is_current"]) for event in told]

        assert confirm("secretary", "secretary") == (409, "minutes_missing")
        write(sign_in, meeting, "Một")
        assert confirm("secretary", "secretary") == (200, None)
        assert confirm("secretary", "secretary") == (200, None)
        assert confirm("secretary", "chair") == (409, "same_person")
        assert confirm("committee_member", "chair") == (200, None)
        assert standing() == [("secretary", True), ("chair", True)]
        name = said(sign_in("secretary").get("/me"))["member"]["full_name"]
        event = said(sign_in("officer").get(url))["confirmations"][0]
        assert event["full_name"] == name

        write(sign_in, meeting, "Hai")
        assert standing() == [("secretary", False), ("chair", False)]
        assert confirm("secretary", "chair") == (200, None)
        assert standing()[2:] == [("chair", True)]

        write(sign_in, meeting, "Một")
        assert not any(is_current for _, is_current in standing())
        assert said(sign_in("secretary").get(cell))["waiting"]["unconfirmed_minutes"] == 1
        assert len(rows(session, AuditEntry, AuditEntry.action == "minutes.confirmed")) == 3

    def test_not_after_the_level_above_accepted(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        accepted = make_meeting(session, world.north_one, status=MeetingStatus.ACCEPTED)
        make_minutes(session, accepted)
        answer = sign_in("secretary").post(
            f"/meetings/{accepted.id}/minutes/confirm", json={"part": "chair"}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")
