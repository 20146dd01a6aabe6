"""Minutes are written while the meeting is in the cell's hands, and never over one another."""

import pytest
from sqlmodel import Session

from app.models import Meeting, MeetingStatus
from tests.conftest import SignIn
from tests.factories.meetings import make_meeting, make_minutes
from tests.world import World


@pytest.fixture
def meeting(session: Session, world: World) -> Meeting:
    return make_meeting(session, world.north_one, status=MeetingStatus.OPEN)


class TestWrite:
    def test_the_first_version_needs_no_if_match_and_the_next_ones_do(
        self, sign_in: SignIn, world: World, meeting: Meeting
    ) -> None:
        url, client = f"/meetings/{meeting.id}/minutes", sign_in("secretary")
        blank = client.get(url)
        assert (blank.json()["text"], blank.headers["etag"]) == ("", '"0"')

        first = client.put(url, json={"text": "Khai mạc.\nĐiểm danh."})
        blind = client.put(url, json={"text": "Khác"})
        seen = {"If-Match": first.headers["etag"]}
        second = client.put(url, json={"text": "Bế mạc."}, headers=seen)
        stale = client.put(url, json={"text": "Muộn"}, headers=seen)

        assert (first.status_code, first.json()["text"]) == (200, "Khai mạc.\nĐiểm danh.")
        assert first.json()["written_by"] == str(world.people["secretary"].account_id)
        assert (blind.status_code, blind.json()["code"]) == (428, "if_match_required")
        assert (second.status_code, stale.status_code) == (200, 412)
        assert client.get(url).json() == second.json()
        assert client.get(url).headers["etag"] == second.headers["etag"] != first.headers["etag"]

    def test_a_version_of_what_is_not_there_is_stale(
        self, sign_in: SignIn, meeting: Meeting
    ) -> None:
        answer = sign_in("secretary").put(
            f"/meetings/{meeting.id}/minutes", json={"text": "Một"}, headers={"If-Match": '"1"'}
        )

        assert answer.status_code == 412

    def test_only_while_the_meeting_is_in_the_cells_hands(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("secretary")

        def write(status: MeetingStatus) -> int:
            meeting = make_meeting(session, world.north_one, status=status)
            return client.put(f"/meetings/{meeting.id}/minutes", json={"text": "Một"}).status_code

        writable = {status.value for status in MeetingStatus if write(status) == 200}
        assert writable == {"open", "ended", "returned"}

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("deputy", 200),
            ("committee_member", 403),
            ("officer", 403),
            ("member", 403),
            ("outsider", 404),
            ("administrator", 404),
        ],
    )
    def test_only_the_secretary_writes(
        self, sign_in: SignIn, meeting: Meeting, who: str, status: int
    ) -> None:
        answer = sign_in(who).put(f"/meetings/{meeting.id}/minutes", json={"text": "Một"})

        assert answer.status_code == status


class TestRead:
    @pytest.mark.parametrize(
        ("who", "status"),
        [("committee_member", 200), ("overseer", 200), ("member", 403), ("outsider", 404)],
    )
    def test_the_cells_committee_and_the_levels_above_read(
        self, sign_in: SignIn, session: Session, meeting: Meeting, who: str, status: int
    ) -> None:
        make_minutes(session, meeting)

        assert sign_in(who).get(f"/meetings/{meeting.id}/minutes").status_code == status
