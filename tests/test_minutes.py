"""Minutes are written while the meeting is in the cell's hands, and never over one another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import AuditEntry, Meeting, MeetingStatus, MinutesRevision
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.meetings import make_meeting, make_minutes
from tests.world import NOON, World, rows

VOTE = {"subject": "Kế hoạch", "kind": "ordinary", "in_favour": 0, "against": 0, "abstained": 0}


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

    def test_what_is_not_said_keeps_its_last_value(
        self, sign_in: SignIn, session: Session, meeting: Meeting
    ) -> None:
        url, client = f"/meetings/{meeting.id}/minutes", sign_in("secretary")
        form = said(client.get(url))
        first = said(client.put(url, json={"text": "Một", "minute_taker": "Vũ Thị Ánh"}))
        second = client.put(
            url,
            json={"text": "Một", "number": 7, "chair": None, "self_score": 88.25},
            headers={"If-Match": '"1"'},
        )
        same = client.put(url, json={"text": "Một", "number": 7}, headers={"If-Match": '"2"'})

        assert (first["chair"], first["number"]) == (form["chair"], form["number"])
        told = said(second)
        assert (told["minute_taker"], told["chair"], told["number"]) == ("Vũ Thị Ánh", None, 7)
        assert (told["self_score"], told["self_rating"]) == (88.25, "fair")
        assert said(same) == told
        assert len(rows(session, AuditEntry, AuditEntry.action == "minutes.written")) == 2

    def test_who_is_stale_is_shown_both_texts_and_nothing_is_written(
        self, sign_in: SignIn, meeting: Meeting
    ) -> None:
        url, mine, hers = f"/meetings/{meeting.id}/minutes", sign_in("secretary"), sign_in("deputy")
        said(mine.put(url, json={"text": "Chung"}))
        seen = {"If-Match": '"1"'}
        said(hers.put(url, json={"text": "Của phó bí thư"}, headers=seen))

        stale = mine.put(url, json={"text": "Của bí thư", "self_score": 90}, headers=seen)

        told = stale.json()
        assert (stale.status_code, told["code"]) == (412, "stale")
        assert (told["current"]["version"], told["current"]["text"]) == (2, "Của phó bí thư")
        assert told["yours"] == {"text": "Của bí thư", "self_score": 90.0}
        assert (told["base"]["text"], told["base"]["self_score"]) == ("Chung", None)
        assert said(mine.get(url))["text"] == "Của phó bí thư"

    def test_of_two_at_the_same_moment_one_writes_and_the_other_is_stale(
        self, sign_in: SignIn, session: Session, meeting: Meeting
    ) -> None:
        url = f"/meetings/{meeting.id}/minutes"

        def put(who: str, if_match: str) -> Any:
            text = f"{who} {if_match}"
            return sign_in(who).put(url, json={"text": text}, headers={"If-Match": if_match})

        for version in ("0", "1"):
            with ThreadPoolExecutor(2) as both:
                answers = list(both.map(put, ("secretary", "deputy"), [f'"{version}"'] * 2))
            won, lost = sorted(answers, key=lambda answer: int(answer.status_code))
            assert (won.status_code, lost.status_code) == (200, 412)
            assert lost.json()["current"]["text"] == won.json()["text"]
        numbers = {row.number for row in rows(session, MinutesRevision)}
        assert numbers == {1, 2}

    def test_the_meeting_knows_since_when_it_is_written_and_scored(
        self, sign_in: SignIn, session: Session, meeting: Meeting, clock: time_machine.Traveller
    ) -> None:
        url, client = f"/meetings/{meeting.id}/minutes", sign_in("secretary")

        def put(**more: Any) -> tuple[datetime | None, datetime | None]:
            clock.shift(60)
            etag = client.get(url).headers["etag"]
            said(client.put(url, json={"text": "Một"} | more, headers={"If-Match": etag}))
            (row,) = rows(session, Meeting, Meeting.id == meeting.id)
            return row.minutes_written_at, row.scored_at

        minute = timedelta(minutes=1)
        assert put() == (NOON + minute, None)
        assert put(self_score=80) == (NOON + minute, NOON + 2 * minute)
        etag = client.get(f"/meetings/{meeting.id}").headers["etag"]
        assert put(self_score=85) == (NOON + minute, NOON + 2 * minute)
        assert put(self_score=None) == (NOON + minute, None)
        assert client.get(f"/meetings/{meeting.id}").headers["etag"] == etag

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"self_score": 100.01}, "/self_score"),
            ({"self_score": -1}, "/self_score"),
            ({"self_score": 88.125}, "/self_score"),
            ({"number": 0}, "/number"),
            ({"chair": ""}, "/chair"),
            ({"votes": None}, "/votes"),
            ({"votes": [VOTE | {"against": -1}]}, "/votes/0/against"),
            ({"votes": [VOTE | {"in_favour": 10**9}]}, "/votes/0/in_favour"),
            ({"votes": [VOTE | {"in_favour": 1.5}]}, "/votes/0/in_favour"),
            ({"votes": [VOTE, VOTE | {"kind": "secret"}]}, "/votes/1/kind"),
            ({"totals": {}}, "/totals"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, sign_in: SignIn, meeting: Meeting, more: dict[str, Any], pointer: str
    ) -> None:
        client, url = sign_in("secretary"), f"/meetings/{meeting.id}/minutes"
        answer = client.put(url, json={"text": "Một"} | more)

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].startswith(pointer)
        assert said(client.get(url))["version"] == 0

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
