"""A phone loads what became different, is told what is gone, and nothing when there is nothing."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import MeetingStatus, Membership
from tests.conftest import SignIn
from tests.factories.meetings import make_document, make_meeting
from tests.factories.notices import make_notification
from tests.world import NOON, World, rows

LATER = timedelta(minutes=10)
START_UP = 50_000


def changes(sign_in: SignIn, since: str | None = None, **options: Any) -> Any:
    asked = {"since": since} if since else {}
    return sign_in("member").get("/me/changes", params=asked | options.pop("params", {}), **options)


def watermark(sign_in: SignIn) -> str:
    answer: str = changes(sign_in).json()["watermark"]
    return answer


def _member(world: World) -> Any:
    return world.people["member"].member_id


@pytest.fixture
def meeting(session: Session, world: World) -> Any:
    return make_meeting(
        session, world.north_one, status=MeetingStatus.SCHEDULED, created_at=NOON - LATER,
        place="Hội trường", starts_at=NOON + timedelta(days=3),
    )  # fmt: skip


class TestFirst:
    def test_everything_that_one_sees(
        self, sign_in: SignIn, session: Session, world: World, meeting: Any
    ) -> None:
        member_id = world.people["member"].member_id
        assert member_id is not None
        make_meeting(session, world.north_one, status=MeetingStatus.DRAFT)
        make_meeting(session, world.south_one, status=MeetingStatus.SCHEDULED)
        document = make_document(session, meeting, published_at=NOON - LATER)
        make_document(session, meeting, published_at=None)
        make_document(session, meeting, published_at=NOON - LATER, withdrawn_at=NOON - LATER)
        notice = make_notification(session, meeting, member_id)
        answer = changes(sign_in).json()
        found = {
            noun: [row["id"] for row in answer[noun]]
            for noun in ("meetings", "documents", "notifications", "removed")
        }
        assert found == {
            "meetings": [str(meeting.id)],
            "documents": [str(document.id)],
            "notifications": [str(notice.id)],
            "removed": [],
        }
        assert answer["more"] is False


class TestSince:
    def test_nothing_is_304_and_little_to_load(
        self, sign_in: SignIn, clock: time_machine.Traveller, meeting: Any
    ) -> None:
        clock.shift(LATER)
        mark = watermark(sign_in)
        same = changes(sign_in, mark, headers={"if-none-match": f'"{mark}"'})
        assert (same.status_code, same.content) == (304, b"")
        plain = changes(sign_in, mark)
        assert plain.json() == {
            "is_whole": False, "meetings": [], "documents": [], "notifications": [],
            "removed": [], "watermark": mark, "more": False,
        }  # fmt: skip
        assert len(plain.content) < START_UP

    def test_a_meeting_that_was_postponed(
        self, sign_in: SignIn, clock: time_machine.Traveller, meeting: Any
    ) -> None:
        clock.shift(LATER)
        mark = watermark(sign_in)
        clock.shift(LATER)
        moment = (NOON + timedelta(days=5)).isoformat()
        told = sign_in("secretary").post(
            f"/meetings/{meeting.id}/postpone", json={"starts_at": moment}
        )
        assert told.status_code == 200
        answer = changes(sign_in, mark, headers={"if-none-match": f'"{mark}"'}).json()
        assert [row["status"] for row in answer["meetings"]] == ["postponed"]
        assert [row["kind"] for row in answer["notifications"]] == ["meeting_postponed"]

    def test_a_document_that_is_gone(
        self, sign_in: SignIn, session: Session, clock: time_machine.Traveller, meeting: Any
    ) -> None:
        document = make_document(session, meeting, published_at=NOON - LATER)
        clock.shift(LATER)
        mark = watermark(sign_in)
        clock.shift(LATER)
        secretary = sign_in("secretary")
        etag = secretary.get(f"/documents/{document.id}").headers["etag"]
        gone = secretary.delete(f"/documents/{document.id}", headers={"if-match": etag})
        assert gone.status_code == 204
        answer = changes(sign_in, mark).json()
        assert answer["removed"] == [{"noun": "document", "id": str(document.id)}]
        assert answer["documents"] == []

    def test_what_began_before_the_answer_and_ended_after_it_is_not_missed(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        """A trace bears the moment at which its work began."""
        clock.shift(LATER)
        mark = watermark(sign_in)
        late = make_meeting(
            session, world.north_one, status=MeetingStatus.SCHEDULED,
            created_at=NOON + LATER - timedelta(minutes=2),
        )  # fmt: skip
        assert [row["id"] for row in changes(sign_in, mark).json()["meetings"]] == [str(late.id)]

    def test_piece_by_piece_nothing_is_lost(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        """Also where many changed at one moment."""
        ids = {
            str(
                make_meeting(
                    session, world.north_one, status=MeetingStatus.SCHEDULED,
                    created_at=NOON - timedelta(minutes=30 - number // 3),
                ).id
            )
            for number in range(12)
        }  # fmt: skip
        clock.shift(LATER)
        found: list[str] = []
        mark, more = None, True
        while more:
            answer = changes(sign_in, mark, params={"limit": 5}).json()
            found += [row["id"] for row in answer["meetings"]]
            mark, more = answer["watermark"], answer["more"]
        assert sorted(found) == sorted(ids)

    def test_what_ends_later_is_not_lost_between_two_pieces(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        """Its moment may lie before the last that the first piece told."""
        for seconds in range(3):
            make_meeting(
                session, world.north_one, status=MeetingStatus.SCHEDULED,
                created_at=NOON - timedelta(seconds=seconds),
            )  # fmt: skip
        mark = changes(sign_in, params={"limit": 2}).json()["watermark"]
        late = make_meeting(
            session, world.north_one, status=MeetingStatus.SCHEDULED,
            created_at=NOON - timedelta(minutes=1),
        )  # fmt: skip
        told = changes(sign_in, mark, params={"limit": 2}).json()["meetings"]
        assert str(late.id) in {row["id"] for row in told}

    def test_whoever_comes_to_another_cell_begins_anew(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
        meeting: Any,
    ) -> None:
        """The meetings there are not new, and those of the old cell are not changed."""
        there = make_meeting(
            session, world.south_one, status=MeetingStatus.SCHEDULED, created_at=NOON - LATER
        )
        before = changes(sign_in).json()
        assert (before["is_whole"], len(before["meetings"])) == (True, 1)
        clock.shift(LATER)
        [own] = rows(session, Membership, Membership.member_id == _member(world))
        own.organization_id = world.south_one.id
        session.add(own)
        session.flush()
        after = changes(
            sign_in, before["watermark"], headers={"if-none-match": before["watermark"]}
        ).json()
        assert after["is_whole"] is True
        assert [row["id"] for row in after["meetings"]] == [str(there.id)]
        assert changes(sign_in, after["watermark"]).json()["is_whole"] is False

    @pytest.mark.parametrize("what", ["minutes", "document"])
    def test_what_is_noted_of_a_meeting_changes_it(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
        meeting: Any,
        *,
        what: str,
    ) -> None:
        clock.shift(LATER)
        mark = watermark(sign_in)
        clock.shift(LATER)
        if what == "minutes":
            meeting.minutes_written_at = NOON + LATER + LATER
            session.add(meeting)
            session.flush()
        else:
            make_document(session, meeting, published_at=NOON + LATER + LATER)
        assert [row["id"] for row in changes(sign_in, mark).json()["meetings"]] == [str(meeting.id)]

    def test_a_made_up_watermark_is_malformed(self, sign_in: SignIn) -> None:
        answer = changes(sign_in, "abc")
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
